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


def publisher(stored: dict[bytes, bytes], *, marked: bool) -> Publisher:
    def read(commands: list[tuple[bytes, bytes]]) -> list[bytes | None]:
        return [stored.get(key) for _, key in commands]

    store: Any = SimpleNamespace(identity=SimpleNamespace(marked=marked), read=read)
    keyring: Any = SimpleNamespace(keyset=SimpleNamespace(digest=b"keyset", in_store=lambda use: [use]))
    nothing: Any = None
    return Publisher(store, keyring, nothing, nothing, nothing)


@pytest.mark.parametrize("marked", [False, True])
def test_hosts_know_the_store_by_hashes_of_its_first_key_and_marks(marked: bool) -> None:
    told = publisher({GENESIS: b"genesis", **MARKS}, marked=marked)._identity()

    of_marks = {slot: sha256(MARKS[mark(slot)]).digest() for slot in MARKED_SLOTS}
    assert told == (sha256(b"genesis").digest(), of_marks if marked else {})


@pytest.mark.parametrize("missing", [GENESIS, next(iter(MARKS))])
def test_a_store_that_lacks_one_of_them_is_not_published(missing: bytes) -> None:
    stored = {GENESIS: b"genesis", **MARKS}
    del stored[missing]

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        publisher(stored, marked=True)._identity()
