"""Tokens for the tests of issuers: good ones, and any other that a test asks for."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm

from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.issuer_keys import PinnedKeys, keys_from_file
from masking_service.service.people.issuers import Issuer, Issuers
from masking_service.service.people.rules import IssuerRule

NOW = 1_790_000_000
ROLES = ("courier", "dispute-officer", "supervisor")
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def jwk(key: ec.EllipticCurvePrivateKey, **members: Any) -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), **members}


def rule(**change: Any) -> IssuerRule:
    known: dict[str, Any] = {
        "alias": "staff",
        "issuer": "https://login.example.com",
        "audience": "waybill-masking",
        "algorithm": "ES256",
        "keys": "",
        "tenants": frozenset({"default", "other"}),
        "roles": frozenset({"courier", "dispute-officer"}),
    }
    return IssuerRule(**known | change)


def issuers(keys: bytes = public_pem(KEY), **change: Any) -> Issuers:
    one = rule(**change)
    return Issuers([Issuer(one, PinnedKeys(keys_from_file(keys, one.algorithm)))], ROLES)


BELIEVED = issuers()


def claims(**change: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "iss": "https://login.example.com",
        "aud": "waybill-masking",
        "sub": "u-1",
        "iat": NOW,
        "exp": NOW + 600,
        "roles": ["dispute-officer"],
    }
    return {name: value for name, value in (known | change).items() if value is not ...}


def b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode("ascii")


def signed_bytes(payload: bytes, header: dict[str, Any] | None = None, key: Any = KEY) -> str:
    """A token whose payload is exactly these bytes, whatever they are."""
    head = b64(json.dumps({"alg": "ES256", "typ": "JWT", **(header or {})}).encode())
    signing_input = f"{head}.{b64(payload)}"
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(signing_input.encode(), key)
    return f"{signing_input}.{b64(signature)}"


def token(header: Any = None, key: Any = KEY, **change: Any) -> str:
    return signed_bytes(json.dumps(claims(**change)).encode(), header, key)


def refusal(text: Any, believed: Issuers = BELIEVED, now: int = NOW) -> str:
    with pytest.raises(Unauthenticated) as refused:
        believed.authenticate(text, now)
    return refused.value.reason
