"""Files that hold secrets: written whole or not at all, and refused when others may read them."""

import os
import stat
from pathlib import Path

from keys.errors import KeysetError


def write_secret_file(path: Path, content: bytes, *, replace: bool) -> None:
    """Write `content` so that a crash leaves the old file or the new one, readable by the owner only.

    Raises:
        FileExistsError: the file is there already and `replace` is false.
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
    """The content of a file that others may neither read nor write.

    Raises:
        KeysetError: it is missing, not a plain file, readable or writable by the
            world, or writable by its group. The message names the file.
    """
    try:
        file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - its use must not fall under these handlers
    except FileNotFoundError:
        raise KeysetError(f"{path}: there is no such file") from None
    except OSError as error:
        raise KeysetError(f"{path}: cannot be read ({error.strerror})") from None
    with file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise KeysetError(f"{path}: is not a plain file")
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise KeysetError(f"{path}: its mode {stat.S_IMODE(mode):04o} lets others in; run: chmod 600 {path}")
        return file.read()


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a named pipe in the place of the file would hold the start for ever."""
    return os.open(path, flags | os.O_NONBLOCK)
