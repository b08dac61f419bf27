"""Seals what one tier publishes for another: encrypted for both, signed by one.

The intake tier reads published state and cannot make it: it has the key that opens it, and the public key that
verifies it.
"""

from keys.aead import SealingKeys
from keys.errors import KeysetError
from keys.framing import frame
from keys.secret import Secret
from keys.signatures import SIGNATURE_BYTES, Verifier
from keys.signers import Signer


class PublicationKey(Secret):
    """Opens published values and, with a signer, makes them.

    Args:
        verifier: of the publisher's signatures, also those under a key that is being replaced.
        signer: the publisher's; None where nothing is published.
    """

    __slots__ = ("_sealing", "_signer", "_verifier")

    def __init__(self, sealing: SealingKeys, verifier: Verifier, signer: Signer | None) -> None:
        self._sealing = sealing
        self._verifier = verifier
        self._signer = signer

    def seal(self, plaintext: bytes, place: bytes, nonce: bytes) -> bytes:
        """Encrypt and sign `plaintext` for `place`. Raises KeysetError: this process cannot publish."""
        signer = self._able()
        sealed = self._sealing.seal(plaintext, place, nonce)
        return sealed + signer.sign(_signed(sealed, place))

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return what was published at `place`. Raises IntegrityError: the publisher did not sign it for this place."""
        content, signature = sealed[:-SIGNATURE_BYTES], sealed[-SIGNATURE_BYTES:]
        self._verifier.verify(signature, _signed(content, place))
        return self._sealing.open(content, place)

    def _able(self) -> Signer:
        if self._signer is None:
            raise KeysetError("this keyset reads published state and cannot publish any")
        return self._signer


def _signed(sealed: bytes, place: bytes) -> bytes:
    return frame(b"waybill-masking/publication", place, sealed)
