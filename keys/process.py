"""Keeps the memory of a process that holds keys from being written to disk."""

import resource


def forbid_core_dumps() -> None:
    """No core file for this process and its children, whatever the machine's default is."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
