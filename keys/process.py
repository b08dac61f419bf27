"""Keeps keys in memory from being written to disk."""

import ctypes
import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_MCL_CURRENT: Final = 1
_MCL_FUTURE: Final = 2


def forbid_core_dumps() -> None:
    """Disable core dumps of this process and its children.

    The limit is one byte, not zero: according to core(5) a limit of 0 is ignored where dumps go to a pipe, and 1 is
    not. A hard limit of 0 cannot be raised without a privilege; then the process itself is made undumpable.
    """
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        _forbid_dumps(ctypes.CDLL(None))
        return
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


def forbid_swap() -> bool:
    """Keep all memory of this process in RAM, and other processes of its user from reading it.

    Returns:
        False where the limit of locked memory does not allow it; then swap has to be off, or encrypted.
    """
    library = ctypes.CDLL(None)
    _forbid_dumps(library)
    return bool(library.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)


def _forbid_dumps(library: ctypes.CDLL) -> None:
    if library.prctl(_PR_SET_DUMPABLE, 0) != 0:
        raise OSError("the kernel refused PR_SET_DUMPABLE")
