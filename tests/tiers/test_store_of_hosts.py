"""What intake hosts are told of the store, by which they know it."""

from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.tiers.publisher import Publisher
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import mark
from masking_service.store.genesis import MARKED_SLOTS
from masking_service.store.layout import GENESIS

MARKS = {mark(slot): b"mark %d" % slot for slot in MARKED_SLOTS}


class Stored:
    """A store with these values, which counts how often it is read."""

    def __init__(self, values: dict[bytes, bytes], *, marked: bool = True) -> None:
        self.values = values
        self.identity = SimpleNamespace(marked=marked)
        self.reads = 0

    def read(self, commands: list[tuple[bytes, bytes]]) -> list[bytes | None]:
        self.reads += 1
        return [self.values.get(key) for _, key in commands]


class Keyset:
    """A keyset whose state secrets, one or two, are in the store."""

    digest = b"one keyset"
    state: tuple[int, ...] = (1,)

    def in_store(self, use: str) -> tuple[int, ...]:
        assert use == "state"
        return self.state


def publisher(stored: Stored, keyset: Keyset) -> Publisher:
    store: Any = stored
    keyring: Any = SimpleNamespace(keyset=keyset)
    nothing: Any = None
    return Publisher(store, keyring, nothing, nothing, nothing)


@pytest.mark.parametrize("marked", [False, True])
def test_hosts_know_the_store_by_hashes_of_its_first_key_and_marks(marked: bool) -> None:
    told = publisher(Stored({GENESIS: b"genesis", **MARKS}, marked=marked), Keyset())._identity()

    of_marks = {slot: sha256(MARKS[mark(slot)]).digest() for slot in MARKED_SLOTS}
    assert told == (sha256(b"genesis").digest(), of_marks if marked else {})


@pytest.mark.parametrize("missing", [GENESIS, next(iter(MARKS))])
def test_a_store_that_lacks_one_of_them_is_not_published(missing: bytes) -> None:
    stored = {GENESIS: b"genesis", **MARKS}
    del stored[missing]

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        publisher(Stored(stored), Keyset())._identity()


def test_the_store_is_read_again_for_another_keyset_and_while_the_state_secret_is_rotated() -> None:
    stored, keyset = Stored({GENESIS: b"genesis", **MARKS}), Keyset()
    telling = publisher(stored, keyset)
    reads = []

    for digest, state in (
        (b"one", (1,)),
        (b"one", (1,)),
        (b"one", (1, 2)),
        (b"one", (1, 2)),
        (b"two", (2,)),
        (b"two", (2,)),
    ):
        keyset.digest, keyset.state = digest, state
        before = stored.reads
        telling._identity()
        reads.append(stored.reads - before)

    assert reads == [1, 0, 1, 1, 1, 0]
