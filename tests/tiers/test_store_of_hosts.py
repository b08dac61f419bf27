"""What intake hosts are told of the store, by which they know it, and the day keys that they seal for."""

import time
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.tiers.published import (
    MAX_AGE_SECONDS,
    DayKeyEntry,
    Published,
    PublishedAccess,
    PublishedDays,
    Sources,
)
from masking_service.service.tiers.publisher import Publisher
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.fences import mark
from masking_service.store.genesis import MARKED_SLOTS
from masking_service.store.layout import GENESIS
from tests.store.stores import NOW

TODAY = NOW // SECONDS_A_DAY
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
    return Publisher(store, keyring, nothing, nothing, nothing, nothing)


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


def entries(*numbers: int) -> list[DayKeyEntry]:
    """Return day keys of today and the days that follow, with these numbers."""
    return [DayKeyEntry(TODAY + day, number, b"id %d" % number, b"public") for day, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ({"express": entries(2, 2)}, 5)),
        (({"express": entries(3, 1), "gone": entries(1)}, 4), ({"express": entries(3, 2)}, 5)),
        (({"express": [DayKeyEntry(TODAY - 1, 9, b"", b"")]}, 5), ({"express": entries(2, 2)}, 5)),
        (({"express": entries(1)}, 6), ({"express": entries(1)}, 6)),
    ],
    ids=["none before", "a higher number, and a tenant that is gone", "of yesterday", "under a newer keyset"],
)
def test_the_day_keys_of_today_and_tomorrow_replace_older_ones(before: Any, after: Any) -> None:
    def of_day(tenant: str, now: int) -> Any:
        key = SimpleNamespace(key_id=b"id 2", day_key=SimpleNamespace(public=b"public"))
        return now // SECONDS_A_DAY, 2, key

    keyring: Any = SimpleNamespace(keyset=SimpleNamespace(serial=5))
    data_keys: Any = SimpleNamespace(of_day=of_day)
    nothing: Any = None
    publisher = Publisher(nothing, keyring, nothing, nothing, data_keys, nothing)

    made = publisher._days(msgspec.json.encode(PublishedDays(*before)) if before else b"", ["express"], NOW)

    assert msgspec.json.decode(made, type=PublishedDays) == PublishedDays(*after)


ACCESS = PublishedAccess(
    at=int(time.time()) + 5,
    sources=Sources(1, 1, {}),
    made_for="production",
    genesis=sha256(b"genesis").digest(),
    marks={1: sha256(b"mark 1").digest()},
    audit_slots=4,
    versions={"index": [1, 2], "tag": [1]},
    clients={},
    frozen={},
    days=1,
)
RIGHT = (b"genesis", {1: b"mark 1"})
EMPTIED = "another first key"
LOST = "lost its mark"


@pytest.mark.parametrize(
    ("access", "genesis", "marks", "refusal"),
    [
        (ACCESS, *RIGHT, None),
        (None, *RIGHT, StoreUnavailable("not-published")),
        (
            replace(ACCESS, at=ACCESS.at - MAX_AGE_SECONDS - 10),
            *RIGHT,
            StoreUnavailable("published-late"),
        ),
        (replace(ACCESS, made_for="development"), *RIGHT, WrongStore("made for development")),
        (ACCESS, None, {}, WrongStore(EMPTIED)),
        (ACCESS, b"another", {}, WrongStore(EMPTIED)),
        (ACCESS, b"genesis", {1: None}, WrongStore(LOST)),
        (ACCESS, b"genesis", {1: b"mark 2"}, WrongStore(LOST)),
        (ACCESS, b"genesis", {1: b"mark 1", 2: b"mark 2"}, WrongStore("slot 2 lost")),
        (replace(ACCESS, versions={"index": [1]}), *RIGHT, StoreUnavailable("old-keyset")),
    ],
)
def test_a_host_stores_only_in_the_store_that_the_opening_tier_names(
    tmp_path: Path, access: Any, genesis: Any, marks: Any, refusal: Exception | None
) -> None:
    keyring: Any = SimpleNamespace(made_for="production", keyset=SimpleNamespace(active={"index": 2, "tag": 1}))
    nothing: Any = None
    published = Published(nothing, keyring, tmp_path, bytes)
    published.access = access

    if refusal is None:
        published.check_store(genesis, marks)
    else:
        with pytest.raises(type(refusal), match=str(refusal)):
            published.check_store(genesis, marks)
