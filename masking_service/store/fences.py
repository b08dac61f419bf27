"""Names keys in chosen slots: fences, probes and marks.

A fence is written after a batch, so that `WAIT` has something to wait for. Without
it, a retry whose commands change nothing has written nothing on its connection,
and `WAIT` would say at once, falsely, that the replicas have everything.
"""

from functools import cache
from itertools import count
from typing import Final

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from masking_service.store.layout import FENCE, MARK, PROBE

SLOTS: Final = REDIS_CLUSTER_HASH_SLOTS


def fence(slot: int | None) -> bytes:
    """Return the key of a fence; in a cluster in the slot, and so the shard, of the write."""
    return _in_slot(FENCE, slot)


def probe(slot: int | None) -> bytes:
    """Return the key of a write that changes nothing, in a slot of the server that is checked."""
    return _in_slot(PROBE, slot)


def mark(slot: int) -> bytes:
    """Return the key whose value proves that the shard of `slot` belongs to this store."""
    return _in_slot(MARK, slot)


def _in_slot(key: bytes, slot: int | None) -> bytes:
    return key if slot is None else key + b":{" + _tags()[slot] + b"}"


@cache
def _tags() -> list[bytes]:
    """Return for each slot the lowest number that hashes to it: about 50 ms, once per process."""
    tags: dict[int, bytes] = {}
    numbers = count()
    while len(tags) < SLOTS:
        tag = b"%d" % next(numbers)
        tags.setdefault(key_slot(tag), tag)
    return [tags[slot] for slot in range(SLOTS)]
