"""An independent reader, written from the documents.

`docs/record-format.md` and `docs/token-format.md` are all it knows. Of libraries it takes the block ciphers, one block
at a time, and the hashes; GCM, GCM-SIV, HKDF and every format are written out here.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Refused(Exception):
    """The bytes do not open."""


def frame(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def hkdf(digest: str, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 without salt, for at most one block of the hash."""
    return hmac.digest(hmac.digest(bytes(32), secret, digest), info + b"\x01", digest)[:length]


class Block:
    """One block at a time of AES or SM4."""

    def __init__(self, cipher: algorithms.AES | algorithms.SM4) -> None:
        self._cipher = Cipher(cipher, modes.ECB())  # noqa: S305 - modes are written out below

    def __call__(self, block: bytes) -> bytes:
        return self._cipher.encryptor().update(block)

    def backwards(self, block: bytes) -> bytes:
        return self._cipher.decryptor().update(block)


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def blocks(data: bytes) -> list[bytes]:
    return [data[at : at + 16].ljust(16, b"\0") for at in range(0, len(data), 16)]


def times(x: int, y: int) -> int:
    """Multiplication in the field of GCM (NIST SP 800-38D, 6.3), bits from the left."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def ghash(key: int, data: list[bytes]) -> bytes:
    state = 0
    for block in data:
        state = times(state ^ int.from_bytes(block, "big"), key)
    return state.to_bytes(16, "big")


def polyval(key: bytes, data: list[bytes]) -> bytes:
    """RFC 8452, appendix A, from GHASH: bytes turned round, and the key multiplied by x."""
    turned = int.from_bytes(key, "little")
    turned = turned >> 1 ^ (0xE1 << 120 if turned & 1 else 0)
    return ghash(turned, [block[::-1] for block in data])[::-1]


def open_gcm(block: Block, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """NIST SP 800-38D, 7.2, for nonces of 12 bytes."""
    ciphertext, tag = sealed[:-16], sealed[-16:]
    lengths = (8 * len(context)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    key = int.from_bytes(block(bytes(16)), "big")
    hashed = ghash(key, [*blocks(context), *blocks(ciphertext), lengths])
    if xor(hashed, block(nonce + (1).to_bytes(4, "big"))) != tag:
        raise Refused
    stream = b"".join(block(nonce + (2 + at).to_bytes(4, "big")) for at in range(len(blocks(ciphertext))))
    return xor(ciphertext, stream)


def open_gcm_siv(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """RFC 8452, section 5, for keys of 32 bytes."""
    ciphertext, tag = sealed[:-16], sealed[-16:]
    root = Block(algorithms.AES(key))
    made = b"".join(root(at.to_bytes(4, "little") + nonce)[:8] for at in range(6))
    block = Block(algorithms.AES(made[16:]))
    start = int.from_bytes(tag[:4], "little")
    rest = tag[4:15] + bytes((tag[15] | 0x80,))
    counters = [(start + at & 0xFFFFFFFF).to_bytes(4, "little") + rest for at in range(len(blocks(ciphertext)))]
    plain = xor(ciphertext, b"".join(map(block, counters)))
    lengths = (8 * len(context)).to_bytes(8, "little") + (8 * len(plain)).to_bytes(8, "little")
    hashed = bytearray(polyval(made[:16], [*blocks(context), *blocks(plain), lengths]))
    hashed[:12] = xor(bytes(hashed[:12]), nonce)
    hashed[15] &= 0x7F
    if block(bytes(hashed)) != tag:
        raise Refused
    return plain


def open_envelope(key: bytes, sealed: bytes, *, label: bytes, tenant: bytes, place: bytes) -> bytes:
    """Open an envelope by the suite it names."""
    if sealed[0] not in (1, 2):
        raise Refused
    bound = frame(label, tenant, sealed[:1], sealed[1:2], sealed[2:10])
    context, info = bound + frame(place), frame(b"waybill-masking/1", b"sealing key") + bound
    nonce, rest = sealed[10:22], sealed[22:]
    if sealed[1] == 1:
        return open_gcm_siv(key, nonce, rest, context)
    if sealed[1] == 2:
        return open_gcm(Block(algorithms.AES(hkdf("sha256", key, info, 32))), nonce, rest, context)
    if sealed[1] == 3:
        return open_gcm(Block(algorithms.SM4(hkdf("sm3", key, info, 16))), nonce, rest, context)
    raise Refused


@dataclass
class Reader:
    """Reads the fields of records.

    Args:
        keyset: the content of a `keyset.json` with its root keys inside.
        store: what Redis holds: strings by key, and the fields of hashes by key.
        places: the lines of `masking_service/masking/schemas/places.txt`.
    """

    keyset: Mapping[str, Any]
    store: Mapping[bytes, Any]
    places: list[str]

    @classmethod
    def of_files(cls, keyset: Path, store: Mapping[bytes, Any], places: Path) -> Reader:
        return cls(json.loads(keyset.read_text("utf-8")), store, places.read_text("utf-8").splitlines())

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        (root,) = (root for root in self.keyset["roots"] if root["id"] == wrapped[2:10].hex())
        return open_envelope(base64.b64decode(root["key"]), wrapped, label=b"wrapped-key", tenant=b"", place=place)

    def secret(self, use: str, version: int) -> bytes:
        (entry,) = (e for e in self.keyset["secrets"] if (e["use"], e["version"]) == (use, version))
        place = frame(b"keyset-secret", use.encode(), version.to_bytes(4, "big"))
        return self.unwrap(base64.b64decode(entry["wrapped"]), place)

    def field(self, tenant: str, token: str) -> tuple[str, Any]:
        """Return kind, path and value of a token."""
        version = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[4])
        name = tenant.encode()
        info = frame(b"waybill-masking/1", b"token", name)
        token_key = hkdf("sha256", self.secret("token", version), info, 32)
        block = Block(algorithms.AES(token_key)).backwards(base64.urlsafe_b64decode(token[5:] + "=="))
        plain = self.record(tenant, block[:12], block[12])
        if plain[:3] != block[14:16] + bytes((version,)):
            raise Refused
        flat = json.loads(plain[7:])
        place, value = flat[1 + 2 * block[13]], flat[2 + 2 * block[13]]
        return place if isinstance(place, str) else self.places[place], value

    def record(self, tenant: str, base: bytes, revision: int) -> bytes:
        """Split the plaintext of a record."""
        place = b"wm:{" + base64.urlsafe_b64encode(base) + b"}" + f"{revision:x}".encode()
        sealed = self.store[place]
        key = self.data_key(tenant, sealed[2:10])
        return open_envelope(key, sealed, label=b"record", tenant=tenant.encode(), place=place)

    def data_key(self, tenant: str, key_id: bytes) -> bytes:
        name = base64.urlsafe_b64encode(key_id).rstrip(b"=")
        value = self.store[b"wm:{keys}data"][name]
        wrapped = value[4 + int.from_bytes(value[:4], "big") + 4 :]
        return self.unwrap(wrapped, frame(b"data-key", key_id, tenant.encode()))
