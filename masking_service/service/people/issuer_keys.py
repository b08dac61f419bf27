"""The public keys of issuers: pinned in a file, or fetched from a URL.

Nothing that a token says ever chooses where a key comes from; its `kid` only picks among the keys that are here.
"""

import json
import threading
from collections.abc import Callable, Mapping
from functools import cache
from http.client import HTTPException
from typing import Any

from jwt import PyJWK, PyJWKClient, PyJWTError
from jwt.algorithms import ECAlgorithm, get_default_algorithms

from masking_service.service.people.errors import IssuerUnavailable, Unauthenticated
from masking_service.service.people.rules import STAFF_LIFETIME
from masking_service.tls_faults import tls_reason

FETCH_TIMEOUT = 2.0  # seconds: an answer may take five at most
FRESH = 300  # seconds for which fetched keys are not asked for again
# An issuer that is down makes no tokens, and the staff tokens that it made before have ended by then.
USABLE = FRESH + STAFF_LIFETIME
PAUSE_AFTER_SUCCESS = 30  # seconds: tokens with made-up key ids must not become a flood of fetches
SLACK = 60  # seconds: threads read the clock a little apart; further back than this, the clock was set back
PAUSE_AFTER_FAILURE = 10  # seconds: an issuer that is down must not hold up every caller in turn

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Keys = Mapping[str | None, PyJWK]  # by key id; None where the key has none


def fetcher(url: str) -> Callable[[], object]:
    """Return what fetches a JSON document of an issuer.

    It raises PyJWTError, OSError, HTTPException, ValueError or RecursionError where there is none.
    """
    return PyJWKClient(url, cache_jwk_set=False, timeout=FETCH_TIMEOUT).fetch_data


class PinnedKeys:
    """Keys that were read from a file at start."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def find(self, kid: str | None, now: int) -> PyJWK:
        """Return the key with this id. Raises Unauthenticated if there is none."""
        del now  # pinned keys do not age
        key = _choose(self._keys, kid)
        if key is None:
            raise Unauthenticated("unknown-kid")
        return key


class FetchedKeys:
    """Keys from a JWKS URL, fetched again every five minutes, or when a key id is new. Thread-safe.

    `fetch` gives the decoded JWKS document or raises; at most one runs at a time, and callers who have keys that
    are still usable do not wait for it.
    """

    def __init__(self, fetch: Callable[[], object], algorithm: str) -> None:
        self._fetch = fetch
        self._algorithm = algorithm
        self._lock = threading.Lock()
        self._keys: Keys = {}
        self._fetched_at = 0
        self._tried_at = 0
        self._pause = 0
        self._failed = False
        self._reason = ""

    @classmethod
    def from_url(cls, url: str, algorithm: str) -> "FetchedKeys":
        return cls(fetcher(url), algorithm)

    def find(self, kid: str | None, now: int) -> PyJWK:
        """As `PinnedKeys.find`; also raises IssuerUnavailable if the keys are not available."""
        key = self._usable(kid, now)
        if key is None or not _within(self._fetched_at, FRESH, now):
            self._refresh(now, wait=FETCH_TIMEOUT if key is None else 0)
            key = self._usable(kid, now)
        if key is not None:
            return key
        if self._failed or not self._keys:
            raise IssuerUnavailable(self._reason)
        raise Unauthenticated("unknown-kid")

    def _usable(self, kid: str | None, now: int) -> PyJWK | None:
        return _choose(self._keys, kid) if _within(self._fetched_at, USABLE, now) else None

    def _refresh(self, now: int, wait: float) -> None:
        if not self._lock.acquire(timeout=wait):
            return
        try:
            if _within(self._tried_at, self._pause, now):
                return  # tried a moment ago, perhaps by the thread that was waited for
            self._tried_at, self._pause, self._failed = now, PAUSE_AFTER_FAILURE, True
            try:
                keys = keys_from_jwks(self._fetch(), self._algorithm)
            except (PyJWTError, OSError, HTTPException, ValueError, RecursionError) as error:
                self._reason = tls_reason(error)
                return
            self._keys, self._fetched_at = keys, now
            self._pause, self._failed = PAUSE_AFTER_SUCCESS, False
        finally:
            self._lock.release()


IssuerKeys = PinnedKeys | FetchedKeys


KeysByUrl = Callable[[str, str], FetchedKeys]
"""Returns the keys of a URL for an algorithm."""


def keys_by_url() -> KeysByUrl:
    """Return what keeps the fetched keys of a policy: they outlive its changes, and age by the clock alone."""
    return cache(FetchedKeys.from_url)


def _within(start: int, span: int, now: int) -> bool:
    return start - SLACK <= now < start + span


def keys_from_file(content: bytes, algorithm: str) -> Keys:
    """Read the keys of a PEM or JWKS file; raise ValueError if there are none."""
    if content.lstrip().startswith(b"-----BEGIN"):
        if b"PRIVATE KEY" in content:
            raise ValueError("holds a private key, where the public one is wanted")
        return {None: _from_pem(content, algorithm)}
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("is neither PEM nor a JWKS") from None
    return keys_from_jwks(document, algorithm)


def keys_from_jwks(document: object, algorithm: str) -> Keys:
    """Return the keys of a JWKS for an algorithm; raise ValueError if there are none."""
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("is no JWKS")
    keys: dict[str | None, PyJWK] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not _is_for(entry, algorithm):
            continue
        if not _PRIVATE_MEMBERS.isdisjoint(entry):
            raise ValueError("holds a private key, where the public one is wanted")
        try:
            key = _sound(PyJWK(entry, algorithm))
        except (PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if key.key_id in keys:
            raise ValueError("has two keys of the same key id")
        keys[key.key_id] = key
    if not keys:
        raise ValueError("holds no key for the algorithm")
    return keys


def development_keys(private_pem: bytes) -> Keys:
    """Return the public key of the development issuer."""
    members = ECAlgorithm.to_jwk(ECAlgorithm(ECAlgorithm.SHA256).prepare_key(private_pem), as_dict=True)
    return {None: PyJWK({name: value for name, value in members.items() if name != "d"}, "ES256")}


def _choose(keys: Keys, kid: str | None) -> PyJWK | None:
    if len(keys) == 1 and (kid is None or None in keys):
        return next(iter(keys.values()))  # the only key: there is nothing to pick
    return keys.get(kid) if kid is not None else None


def _is_for(entry: Mapping[str, Any], algorithm: str) -> bool:
    operations = entry.get("key_ops", ["verify"])
    return (
        entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and isinstance(entry.get("kid", ""), str)
        and isinstance(operations, list)
        and "verify" in operations
    )


def _from_pem(content: bytes, algorithm: str) -> PyJWK:
    verifier = get_default_algorithms()[algorithm]
    try:
        return _sound(PyJWK(verifier.to_jwk(verifier.prepare_key(content), as_dict=True), algorithm))
    except Exception:  # the parser of keys raises more than it names, and none of it may show what it read
        raise ValueError("holds no key for the algorithm") from None


def _sound(key: PyJWK) -> PyJWK:
    """Return a key that fits the algorithm; raise ValueError otherwise."""
    if key.Algorithm.check_key_length(key.Algorithm.prepare_key(key.key)):
        raise ValueError("the key is too short")
    return key
