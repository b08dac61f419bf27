"""Keys that everybody may know: the same in every run, for tests and for the vectors that documents quote."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from keys.keyring import Keyring
from keys.keyset import USES, Keyset, Use
from keys.providers.file import FileRootKeys


def known_bytes(name: str) -> bytes:
    """32 bytes that follow from `name`."""
    return sha256(name.encode()).digest()


def known_keyset(
    owner: str = "vectors",
    *,
    made_for: Literal["development", "production"] = "development",
    token_versions: Sequence[int] = (0,),
) -> Keyset:
    """The keyset of `owner`; the last of its token keys is the active one."""
    versions: dict[Use, Sequence[int]] = {use: token_versions if use == "token" else (0,) for use in USES}
    secrets = {(use, version): known_bytes(f"{owner} {use} {version}") for use in USES for version in versions[use]}
    root_id = known_bytes(f"{owner} root id")[:8]
    roots = FileRootKeys({root_id: known_bytes(f"{owner} root")}, root_id)
    return Keyset(made_for, roots, secrets, {use: versions[use][-1] for use in USES})


def known_keyring(owner: str = "vectors", *, token_versions: Sequence[int] = (0,)) -> Keyring:
    """The keys that follow from the keyset of `owner`."""
    return Keyring(known_keyset(owner, token_versions=token_versions))
