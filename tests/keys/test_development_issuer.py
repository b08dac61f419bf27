"""The development issuer's key pair."""

import jwt
import pytest

from keys.development_issuer import new_private_pem, public_pem


def test_what_the_private_half_signs_the_public_half_confirms() -> None:
    private = new_private_pem()

    token = jwt.encode({"sub": "u-1"}, private, "ES256")

    assert jwt.decode(token, public_pem(private), ["ES256"]) == {"sub": "u-1"}


def test_every_key_is_new() -> None:
    assert new_private_pem() != new_private_pem()


def test_the_public_half_does_not_hold_the_private_one() -> None:
    assert public_pem(new_private_pem()).startswith(b"-----BEGIN PUBLIC KEY-----\n")


def test_what_is_no_private_key_has_no_public_half() -> None:
    with pytest.raises(ValueError):
        public_pem(public_pem(new_private_pem()))
