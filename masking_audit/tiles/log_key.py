"""The key of an archive's log.

It belongs to one archive: another archive has another tree, and signs as another log.

The service never has it, so the keyset cannot sign the notes; and the archive
never has the keyset, so its key cannot sign entries.
"""

from pathlib import Path
from typing import Final

from keys.files import write_secret_file
from keys.signers import Signer, create_key_file
from masking_audit.tiles.notes import (
    COSIGNER,
    LOG,
    TIME_BYTES,
    NoteError,
    NoteKey,
    SignatureLine,
    cosigned_message,
    is_key_name,
)

PRIVATE: Final = "log-key.pem"
PUBLIC: Final = "log.vkey"
READABLE_BY_ALL: Final = 0o644


def open_log_key(folder: Path, origin: str = "") -> tuple[Signer, NoteKey]:
    """Return the key of the log in an archive; create it for a new one.

    Args:
        origin: the name of a new log; if empty, it is made from the key.

    Raises:
        KeysetError: the private key cannot be read.
        NoteError: the public key does not belong to it, or has another name than `origin`.
    """
    secret, public = folder / PRIVATE, folder / PUBLIC
    if not secret.exists():
        if public.exists():
            raise NoteError(f"{secret}: missing, although {public} exists: restore it")
        create_key_file(secret)
    signer = Signer.from_file(secret)
    if not public.exists():
        name = origin or f"waybill-masking/{signer.public_bytes()[:8].hex()}"
        if not is_key_name(name):
            raise NoteError("the name of a log must have no spaces and no plus")
        write_public_key(public, NoteKey(name, LOG, signer.public_bytes()))
    key = read_public_key(public)
    if (key.kind, key.public_key) != (LOG, signer.public_bytes()):
        raise NoteError(f"{public}: not the public key of {secret.name}")
    if origin not in ("", key.name):
        raise NoteError(f"{public}: the log has another name already")
    return signer, key


def write_public_key(path: Path, key: NoteKey) -> None:
    """Write a verifier key into a file, for all to read."""
    write_secret_file(path, f"{key}\n".encode(), replace=True)
    path.chmod(READABLE_BY_ALL)


def read_public_key(path: Path) -> NoteKey:
    """Read a verifier key from a file. Raises NoteError: it holds none."""
    try:
        return NoteKey.parse(path.read_text("utf-8").strip())
    except (NoteError, UnicodeDecodeError):
        raise NoteError(f"{path}: not the verifier key of a log or cosigner") from None


def sign_as_log(text: str, name: str, signer: Signer) -> SignatureLine:
    """Return the signature line of a log."""
    key = NoteKey(name, LOG, signer.public_bytes())
    return SignatureLine(name, key.id, signer.sign(text.encode()))


def cosign(text: str, name: str, signer: Signer, at: int) -> SignatureLine:
    """Return the signature line of a cosigner at a time in Unix seconds."""
    key = NoteKey(name, COSIGNER, signer.public_bytes())
    return SignatureLine(name, key.id, at.to_bytes(TIME_BYTES, "big") + signer.sign(cosigned_message(text, at)))
