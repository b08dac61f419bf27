"""An authenticator in software: makes keys and signs with them as a browser would (WebAuthn), also wrongly."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any, Literal

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from keys.public_keys import b64, key_id, spoken_code

Json = dict[str, Any]
Sort = Literal["ES256", "EdDSA", "RS256"]

RP_ID = "desk.example.com"
ORIGIN = f"https://{RP_ID}"
PRESENT, VERIFIED, ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40
MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
_OID_MODEL = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")


@dataclass
class Maker:
    """Attests the keys of one model, with a root certificate of its own."""

    model: str = MODEL
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    root: x509.Certificate = field(init=False)
    names_model: bool = True
    through_another: bool = False
    """Whether the root signed another certificate, and that one the attesting one."""

    def __post_init__(self) -> None:
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Maker root", "Maker root", self._root_key, ca=True)

    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def chain(self) -> list[bytes]:
        if not self.through_another:
            attesting = self._certificate("Maker attestation", "Maker root", self.key, ca=False)
            return [attesting.public_bytes(Encoding.DER)]
        key = ec.generate_private_key(ec.SECP256R1())
        attesting = self._certificate("Maker attestation", "Maker batch", self.key, ca=False, signer=key)
        between = self._certificate("Maker batch", "Maker root", key, ca=True)
        return [one.public_bytes(Encoding.DER) for one in (attesting, between)]

    def _certificate(
        self,
        subject: str,
        issuer: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool,
        signer: ec.EllipticCurvePrivateKey | None = None,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)

        def named(name: str) -> x509.Name:
            return x509.Name(
                [
                    x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Maker"),
                    x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
                    x509.NameAttribute(NameOID.COMMON_NAME, name),
                ]
            )

        builder = (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca and self.names_model:
            value = b"\x04\x10" + bytes.fromhex(self.model.replace("-", ""))
            builder = builder.add_extension(x509.UnrecognizedExtension(_OID_MODEL, value), critical=False)
        return builder.sign(signer or self._root_key, SHA256())


class Authenticator:
    """One key of a person.

    Every part of what it answers can be set, so that tests can send what a real one would not.
    """

    def __init__(self, sort: Sort = "ES256", *, synced: bool = False, counter: int = 0) -> None:
        self.sort = sort
        self.synced = synced
        self.counter = counter
        self.credential = os.urandom(16)
        self.origin = ORIGIN
        self.rp_id = RP_ID
        self.flags = PRESENT | VERIFIED
        self.model = "00000000-0000-0000-0000-000000000000"
        self._key: Any
        match sort:
            case "ES256":
                self._key = ec.generate_private_key(ec.SECP256R1())
            case "EdDSA":
                self._key = ed25519.Ed25519PrivateKey.generate()
            case "RS256":
                self._key = rsa.generate_private_key(65537, 2048)

    @property
    def public_key(self) -> bytes:
        der: bytes = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return der

    @property
    def key_id(self) -> str:
        return key_id(self.public_key)

    @property
    def code(self) -> str:
        return spoken_code(self.public_key)

    def create(self, options: Json, maker: Maker | None = None) -> Json:
        """Answer creation options: RegistrationResponseJSON."""
        client = self._client("webauthn.create", options["challenge"], {})
        model = bytes.fromhex((maker.model if maker else self.model).replace("-", ""))
        attested = model + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(self._cose())
        told = self._told(ATTESTED) + attested
        statement: Json = {}
        if maker is not None:
            signature = maker.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
            statement = {"alg": -7, "sig": signature, "x5c": maker.chain()}
        form = "packed" if maker else "none"
        obj = cbor2.dumps({"fmt": form, "attStmt": statement, "authData": told})
        return {
            "id": b64(self.credential),
            "rawId": b64(self.credential),
            "type": "public-key",
            "response": {"clientDataJSON": b64(client), "attestationObject": b64(obj)},
            "clientExtensionResults": {},
        }

    def sign(self, proposed: Json, **change: Any) -> Json:
        """Answer a proposed act: what a call carries as `signed`."""
        if self.counter:
            self.counter += 1
        client = self._client(change.get("type", "webauthn.get"), proposed["challenge"], change.get("client", {}))
        told = self._told(0)
        signature = self._sign(told + hashlib.sha256(client).digest())
        signed = {
            "act": proposed["act"],
            "key": b64(self.credential),
            "authenticator_data": b64(told),
            "client_data": b64(client),
            "signature": b64(signature),
        }
        return signed | {name: value for name, value in change.items() if name in signed}

    def _client(self, kind: str, challenge: str, more: Json) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | more).encode()

    def _told(self, more: int) -> bytes:
        flags = self.flags | more | (ELIGIBLE if self.synced else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _sign(self, message: bytes) -> bytes:
        match self.sort:
            case "ES256":
                signature: bytes = self._key.sign(message, ec.ECDSA(SHA256()))
            case "EdDSA":
                signature = self._key.sign(message)
            case "RS256":
                signature = self._key.sign(message, padding.PKCS1v15(), SHA256())
        return signature

    def _cose(self) -> dict[int, Any]:
        public = self._key.public_key()
        match self.sort:
            case "ES256":
                numbers = public.public_numbers()
                return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
            case "EdDSA":
                return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
            case "RS256":
                numbers = public.public_numbers()
                return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
