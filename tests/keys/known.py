"""Known keys for tests and documented vectors."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from keys.keyring import Keyring
from keys.keyset import Keyset
from keys.keyset_file import SPLIT_OFF, USES, Use
from keys.providers.file import FileRootKeys


def known_bytes(name: str) -> bytes:
    """32 bytes that follow from `name`."""
    return sha256(name.encode()).digest()


def secret_file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file that holds a secret."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def known_keyset(
    owner: str = "vectors",
    *,
    made_for: Literal["development", "production"] = "development",
    token_versions: Sequence[int] = (0,),
    roots: Sequence[int] = (0,),
    retired: Sequence[int] = (),
    serial: int = 0,
    shredded_before: int = 0,
    algorithm: int = 1,
) -> Keyset:
    """Return the known keyset of an owner, with one secret for the uses that the first keysets did not tell apart.

    Args:
        retired: those of its root keys that are.
    """
    versions: dict[Use, Sequence[int]] = {use: token_versions if use == "token" else (0,) for use in USES}
    secrets = {
        (use, version): known_bytes(f"{owner} {SPLIT_OFF.get(use, use)} {version}")
        for use in USES
        for version in versions[use]
    }
    names = {number: f"{owner} root" if number == 0 else f"{owner} root {number}" for number in roots}
    ids = {number: known_bytes(f"{name} id")[:8] for number, name in names.items()}
    root_keys = {ids[number]: known_bytes(name) for number, name in names.items()}
    active_root = ids[roots[-1]]
    return Keyset(
        made_for,
        FileRootKeys(root_keys, active_root),
        frozenset(root_keys),
        active_root,
        secrets,
        {use: versions[use][-1] for use in USES},
        serial=serial,
        digest=known_bytes(f"{owner} {serial}")[:16],
        shredded_before=shredded_before,
        algorithm=algorithm,
        retired_roots=frozenset(ids[number] for number in retired),
    )


def known_keyring(owner: str = "vectors", **how: Any) -> Keyring:
    """Return the known keyring of an owner."""
    return Keyring(known_keyset(owner, **how))


def with_further_hashes(keyset: Keyset, active: int = 1) -> Keyset:
    """Return a keyset that has two more secrets for audit hashes, versions 1 and 2."""
    secrets: dict[tuple[Use, int], bytes] = {
        ("audit-hash", version): known_bytes(f"audit-hash {version}") for version in (1, 2)
    }
    return replace(keyset, secrets=keyset.secrets | secrets, active=keyset.active | {"audit-hash": active})
