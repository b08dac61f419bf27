"""Hour keys: what a machine of the intake tier seals records with, for at most an hour.

The machine makes one, wraps it to the tenant's day key, signs the wrap with its own key, and forgets it. It cannot
open the wrap again. With HPKE alone, any holder of the public day key could forge records, so a wrap is opened only
if an enrolled host signed it. `docs/record-format.md` specifies the bytes.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keys.aead import HEADER_BYTES, HOUR_FORMAT, KEY_BYTES, KEY_ID_BYTES, SealingKey
from keys.day_keys import OVERHEAD_BYTES, DayKey, DayPublicKey
from keys.errors import IntegrityError
from keys.framing import frame
from keys.signatures import SIGNATURE_BYTES, Verifier
from keys.signers import Signer

MLKEM768_X25519: Final = 32
"""The algorithm byte of a wrap: HPKE with MLKEM768-X25519, HKDF-SHA-256, AES-256-GCM."""
HOST_ID_BYTES: Final = 8
PROCESS_BYTES: Final = 8
_HOUR_BYTES: Final = 4
_HEAD_BYTES: Final = HEADER_BYTES + HOST_ID_BYTES + PROCESS_BYTES + _HOUR_BYTES
WRAP_BYTES: Final = _HEAD_BYTES + KEY_BYTES + OVERHEAD_BYTES + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Maker:
    """The process that makes hour keys.

    Attributes:
        host: the 8-byte id of its host.
        process: 8 random bytes.
        random: returns the given number of random bytes.
    """

    host: bytes
    process: bytes
    signer: Signer
    random: Callable[[int], bytes] = os.urandom


@dataclass(frozen=True, slots=True)
class WrapHead:
    """What a wrap says of itself, before it is verified.

    Attributes:
        day_key_id: the id of the data key whose day key opens it.
        host: the id of the host that signed it.
        hour: hours since 1970-01-01, UTC.
    """

    day_key_id: bytes
    host: bytes
    hour: int


def new_hour_key(
    maker: Maker, tenant: bytes, day_key_id: bytes, day_key: DayPublicKey, hour: int, algorithm: int
) -> tuple[SealingKey, bytes]:
    """Make an hour key; return it and its wrap, which goes to the store.

    Args:
        day_key_id, day_key: the tenant's day key of today.
        hour: hours since 1970-01-01, UTC.
    """
    key_id, key = maker.random(KEY_ID_BYTES), maker.random(KEY_BYTES)
    head = bytes((HOUR_FORMAT, MLKEM768_X25519)) + day_key_id + maker.host + maker.process
    head += hour.to_bytes(_HOUR_BYTES, "big")
    context = _context(tenant, key_id, head)
    wrapped = day_key.wrap(key, context)
    signature = maker.signer.sign(_signed(context, wrapped))
    return _sealing_key(key, key_id, tenant, algorithm), head + wrapped + signature


def head_of(wrap: bytes) -> WrapHead:
    """Return what a wrap says of itself. Raises IntegrityError: it is truncated, or of an unknown format."""
    if len(wrap) != WRAP_BYTES or wrap[:2] != bytes((HOUR_FORMAT, MLKEM768_X25519)):
        raise IntegrityError("a wrapped hour key is truncated or has an unknown format")
    host_at = HEADER_BYTES + HOST_ID_BYTES
    return WrapHead(
        wrap[2:HEADER_BYTES],
        wrap[HEADER_BYTES:host_at],
        int.from_bytes(wrap[_HEAD_BYTES - _HOUR_BYTES : _HEAD_BYTES], "big"),
    )


def open_hour_key(
    wrap: bytes, key_id: bytes, tenant: bytes, host: Verifier, day_key: DayKey, algorithm: int
) -> SealingKey:
    """Return the hour key in a wrap.

    Args:
        host: verifies what the host that the wrap names has signed.
        day_key: the one that the wrap names.

    Raises:
        IntegrityError: the host did not sign it, or it was changed, or made for another tenant, id or day key.
    """
    head_of(wrap)
    head, wrapped, signature = wrap[:_HEAD_BYTES], wrap[_HEAD_BYTES:-SIGNATURE_BYTES], wrap[-SIGNATURE_BYTES:]
    context = _context(tenant, key_id, head)
    host.verify(signature, _signed(context, wrapped))
    return _sealing_key(day_key.unwrap(wrapped, context), key_id, tenant, algorithm)


def _context(tenant: bytes, key_id: bytes, head: bytes) -> bytes:
    return frame(b"hour-key", tenant, key_id, head)


def _signed(context: bytes, wrapped: bytes) -> bytes:
    return frame(b"waybill-masking/hour-key", context, wrapped)


def _sealing_key(key: bytes, key_id: bytes, tenant: bytes, algorithm: int) -> SealingKey:
    return SealingKey(key, key_id, label=b"record", tenant=tenant, algorithm=algorithm, format_byte=HOUR_FORMAT)
