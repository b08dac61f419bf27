"""Reads the memory of processes, and tries what is in it on what a store holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from tests.keys.reader import frame

KEY_BYTES = 32
PAGE = 4096
MIN_DISTINCT = 14
"""Distinct bytes in a window that may be a key. Of 32 random bytes fewer than that are distinct once in 10^12."""


def dumped(pids: Iterable[int]) -> list[bytes]:
    """Return all memory that processes may have written, without empty pages. Needs root."""
    return [content for pid in pids for content in _mappings(pid)]


def _mappings(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            bounds, rights, *_ = line.split()
            if not rights.startswith("rw"):  # what was never written holds nothing of the process's
                continue
            begin, end = (int(bound, 16) for bound in bounds.split("-"))
            try:
                memory.seek(begin)
                yield from _written(memory.read(end - begin))
            except OSError:
                continue


def _written(content: bytes) -> Iterator[bytes]:
    """Return the runs of pages that are not zero."""
    nothing = bytes(PAGE)
    begin = None
    for at in range(0, len(content) + 1, PAGE):
        empty = content[at : at + PAGE] in (nothing, b"")
        if begin is None and not empty:
            begin = at
        elif begin is not None and empty:
            yield content[begin:at]
            begin = None


def found(texts: Iterable[bytes], contents: Iterable[bytes]) -> set[bytes]:
    """Return which of some texts are in memory. One expression for all is read three times as fast as one text each."""
    any_text = re.compile(b"|".join(map(re.escape, texts)))
    return {text for content in contents for text in any_text.findall(content)}


def pids(state: Path, tier: str) -> list[int]:
    """Return the processes of a tier, as the development set-up names them."""
    found: list[int] = json.loads((state / "tiers.json").read_bytes())[tier]["pids"]
    return found


def opens(key: bytes, tenant: bytes, place: bytes, sealed: bytes) -> bool:
    """Return whether a key opens a record, by the documented format and the suite aes-256-gcm-siv."""
    bound = frame(b"record", tenant, sealed[:1], sealed[1:2], sealed[2:10], place)
    try:
        AESGCMSIV(key).decrypt(sealed[10:22], sealed[22:], bound)
    except InvalidTag:
        return False
    return True


def windows(contents: Iterable[bytes], step: int) -> set[bytes]:
    """Return every window of 32 bytes that may be a key, at each multiple of `step` in each mapping."""
    found = set()
    for content in contents:
        for at in range(0, len(content) - KEY_BYTES + 1, step):
            window = content[at : at + KEY_BYTES]
            if len(set(window)) >= MIN_DISTINCT:
                found.add(window)
    return found


def schedules(key: bytes) -> list[bytes]:
    """Return the round keys of AES-256 of a key, forwards, and as they are turned for decryption."""
    words = [key[at : at + 4] for at in range(0, 32, 4)]
    rcon = 1
    for at in range(8, 60):
        word = words[at - 1]
        if at % 8 == 0:
            word = bytes((_SBOX[word[1]] ^ rcon, _SBOX[word[2]], _SBOX[word[3]], _SBOX[word[0]]))
            rcon = (rcon << 1) ^ (0x11B if rcon & 0x80 else 0)
        elif at % 8 == 4:
            word = bytes(_SBOX[byte] for byte in word)
        words.append(bytes(one ^ other for one, other in zip(words[at - 8], word, strict=True)))
    return [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]


def _sbox() -> bytes:
    """FIPS 197, 5.1.1."""
    box = bytearray(256)
    one = other = 1
    while True:
        one ^= (one << 1 & 0xFF) ^ (0x1B if one & 0x80 else 0)
        for shift in (1, 2, 4):
            other ^= other << shift & 0xFF
        other ^= 0x09 if other & 0x80 else 0
        turned = other
        for shift in range(1, 5):
            turned ^= (other << shift | other >> 8 - shift) & 0xFF
        box[one] = turned ^ 0x63
        if one == 1:
            break
    box[0] = 0x63
    return bytes(box)


_SBOX = _sbox()
