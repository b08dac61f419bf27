"""Refuses public keys with which people other than the owner could sign, or that are slow to verify."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SoundKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

_PRIME: Final = 2**255 - 19
_ORDER_EIGHT: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""The y coordinate of two of the four points of order 8 of edwards25519. RFC 7748, section 4.1, has the curve."""
_LOW_ORDER: Final = frozenset((0, 1, _PRIME - 1, _ORDER_EIGHT, _PRIME - _ORDER_EIGHT))
"""The y coordinates of the eight points of low order."""
_RSA_BITS: Final = range(2_048, 4_097)
_RSA_EXPONENT: Final = 65_537
"""What every authenticator uses."""


def sound_key(key: object) -> SoundKey:
    """Return a public key of ES256, EdDSA or RS256; raise ValueError for every other one, and what is refused here."""
    match key:
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return key
        case Ed25519PublicKey():
            check_point(key.public_bytes_raw())
            return key
        case RSAPublicKey(key_size=bits) if bits in _RSA_BITS and key.public_numbers().e == _RSA_EXPONENT:
            return key
    raise ValueError("is no public key that is accepted")


def check_point(public_key: bytes) -> None:
    """Raise ValueError if an Ed25519 public key (32 bytes) is a point of low order, or is not written in its one form.

    For a point of low order, signatures exist that anyone can make, and that libraries accept. The one form of a point
    is in RFC 8032, section 5.1.3.
    """
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    if y >= _PRIME or y in _LOW_ORDER:
        raise ValueError("is no public key of one person")
