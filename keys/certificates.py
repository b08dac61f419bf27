"""Self-signed TLS certificates, and what a certificate says of itself. Nothing here verifies one."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: a certificate without a fixed end. Who pins it decides how long it is trusted."""
_SERIAL_BYTES: Final = 16


def is_certificates(pem: bytes) -> bool:
    """Return whether a file holds at least one certificate in PEM."""
    try:
        return bool(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return False


def certificate_ends(der: bytes) -> float:
    """Return when a certificate ends, in Unix seconds. Raises ValueError: it is no certificate."""
    return x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()


def self_signed(seed: bytes, name: str) -> str:
    """Return the certificate of an Ed25519 key (32 bytes), PEM. It is the same each time."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    serial = int.from_bytes(sha256(key.public_key().public_bytes_raw()).digest()[:_SERIAL_BYTES], "big") >> 1
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(_FIRST_DAY)
        .not_valid_after(_NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, None)
    )
    return made.public_bytes(Encoding.PEM).decode("ascii")


def private_pem(seed: bytes) -> str:
    """Return an Ed25519 private key (32 bytes) in PEM, not encrypted."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def to_der(pem: str) -> bytes:
    """Return a certificate in DER. Raises ValueError: it is no certificate in PEM."""
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
