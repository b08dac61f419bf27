"""Tokens: short references to a field of a record, made of one AES block each.

A token says nothing to whoever lacks the key, and nothing about a value to
anyone: it is where the value stands, never the value. The same reference gives
the same token for ever. `docs/token-format.md` is the whole format.
"""

import re
import threading
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from keys.secret import Secret
from keys.uses import Uses

BLOCK_BYTES = 16
VERSION = "1"
KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The key character of a token is the one at the token key's version."""

_TOKEN = re.compile(r"wbt1([A-Za-z0-9_-])([A-Za-z0-9_-]{21}[AQgw])")
"""The last of the 22 characters carries two bits, so four spellings of it are canonical."""


class TokenKeys(Secret):
    """A tenant's token keys by version: the active one makes, every one of them reads.

    Args:
        keys: 32-byte AES keys by version (0 to 63).
        active: the version that makes new tokens.
        uses: is told how many were made, as ``token/VERSION``.
    """

    __slots__ = ("_ciphers", "_threads", "_uses", "active")

    def __init__(self, keys: Mapping[int, bytes], active: int, uses: Uses) -> None:
        self._ciphers = {version: Cipher(algorithms.AES(key), modes.ECB()) for version, key in keys.items()}  # noqa: S305 - one block a token; equal references must give equal tokens
        self._threads = threading.local()
        self._uses = uses
        self.active = active

    def make(self, blocks: bytes | bytearray, version: int) -> list[str]:
        """Tokens for 16-byte references, one behind the other, under the token key `version`.

        A batch is one cipher call and one base64 call: two zero bytes behind
        each block make it 24 characters, of which the first 22 are the block's.

        Raises:
            KeyError: there is no token key of that version.
            ValueError: the last reference is not whole.
        """
        count, rest = divmod(len(blocks), BLOCK_BYTES)
        if rest:
            raise ValueError(f"a reference has {BLOCK_BYTES} bytes")
        secret = self._encryptor(version).update(blocks)
        padded = bytearray((BLOCK_BYTES + 2) * count)
        for at in range(BLOCK_BYTES):  # a byte of every block at once: a tenth of what cutting them out costs
            padded[at :: BLOCK_BYTES + 2] = secret[at::BLOCK_BYTES]
        text = b64encode(padded, b"-_").decode("ascii")
        self._uses.add(f"token/{version}", count)
        head = f"wbt{VERSION}{KEY_CHARACTERS[version]}"
        return [head + text[at : at + 22] for at in range(0, 24 * count, 24)]

    def _encryptor(self, version: int) -> CipherContext:
        """This thread's own, made once: it keeps nothing from one whole block to the next, but is no two threads'."""
        mine: dict[int, CipherContext] | None = getattr(self._threads, "encryptors", None)
        if mine is None:
            mine = self._threads.encryptors = {}
        if version not in mine:
            mine[version] = self._ciphers[version].encryptor()
        return mine[version]

    def read(self, token: str) -> tuple[int, bytes] | None:
        """The token key's version and the 16-byte reference, or None for what no key here made.

        Whatever has the right shape decrypts to some reference: the caller
        looks whether anything stands there.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        version = KEY_CHARACTERS.index(match[1])
        cipher = self._ciphers.get(version)
        if cipher is None:
            return None
        return version, cipher.decryptor().update(urlsafe_b64decode(match[2] + "=="))
