"""Lua scripts, which the store runs in one step."""

from dataclasses import dataclass
from hashlib import sha1
from importlib import resources


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script.

    Attributes:
        source: its text.
        digest: its SHA-1 in hexadecimal, by which ``EVALSHA`` calls it.
    """

    source: bytes
    digest: bytes

    @classmethod
    def of(cls, package: str, name: str) -> "Script":
        """Return the script in a file of a package."""
        return cls.from_source(resources.files(package).joinpath(name).read_bytes())

    @classmethod
    def from_source(cls, source: bytes) -> "Script":
        """Return the script with this text."""
        return cls(source, sha1(source, usedforsecurity=False).hexdigest().encode())
