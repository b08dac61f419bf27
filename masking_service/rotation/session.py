"""Replaces the session key of the desk, which ends all sessions. The desk reads its file again within seconds."""

import os
from collections.abc import Callable
from pathlib import Path

from keys.aead import KEY_BYTES
from keys.files import read_secret_file, write_secret_file


def rotate_session(path: Path, random: Callable[[int], bytes]) -> None:
    """Write a new session key into the desk's file, for the same owner.

    Raises:
        KeysetError: there is no such file, or others may read or write it.
        OSError: it cannot be written.
    """
    read_secret_file(path)
    owner = path.stat()
    write_secret_file(path, random(KEY_BYTES).hex().encode() + b"\n", replace=True)
    if (owner.st_uid, owner.st_gid) != (os.getuid(), os.getgid()):
        os.chown(path, owner.st_uid, owner.st_gid)
