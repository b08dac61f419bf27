"""Authenticates signed-in people by the JWTs of configured OIDC issuers.

The issuer is found by its exact name, and then exactly its one algorithm and its own keys count. Whatever is wrong
with a token, the caller learns only that it is not valid.

Claims are read strictly: one of a wrong type refuses the whole token. Python and JSON are lenient in the same places
(true is 1, 1e999 is a number, a string is a list of letters, the later of two names wins), and each of them is a way to
mean one thing to the issuer and another here.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from jwt import PyJWS, PyJWTError

from masking_service.service.people.errors import PolicyError, SignInRequired, Unauthenticated
from masking_service.service.people.issuer_keys import (
    IssuerKeys,
    KeysByUrl,
    PinnedKeys,
    development_keys,
    keys_by_url,
    keys_from_file,
)
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import (
    DEFAULT_TENANT,
    SURROUNDINGS,
    Principal,
    site_codes,
    staff_principal_id,
)
from masking_service.service.people.rules import DEVELOPMENT_ALIAS, DEVELOPMENT_ISSUER, Claims, IssuerRule

LEEWAY = 30  # seconds by which an issuer's clock may be ahead; the end of a token has none
_LATEST = 1 << 53  # seconds; JSON readers differ over what is beyond
_ABSENT = object()


class Claimed:
    """The claims of one access token. Invalid claims raise Unauthenticated."""

    __slots__ = ("_claims",)

    def __init__(self, payload: bytes) -> None:
        """Parse UTF-8 JSON. Raises ValueError or RecursionError if it is no object, repeats a name, or holds NaN."""
        claims = json.loads(payload.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_refuse)
        if not isinstance(claims, dict):
            raise ValueError("claims are an object")
        self._claims: dict[str, Any] = claims

    def at(self, way: tuple[str, ...], default: object) -> Any:
        """Return the value at a path through nested objects, or the default."""
        found: Any = self._claims
        for step in way:
            found = found.get(step, _ABSENT) if isinstance(found, dict) else _ABSENT
        return default if found is _ABSENT else found

    def text(self, name: str) -> str:
        value = self._claims.get(name)
        if not isinstance(value, str):
            raise Unauthenticated("claims")
        return value

    def strings(self, way: tuple[str, ...]) -> list[str]:
        """Return the strings of a list, empty if the claim is absent. A bare string is refused."""
        values = self.at(way, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Unauthenticated("claims")
        return values

    def past(self, name: str, now: int) -> int | None:
        """Return a time that is not after `now`; None if it is absent."""
        if name not in self._claims:
            return None
        value = self._time(name)
        if value > now + LEEWAY:
            raise Unauthenticated("not-yet")
        return value

    def check_times(self, lifetime: int, now: int) -> None:
        """Check `iat`, `exp` and `nbf` against the clock and the maximum lifetime."""
        issued, ends = self._time("iat"), self._time("exp")
        if ends <= now:
            raise Unauthenticated("expired")
        self.past("iat", now)
        self.past("nbf", now)
        if not 0 < ends - issued <= lifetime:
            raise Unauthenticated("lifetime")

    def check_audience(self, audience: str) -> None:
        """Check that `aud` is the audience, or a list that contains it."""
        claimed = self._claims.get("aud")
        every = claimed if isinstance(claimed, list) else [claimed]
        if not all(isinstance(each, str) for each in every) or audience not in every:
            raise Unauthenticated("audience")

    def _time(self, name: str) -> int:
        """Return whole Unix seconds. RFC 7519 allows fractions; no known issuer sends any."""
        value = self._claims.get(name)
        if type(value) is not int or not 0 <= value <= _LATEST:
            raise Unauthenticated("time")
        return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(_: str) -> None:
    raise ValueError("not a number")


DEVELOPMENT_AUDIENCE = "waybill-masking"
DEVELOPMENT_TENANTS = frozenset({"default", "other"})
DEVELOPMENT_ALGORITHM = "ES256"

MAX_TOKEN_LENGTH = 8 * 1024  # characters
MAX_NAME = 64  # characters
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer's rule, and its keys."""

    rule: IssuerRule
    keys: IssuerKeys


class Issuers:
    """All trusted issuers, and the roles of the policy."""

    def __init__(self, issuers: Iterable[Issuer], roles: Collection[str]) -> None:
        self._issuers = tuple(issuers)
        self._roles = frozenset(roles)
        self._by_name = {issuer.rule.issuer: issuer for issuer in self._issuers}
        self._by_alias = {issuer.rule.alias: issuer for issuer in self._issuers}
        self._jws = PyJWS(options={"enforce_minimum_key_length": True})

    @classmethod
    def load(cls, policy: Policy, folder: Path, fetched: KeysByUrl | None = None) -> "Issuers":
        """Return the issuers of a policy. `folder` is that of the policy file; paths of key files are relative to it.

        `fetched` is what URLs gave before, under another policy. They are asked when the first token comes, so that
        a start does not depend on the issuer.
        Raises PolicyError naming every key file that cannot be used.
        """
        fetched = fetched or keys_by_url()
        faults = []
        issuers = []
        for alias, rule in policy.rules.issuers.items():
            try:
                issuers.append(Issuer(rule, _keys(rule, folder, fetched)))
            except ValueError as error:
                faults.append((f"issuers.{alias}.keys", str(error)))
        if faults:
            raise PolicyError(faults)
        return cls(issuers, policy.rules.roles)

    def with_development(self, private_pem: bytes) -> "Issuers":
        """Return these and the development issuer, for `serve --dev` only."""
        rule = IssuerRule(
            alias=DEVELOPMENT_ALIAS,
            issuer=DEVELOPMENT_ISSUER,
            audience=DEVELOPMENT_AUDIENCE,
            algorithm=DEVELOPMENT_ALGORITHM,
            keys="",
            tenants=DEVELOPMENT_TENANTS,
            roles=self._roles,
            # The standard claim of OpenID Connect Core 1.0, section 5.1, and two of no standard.
            claims=Claims(phone=("phone_number",), device=("device",), network=("network",)),
        )
        return Issuers((*self._issuers, Issuer(rule, PinnedKeys(development_keys(private_pem)))), self._roles)

    def authenticate(self, token: str, now: int) -> Principal:
        """Return the principal of a compact JWT. `now` is Unix seconds.

        A token that claims a role of the policy, or a tenant, for which its issuer may not speak is refused whole:
        the rest of it is no better than that. Roles that the policy does not know (providers add many of their
        own) are passed over; with none left, the principal is known and may do nothing.

        Raises Unauthenticated, or IssuerUnavailable where the issuer's keys cannot be had.
        """
        if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH:
            raise Unauthenticated("malformed")
        try:
            unverified = self._jws.decode_complete(token, options={"verify_signature": False})
            claims = Claimed(unverified["payload"])
        except (PyJWTError, ValueError, RecursionError):
            raise Unauthenticated("malformed") from None
        found = self._by_name.get(claims.text("iss"))
        if found is None:
            raise Unauthenticated("unknown-issuer")
        self._verify_signature(token, unverified["header"], found, now)
        claims.check_times(found.rule.lifetime, now)
        claims.check_audience(found.rule.audience)
        return self._principal(claims, found.rule, now)

    def unmasking_rule(self, principal: Principal) -> IssuerRule | None:
        """Return the sign-in rule of the principal's issuer; None for API keys."""
        issuer = self._by_alias.get(principal.alias)
        return issuer.rule if issuer is not None and principal.source == "jwt" else None

    def check_unmasking(self, principal: Principal, now: int) -> None:
        """Raise SignInRequired unless the sign-in is strong and recent enough.

        Call this before anything is opened. An API key has no sign-in; the policy says whether it may open values.
        """
        if principal.source == "key":
            return
        issuer = self._by_alias.get(principal.alias)
        if issuer is None:
            raise Unauthenticated("unknown-issuer")
        rule = issuer.rule
        weak = rule.acr is not None and principal.acr != rule.acr
        old = rule.max_age is not None and (
            principal.signed_in_at is None or now - principal.signed_in_at > rule.max_age
        )
        if weak or old:
            raise SignInRequired(rule.acr, rule.max_age)

    def _verify_signature(self, token: str, header: Mapping[str, Any], issuer: Issuer, now: int) -> None:
        """Verify a JWT by the issuer's algorithm and key. Keys in its header (jku, jwk, x5u, x5c) are ignored."""
        if header.get("alg") != issuer.rule.algorithm:
            raise Unauthenticated("algorithm")
        if "crit" in header or "b64" in header:
            raise Unauthenticated("header")  # RFC 7515, 4.1.11: what is critical and not understood is refused
        kind = header.get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise Unauthenticated("type")  # a token signed for another use, such as a logout token
        key = issuer.keys.find(header.get("kid"), now)
        try:
            self._jws.decode_complete(token, key, algorithms=[issuer.rule.algorithm])
        except (PyJWTError, ValueError):
            raise Unauthenticated("signature") from None

    def _principal(self, claims: Claimed, rule: IssuerRule, now: int) -> Principal:
        known = self._roles.intersection(claims.strings(rule.claims.roles))
        if not known <= rule.roles:
            raise Unauthenticated("role")
        tenant = claims.at(rule.claims.tenant, DEFAULT_TENANT)
        if not isinstance(tenant, str) or tenant not in rule.tenants:
            raise Unauthenticated("tenant")
        acr = claims.at(("acr",), None)
        signed_in_at = claims.past("auth_time", now)
        phone = claims.at(rule.claims.phone, None) if rule.claims.phone else None
        ways = {name: getattr(rule.claims, name) for name in SURROUNDINGS}
        around = {name: claims.at(way, None) if way else None for name, way in ways.items()}
        if not all(value is None or isinstance(value, str) for value in (acr, phone, *around.values())):
            raise Unauthenticated("claims")
        try:
            identity = staff_principal_id(rule.alias, claims.at(rule.claims.sub, None))
            sites = site_codes(claims.strings(rule.claims.sites))
        except ValueError:
            raise Unauthenticated("claims") from None
        said = {way: value or None for way, value in around.items()}
        said["name"] = _name(claims.at(rule.claims.name, None))
        return Principal(identity, tenant, tuple(sorted(known)), sites, "jwt", acr, signed_in_at, phone, **said)


def _name(claimed: object) -> str | None:
    """Return what a person is called, in one printable line; None where the claim is no such text."""
    text = " ".join(claimed.split())[:MAX_NAME] if isinstance(claimed, str) else ""
    return text if text and text.isprintable() else None


def mint(
    private_pem: bytes,
    *,
    sub: str,
    roles: Iterable[str],
    ttl: int,
    now: int,
    phone: str | None = None,
    **claims: object,
) -> str:
    """Return an access token of the development issuer.

    Args:
        claims: further ones, or others than the usual ones.
    """
    usual = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": DEVELOPMENT_AUDIENCE,
        "sub": sub,
        "iat": now,
        "exp": now + ttl,
        "auth_time": now,
        "roles": list(roles),
        "tenant": DEFAULT_TENANT,
        "sites": [],
        **({"phone_number": phone} if phone is not None else {}),
    }
    return jwt.encode(usual | claims, private_pem, algorithm=DEVELOPMENT_ALGORITHM)


def _keys(rule: IssuerRule, folder: Path, fetched: KeysByUrl) -> IssuerKeys:
    if rule.fetched:
        return fetched(rule.keys, rule.algorithm)
    try:
        content = (folder / rule.keys).read_bytes()
    except OSError:
        raise ValueError("cannot be read") from None
    return PinnedKeys(keys_from_file(content, rule.algorithm))
