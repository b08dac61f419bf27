"""Signs checkpoint notes, as a log or as a cosigner; see `notes`."""

from keys.signers import Signer
from masking_audit.tiles.notes import COSIGNER, LOG, TIME_BYTES, NoteKey, SignatureLine, cosigned_message


def sign_as_log(text: str, name: str, signer: Signer) -> SignatureLine:
    """Return the signature line of a log."""
    key = NoteKey(name, LOG, signer.public_bytes())
    return SignatureLine(name, key.id, signer.sign(text.encode()))


def cosign(text: str, name: str, signer: Signer, at: int) -> SignatureLine:
    """Return the signature line of a cosigner at a time in Unix seconds."""
    key = NoteKey(name, COSIGNER, signer.public_bytes())
    return SignatureLine(name, key.id, at.to_bytes(TIME_BYTES, "big") + signer.sign(cosigned_message(text, at)))
