"""Proofs by devices: the published thumbprint, and what of a header and its claims counts."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from keys.device_proofs import ProvenRequest, content_hash, device_code, read_key, read_proof
from keys.errors import IntegrityError
from keys.public_keys import b64
from tests.devices import URL, Device

# RFC 9449, sections 4.2 and 6.1: the key of the proof, and its thumbprint.
PUBLISHED = {
    "kty": "EC",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    "crv": "P-256",
}
THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
PROOF = (  # section 4.2
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVV"
    "FVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndD"
    "M0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-Gx"
    "A6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
REQUEST = ProvenRequest("GET", "/v1/waybills/SF1234567890", content_hash(b"profile=x", b""), "token")


def proof(device: Device, **change: Any) -> str:
    return device.prove("token", "GET", "/v1/waybills/SF1234567890?profile=x", **change)


def refused(text: str, request: ProvenRequest = REQUEST) -> bool:
    try:
        read_proof(text, request, (URL,))
    except IntegrityError:
        return True
    return False


def test_a_thumbprint_is_that_of_the_standard() -> None:
    assert read_key(PUBLISHED)[0] == THUMBPRINT


def test_a_thumbprint_covers_what_makes_the_key_alone() -> None:
    assert read_key({**PUBLISHED, "kid": "1", "use": "sig"})[0] == THUMBPRINT


def test_the_code_that_is_read_out_stays_as_it_is() -> None:
    """Apps compute the same."""
    code = base64.b32encode(hashlib.sha256(b"device-code/1" + THUMBPRINT.encode()).digest())[:10].decode()

    assert device_code(THUMBPRINT) == code


def test_content_is_hashed_in_two_parts() -> None:
    inner = hashlib.sha256(b"a=1").digest() + hashlib.sha256(b"{}").digest()

    assert content_hash(b"a=1", b"{}") == b64(hashlib.sha256(inner).digest())
    assert content_hash(b"a", b"b") != content_hash(b"ab", b"")


def test_the_published_proof_says_no_access_token() -> None:
    """It is one for the issuer's own address; its signature is right."""
    request = ProvenRequest("POST", "/token", content_hash(b"", b""), "token")

    with pytest.raises(IntegrityError, match="another request"):
        read_proof(PROOF, request, ("https://server.example.com",))


@pytest.mark.parametrize("sort", ["ES256", "EdDSA"])
def test_a_proof_names_its_device_its_nonce_and_its_id(sort: Any) -> None:
    device = Device(sort)

    assert read_proof(proof(device, nonce="n", jti="j" * 22), REQUEST, (URL,)) == (device.id, "n", "j" * 22)


def test_a_proof_of_one_address_is_for_each_configured_one() -> None:
    text = proof(Device(), htu="http://localhost:8080/v1/waybills/SF1234567890")

    assert read_proof(text, REQUEST, (URL, "http://localhost:8080")).nonce == ""
    assert refused(text)


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "oct", "k": "AAAA"},
        {**PUBLISHED, "crv": "P-384"},
        {**PUBLISHED, "x": PUBLISHED["x"] + "="},
        {**PUBLISHED, "x": "AA" + PUBLISHED["x"]},
        {**PUBLISHED, "y": 1},
        {**PUBLISHED, "d": PUBLISHED["x"]},
        {**PUBLISHED, "y": PUBLISHED["x"]},
        {"kty": ["EC"], "crv": "P-256"},
        [],
        "EC",
        None,
    ],
    ids=lambda jwk: json.dumps(jwk)[:40],
)
def test_only_public_keys_of_the_two_sorts_prove(jwk: Any) -> None:
    assert refused(proof(Device(), header={"jwk": jwk}))


def test_a_proof_is_signed_by_the_key_that_it_names() -> None:
    assert refused(proof(Device(), header={"jwk": PUBLISHED}))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384"])
def test_no_other_algorithm_is_read(algorithm: str) -> None:
    head, *rest = proof(Device()).split(".")
    told = json.loads(base64.urlsafe_b64decode(head + "=="))
    other = b64(json.dumps(told | {"alg": algorithm}).encode())

    assert refused(".".join([other, *rest]))


def test_each_changed_character_of_a_proof_is_found() -> None:
    text = proof(Device())
    read_proof(text, REQUEST, (URL,))  # so that its header is known
    places = [*range(0, len(text), 7), len(text) - 1]
    changed = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in places]

    assert [one for one in changed if not refused(one)] == []


@pytest.mark.parametrize(
    "change",
    [{"method": "POST"}, {"path": "/v1/me"}, {"content": content_hash(b"", b"x")}, {"token": "another"}],
    ids=str,
)
def test_a_proof_is_for_one_request(change: dict[str, str]) -> None:
    text = proof(Device())

    assert not refused(text)
    assert refused(text, REQUEST._replace(**change))
