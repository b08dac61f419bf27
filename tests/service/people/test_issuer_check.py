"""What `doctor` finds of an issuer: when its keys end, and every sentence that it says."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.certificates import self_signed
from masking_service.service.people.issuer_check import IssuerFault, _ends, check_issuer
from tests.keys.known import known_bytes
from tests.service.people.tokens import KEY, jwk, public_pem, rule

FOR_EVER = float("inf")
CERTIFICATE = x509.load_pem_x509_certificate(self_signed(known_bytes("a seed"), "issuer").encode())
IN_TEXT = base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode()
KEYS: dict[str, tuple[object, list[float]]] = {
    "exp": ({"exp": 5}, [5]),
    "exp before the certificate": ({"exp": 5.5, "x5c": [IN_TEXT]}, [5.5]),
    "certificate": ({"exp": "5", "x5c": [IN_TEXT, "x"]}, [CERTIFICATE.not_valid_after_utc.timestamp()]),
    "no certificate": ({"x5c": ["AAAA", IN_TEXT]}, [FOR_EVER]),
    "no base64": ({"x5c": ["A"]}, [FOR_EVER]),
    "no text": ({"x5c": [1]}, [FOR_EVER]),
    "empty": ({"x5c": []}, [FOR_EVER]),
    "no list": ({"x5c": IN_TEXT}, [FOR_EVER]),
    "neither": ({}, [FOR_EVER]),
    "no key": ("exp", []),
}


def test_each_key_ends_with_its_member_or_its_first_certificate_and_else_never() -> None:
    document = {"keys": [key for key, _ in KEYS.values()]}
    ends = [one for _, each in KEYS.values() for one in each]

    assert {name: [*_ends({"keys": [key]})] for name, (key, _) in KEYS.items()} == {
        name: each for name, (_, each) in KEYS.items()
    }
    assert [*_ends(document)] == [*_ends(json.dumps(document).encode())] == ends


@pytest.mark.parametrize("document", [b"-----BEGIN PUBLIC KEY-----", b"[]", [], {}, {"keys": {}}])
def test_what_is_no_list_of_keys_has_no_end(document: object) -> None:
    assert [*_ends(document)] == []


JWKS = {"keys": [jwk(KEY, kid="k1")]}
ISSUER = "https://login.example/express"
KEYS_URL = f"{ISSUER}/keys"
METADATA_URL = f"{ISSUER}/.well-known/openid-configuration"
PRIVATE = "holds a private key, where the public one is wanted (ES256). Fix: correct issuers.staff.keys"
OTHERWISE = (
    "!it calls itself otherwise, so each of its tokens is refused. "
    "Fix: issuers.staff.issuer must be exactly `iss` of its tokens"
)
NO_ANSWER = "its keys cannot be had: no answer. Fix: correct issuers.staff.keys"
UNCOMPARED = "its name could not be compared: no metadata below it (no answer)"


def said(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    answers: dict[str, object],
    *,
    keys: str = KEYS_URL,
    issuer: str = ISSUER,
) -> str | None:
    """What could not be checked, or after `!` why no token would be accepted, while an issuer answers so."""

    def fetcher(url: str) -> Callable[[], object]:
        def fetch() -> object:
            if url not in answers:
                raise OSError
            return answers[url]

        return fetch

    monkeypatch.setattr("masking_service.service.people.issuer_check.fetcher", fetcher)
    try:
        return check_issuer(rule(issuer=issuer, keys=keys), folder, now=100)
    except IssuerFault as fault:
        return f"!{fault}"


@pytest.mark.parametrize(
    ("keys", "metadata", "expected"),
    [
        (JWKS, {"issuer": ISSUER}, None),
        ({"keys": [jwk(KEY, exp=101)]}, {"issuer": ISSUER}, None),
        ({"keys": [jwk(KEY, exp=100)]}, {}, "!all its keys have expired. Fix: get its new keys from the issuer"),
        (None, {}, f"!{NO_ANSWER}"),
        ({}, {}, "!its URL is no JWKS (ES256). Fix: correct issuers.staff.keys"),
        ({"keys": [jwk(KEY) | {"d": ""}]}, {}, f"!its URL {PRIVATE}"),
        (JWKS, None, f"!{UNCOMPARED}. Fix: compare issuers.staff.issuer with `iss` of a token"),
        (JWKS, {"issuer": f"{ISSUER}/"}, OTHERWISE),
        (JWKS, {}, OTHERWISE),
        (JWKS, [], OTHERWISE),
        (JWKS, "issuer", OTHERWISE),
    ],
)
def test_an_issuer_that_publishes_its_keys_is_checked_by_them_and_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: object, metadata: object, expected: str | None
) -> None:
    answers = {url: found for url, found in ((KEYS_URL, keys), (METADATA_URL, metadata)) if found is not None}

    assert said(monkeypatch, tmp_path, answers) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (json.dumps(JWKS).encode(), UNCOMPARED),
        (public_pem(KEY), UNCOMPARED),
        (None, f"!{NO_ANSWER}"),
        (b"?", "!its file is neither PEM nor a JWKS (ES256). Fix: correct issuers.staff.keys"),
        (b"-----BEGIN PRIVATE KEY-----", f"!its file {PRIVATE}"),
    ],
)
def test_an_issuer_with_a_file_of_keys_need_not_be_reachable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "staff.keys").write_bytes(content)

    assert said(monkeypatch, tmp_path, {}, keys="staff.keys") == expected


def test_the_name_of_an_issuer_that_is_no_address_is_not_compared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert said(monkeypatch, tmp_path, {KEYS_URL: JWKS}, issuer="urn:masking:staff") is None
