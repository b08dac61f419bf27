"""A device in software: holds a key and makes proofs with it as an app would (DPoP, RFC 9449), also wrongly."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from keys.device_proofs import content_hash, device_code, read_key
from keys.public_keys import b64

Json = dict[str, Any]
Sort = Literal["ES256", "EdDSA"]
URL = "https://masking.example.com"


class Device:
    """One device. `header` and `claims` of `prove` replace what a right proof has; None leaves it out."""

    def __init__(self, sort: Sort = "ES256") -> None:
        self.sort = sort
        self.key: Any = ed25519.Ed25519PrivateKey.generate()
        written: Any = OKPAlgorithm.to_jwk
        if sort == "ES256":
            self.key, written = ec.generate_private_key(ec.SECP256R1()), ECAlgorithm.to_jwk
        self.jwk: Json = json.loads(written(self.key.public_key()))

    @property
    def id(self) -> str:
        return read_key(self.jwk)[0]

    @property
    def code(self) -> str:
        return device_code(self.id)

    def prove(
        self,
        token: str,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        header: Json | None = None,
        **claims: Any,
    ) -> str:
        way, _, query = path.partition("?")
        said = {
            "htm": method,
            "htu": URL + way,
            "ath": b64(hashlib.sha256(token.encode()).digest()),
            "rqh": content_hash(query.encode(), body),
            "iat": int(time.time()),
            "jti": secrets.token_urlsafe(16),
            **claims,
        }
        told = {"typ": "dpop+jwt", "jwk": self.jwk, **(header or {})}
        return jwt.encode(
            {name: value for name, value in said.items() if value is not None},
            self.key,
            algorithm=told.get("alg", self.sort),
            headers={name: value for name, value in told.items() if value is not None},
        )
