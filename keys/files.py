"""Reads and writes secret files atomically."""

import os
import stat
from pathlib import Path

from keys.errors import KeysetError, MissingKeyFileError


def write_secret_file(path: Path, content: bytes, *, replace: bool) -> None:
    """Write `content` atomically, readable by the owner only.

    After a crash the file has either its old or its new content.

    Raises:
        FileExistsError: the file exists and `replace` is false.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_secret_file(path: Path) -> bytes:
    """Read a file that others may not open.

    Raises:
        KeysetError: it is missing, not a regular file, readable or writable by
            others, or writable by its group. The message names the file.
    """
    try:
        file = open(path, "rb", opener=_open_without_waiting)  # noqa: SIM115 - these handlers must not catch errors of reading
    except FileNotFoundError:
        raise MissingKeyFileError(f"{path}: no such file") from None
    except OSError as error:
        raise KeysetError(f"{path}: cannot be read ({error.strerror})") from None
    with file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise KeysetError(f"{path}: is not a regular file")
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise KeysetError(f"{path}: its mode {stat.S_IMODE(mode):04o} gives others access; run: chmod 600 {path}")
        return file.read()


def _open_without_waiting(path: str, flags: int) -> int:
    """Open without blocking: a named pipe in place of the file would block the start for ever."""
    return os.open(path, flags | os.O_NONBLOCK)
