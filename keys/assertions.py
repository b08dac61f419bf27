"""Verifies what a person's key signed (WebAuthn level 3, section 7.2), offline."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keys.errors import IntegrityError
from keys.sound_keys import sound_key


def unb64(text: str) -> bytes:
    """Decode base64url without padding. Raises ValueError for any other spelling."""
    content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(content).rstrip(b"=").decode() != text:
        raise ValueError("is not base64url without padding")
    return content


def verify_assertion(
    public_key: bytes, statement: bytes, rp_id: str, told: bytes, client: bytes, signed: bytes
) -> None:
    """Check that a key signed a statement on a secure page of `rp_id`, with its person present and verified.

    The key is the DER of ES256, EdDSA (Ed25519) or RS256; `told`, `client` and `signed` are authenticator data, client
    data and signature. Raises IntegrityError.
    """
    try:
        data = json.loads(client)
        origin = urlsplit(data["origin"])
        host = origin.hostname or ""
        secure = origin.scheme == "https" or (origin.scheme, host) == ("http", "localhost")
        asked = data["type"], unb64(data["challenge"]), bool(data.get("crossOrigin"))
        sound = asked == ("webauthn.get", hashlib.sha256(statement).digest(), False)
        sound = sound and secure and f".{host}".endswith(f".{rp_id}")
        sound = sound and told[:32] == hashlib.sha256(rp_id.encode()).digest() and told[32] & 0b101 == 0b101
        message = told + hashlib.sha256(client).digest()
        match sound_key(load_der_public_key(public_key)) if sound else None:
            case EllipticCurvePublicKey() as ec:
                return ec.verify(signed, message, ECDSA(SHA256()))
            case Ed25519PublicKey() as ed:
                return ed.verify(signed, message)
            case RSAPublicKey() as rsa:
                return rsa.verify(signed, message, PKCS1v15(), SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError, TypeError, IndexError, RecursionError):
        pass
    raise IntegrityError("a person's key did not sign this")
