"""Signs the files of a pack with the key of the log, and verifies them with the public key alone."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from keys.errors import IntegrityError
from keys.framing import frame
from keys.signatures import Verifier
from keys.signers import LogSigner
from masking_audit.format.links import encode

MANIFEST: Final = "manifest.json"
EVIDENCE: Final = "evidence.ndjson"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack was made from, and its files.

    Attributes:
        pack: ``incident`` or ``report``.
        made_at: Unix seconds.
        tenant: keyed hash of the tenant's name, as in entries.
        principal: whom it is about; empty in a report.
        begin, end: the period, in Unix seconds; `end` is outside.
        checkpoint: the epoch of the newest checkpoint of the log.
        checkpoint_link: its link, in hexadecimal.
        files: SHA-256 of each file, in hexadecimal.
    """

    pack: str
    made_at: int
    tenant: str
    principal: str
    begin: int
    end: int
    checkpoint: int
    checkpoint_link: str
    entries: int
    faults: int
    files: Mapping[str, str]


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    manifest: Manifest
    signature: str


class ManifestError(Exception):
    """A pack has no readable manifest with a valid signature."""


def write_manifest(folder: Path, manifest: Manifest, signer: LogSigner) -> None:
    """Write the manifest of the files that `manifest` names."""
    signature = b64encode(signer.sign(_message(manifest))).decode()
    content = msgspec.json.encode(_Signed(manifest, signature))
    (folder / MANIFEST).write_bytes(msgspec.json.format(content, indent=1) + b"\n")


def read_manifest(folder: Path, verifier: Verifier) -> Manifest:
    """Read a manifest and verify its signature. Raises ManifestError: there is none, or it is not as it was signed."""
    try:
        signed = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Signed)
        verifier.verify(b64decode(signed.signature, validate=True), _message(signed.manifest))
    except (OSError, msgspec.MsgspecError, ValueError):
        raise ManifestError(f"{MANIFEST} is missing or cannot be read") from None
    except IntegrityError:
        raise ManifestError(f"{MANIFEST} was not signed with this key, or was changed") from None
    return signed.manifest


def changed_files(folder: Path, manifest: Manifest) -> list[str]:
    """Return the names of files that are missing or not as they were signed."""
    return [name for name, digest in sorted(manifest.files.items()) if digest_of(folder / Path(name).name) != digest]


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty without a file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _message(manifest: Manifest) -> bytes:
    return frame(b"audit-pack/1", encode(manifest))
