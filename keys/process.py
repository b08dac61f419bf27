"""Keeps the memory of a process that holds keys from being written to disk."""

import resource


def forbid_core_dumps() -> None:
    """No core dump of this process and its children, whatever the machine's default is.

    One byte, not none: core(5) says that a limit of 0 is ignored where dumps go to a pipe, and 1 is not.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
