"""Keys with which anyone could sign are refused wherever a public key comes in, and by the offline verifier."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.assertions import verify_assertion
from keys.authenticators import register
from keys.device_proofs import read_key
from keys.errors import IntegrityError
from keys.public_keys import b64
from keys.sound_keys import check_point, sound_key
from tests.authenticators import RP_ID, Authenticator
from tests.keys.test_assertions import CHALLENGE, SIGNING, STATEMENT

PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
IDENTITY = (0, 1)
FORGED = (1).to_bytes(32, "little") + bytes(32)
"""A signature that holds for every message under the identity as the key: R is the identity, and S is 0."""

Point = tuple[int, int]


def added(one: Point, other: Point) -> Point:
    """Add two points of edwards25519 (RFC 8032, section 5.1.4)."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def points(y: int) -> list[Point]:
    """Return the points with this y coordinate."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    if root * root % PRIME != square:
        root = root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return [(root, y), (-root % PRIME, y)] if root * root % PRIME == square else []


def written(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def low_order() -> set[Point]:
    """Return the points whose order divides 8: multiples of one of order 8, found by clearing the large factor."""
    large = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 100):
        for start in points(y):
            total, power = IDENTITY, start
            for bit in bin(large)[:1:-1]:
                total = added(total, power) if bit == "1" else total
                power = added(power, power)
            found = [IDENTITY]
            while (following := added(found[-1], total)) != IDENTITY:
                found.append(following)
            if len(found) == 8:
                return set(found)
    raise AssertionError


LOW_ORDER = sorted(written(one) for one in low_order())
TWICE_WRITTEN = [(y + PRIME | sign << 255).to_bytes(32, "little") for y in (0, 1, 18) for sign in (0, 1)]
"""Points written with a y coordinate that is not the smallest."""


def cose_of_point(point: bytes) -> dict[int, Any]:
    return {1: 1, 3: -8, -1: 6, -2: point}


def cose_of_rsa(bits: int, exponent: int) -> dict[int, Any]:
    modulus = (1 << bits) - 1
    return {1: 3, 3: -257, -1: modulus.to_bytes(bits // 8, "big"), -2: exponent.to_bytes(3, "big")}


def registered(cose: dict[int, Any]) -> bool:
    key = Authenticator()
    key._cose = lambda: cose  # type: ignore[method-assign]
    try:
        register(key.create({"challenge": b64(CHALLENGE)}), SIGNING, {})
    except IntegrityError:
        return False
    return True


def test_there_are_eight_points_of_low_order() -> None:
    assert len(LOW_ORDER) == 8


@pytest.mark.parametrize("point", [*LOW_ORDER, *TWICE_WRITTEN], ids=lambda one: one.hex()[:8])
def test_a_point_with_which_anyone_signs_is_no_key(point: bytes) -> None:
    with pytest.raises(ValueError, match="one person"):
        check_point(point)
    with pytest.raises(IntegrityError):
        read_key({"kty": "OKP", "crv": "Ed25519", "x": b64(point)})
    assert not registered(cose_of_point(point))


def test_offline_a_signature_that_anyone_can_make_is_none() -> None:
    point = written(IDENTITY)
    ed25519.Ed25519PublicKey.from_public_bytes(point).verify(FORGED, b"any message")  # the library accepts it
    der = ed25519.Ed25519PublicKey.from_public_bytes(point).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    told = hashlib.sha256(RP_ID.encode()).digest() + bytes([5, 0, 0, 0, 0])
    client = Authenticator()._client("webauthn.get", b64(CHALLENGE), {})

    with pytest.raises(IntegrityError):
        verify_assertion(der, STATEMENT, RP_ID, told, client, FORGED)


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65_537), (2040, 65_537), (8192, 65_537), (2048, 3)])
def test_a_short_a_slow_and_an_unusual_rsa_key_is_no_key(bits: int, exponent: int) -> None:
    assert not registered(cose_of_rsa(bits, exponent))


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_rsa_keys_of_usual_lengths_are_keys(bits: int) -> None:
    assert registered(cose_of_rsa(bits, 65_537))


def test_keys_of_other_curves_are_none() -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP256K1())):
        with pytest.raises(ValueError, match="accepted"):
            sound_key(key.public_key())


def test_what_authenticators_make_is_sound() -> None:
    for _ in range(50):
        key = ed25519.Ed25519PrivateKey.generate().public_key()
        assert sound_key(key) is key
    for private in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65_537, 2048)):
        public = private.public_key()
        assert sound_key(public) is public
