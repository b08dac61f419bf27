"""When the keys of an issuer end, as `doctor` reads it."""

import base64
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.certificates import self_signed
from masking_service.service.people.issuer_check import _ends
from tests.keys.known import known_bytes

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
