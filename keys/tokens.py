"""Tokens: short references to a field of a record, one AES block each.

A token is an encrypted reference to a value and never contains the value.
Without the key it reveals nothing. The same reference always gives the same
token. `docs/token-format.md` specifies the format.
"""

import re
import threading
from base64 import b64encode, urlsafe_b64decode
from collections import Counter
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from keys.secret import Secret

BLOCK_BYTES = 16
VERSION = "1"
KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The key character of a token is at the index of the token key's version."""

_TOKEN = re.compile(r"wbt1([A-Za-z0-9_-])([A-Za-z0-9_-]{21}[AQgw])")
"""The last of the 22 characters carries two bits, so only four characters are canonical there."""


class Uses:
    """Counts how often each key was used in this process, by its name. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, uses: int) -> None:
        """Add to the uses of the key `name`."""
        with self._lock:
            self._counts[name] += uses

    def take(self) -> dict[str, int]:
        """Return and reset the counts since the last call."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
        return counted


class TokenKeys(Secret):
    """A tenant's token keys: the active one makes tokens, all read them.

    Args:
        keys: 32-byte AES keys by version (0 to 63).
        active: the version that makes new tokens.
        uses: counts the tokens made, as ``token/VERSION``.
    """

    __slots__ = ("_ciphers", "_threads", "_uses", "active")

    def __init__(self, keys: Mapping[int, bytes], active: int, uses: Uses) -> None:
        self._ciphers = {version: Cipher(algorithms.AES(key), modes.ECB()) for version, key in keys.items()}  # noqa: S305 - single blocks; equal references must give equal tokens
        self._threads = threading.local()
        self._uses = uses
        self.active = active

    def make(self, blocks: bytes | bytearray, version: int) -> list[str]:
        """Make tokens of concatenated 16-byte references.

        A batch takes one cipher call and one base64 call: two zero bytes after
        each block make it 24 characters, of which the first 22 encode the block.

        Raises:
            KeyError: there is no token key of that version.
            ValueError: the last reference is incomplete.
        """
        count, rest = divmod(len(blocks), BLOCK_BYTES)
        if rest:
            raise ValueError(f"a reference must have {BLOCK_BYTES} bytes")
        secret = self._encryptor(version).update(blocks)
        padded = bytearray((BLOCK_BYTES + 2) * count)
        for at in range(BLOCK_BYTES):  # copies one byte of every block at a time: ten times faster than slicing
            padded[at :: BLOCK_BYTES + 2] = secret[at::BLOCK_BYTES]
        text = b64encode(padded, b"-_").decode("ascii")
        self._uses.add(f"token/{version}", count)
        head = f"wbt{VERSION}{KEY_CHARACTERS[version]}"
        return [head + text[at : at + 22] for at in range(0, 24 * count, 24)]

    def _encryptor(self, version: int) -> CipherContext:
        """Return this thread's encryptor. It has no state between blocks, but is not thread-safe."""
        encryptors: dict[int, CipherContext] | None = getattr(self._threads, "encryptors", None)
        if encryptors is None:
            encryptors = self._threads.encryptors = {}
        if version not in encryptors:
            encryptors[version] = self._ciphers[version].encryptor()
        return encryptors[version]

    def read(self, token: str) -> tuple[int, bytes] | None:
        """Return the key version and the 16-byte reference, or None.

        Every string of the right shape decrypts to some reference: the caller
        must check whether it names an existing value.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        version = KEY_CHARACTERS.index(match[1])
        cipher = self._ciphers.get(version)
        if cipher is None:
            return None
        return version, cipher.decryptor().update(urlsafe_b64decode(match[2] + "=="))
