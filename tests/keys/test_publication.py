"""What one tier publishes is opened by all, where it was published, and made by the publisher alone."""

from __future__ import annotations

import pytest

from keys.aead import NONCE_BYTES, SealingKey, SealingKeys
from keys.errors import IntegrityError, KeysetError
from keys.publication import PublicationKey
from keys.signatures import SIGNATURE_BYTES, Verifier
from keys.signers import Signer

PLACE, VALUE, NONCE = b"wm:policy", b"what is published", bytes(NONCE_BYTES)
SEALING = SealingKeys([SealingKey(bytes(32), b"8 bytes.", label=b"publication", tenant=b"")])
PUBLISHER, ANOTHER = Signer(bytes(32)), Signer(bytes([1]) * 32)
READER = PublicationKey(SEALING, Verifier(PUBLISHER.public_pem()), None)


def published(signer: Signer = PUBLISHER, place: bytes = PLACE) -> bytes:
    """What a host seals that has the common key and this signer."""
    return PublicationKey(SEALING, Verifier(signer.public_pem()), signer).seal(VALUE, place, NONCE)


def test_a_reader_opens_what_the_publisher_made() -> None:
    assert READER.open(published(), PLACE) == VALUE


def test_a_reader_publishes_nothing() -> None:
    with pytest.raises(KeysetError):
        READER.seal(VALUE, PLACE, NONCE)


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(published(ANOTHER), id="signed by another"),
        pytest.param(published(place=b"wm:clients"), id="of another place"),
        pytest.param(published()[:-SIGNATURE_BYTES] + bytes(SIGNATURE_BYTES), id="not signed"),
        pytest.param(published()[:-SIGNATURE_BYTES], id="without a signature"),
        pytest.param(SEALING.seal(b"other", PLACE, NONCE) + published()[-SIGNATURE_BYTES:], id="signed for another"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_reader_refuses_what_the_publisher_did_not_sign_for_the_place(sealed: bytes) -> None:
    with pytest.raises(IntegrityError):
        READER.open(sealed, PLACE)
