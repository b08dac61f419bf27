"""Tests that bad work for the search indexes is dropped, and that the other work is filed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from keys.aead import HOUR_FORMAT, OVERHEAD_BYTES, SealingKey
from keys.errors import IntegrityError
from masking_service.service.search.index_work import AT_ONCE, PATIENCE_SECONDS, STREAM, work_command
from masking_service.service.search.state import Findable, Indexed
from tests.store.stores import counted
from tests.tiers.split import Split
from tests.web.api import NUMBER, record, results

UNKNOWN = bytes((HOUR_FORMAT, 1)).ljust(OVERHEAD_BYTES, b"?")


@pytest.fixture
def client(valkey: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey) as made:
        yield made


@pytest.fixture
def searched(split: Split) -> Split:
    """Both tiers, which keep the indexes."""
    split.keep_indexes()
    return split


def tag(split: Split) -> bytes:
    return split.opening.parts.keyring.tenant("default").tenant_tag.encode()


def key(split: Split) -> SealingKey:
    return split.opening.parts.vault.data_keys.for_today("default", split.now, 1)


def work(split: Split, base: bytes = bytes(12), revision: int = 0, expires_at: int = 2**31) -> dict[Any, Any]:
    """Work that a host has sealed."""
    one = Indexed(NUMBER, base, revision, expires_at, b"", Findable(("02159791234",)))
    command = work_command(tag(split).decode(), key(split), [one], bytes(12))
    return {bytes(command[3]): bytes(command[4])}


def found(split: Split) -> list[str]:
    api = split.opening
    answered = api.post(api.mint("service-desk"), "/v1/search", {"phone": "02159791234"})
    return [one["waybill_no"] for one in results(answered)]


def bad(split: Split) -> list[dict[Any, Any]]:
    """Entries of the stream that no host writes, each in another way."""
    return [
        {tag(split): b"x", b"another": b"y"},
        {b"\xff": b"x"},
        {tag(split): b"too short"},
        {tag(split): key(split).seal(b"{", STREAM + b"/" + tag(split), bytes(12))},
        work(split, revision=99),
        work(split, expires_at=2**60),
        work(split, base=b"short"),
    ]


def test_bad_work_is_an_alarm_and_the_rest_is_filed(searched: Split, client: redis.Redis) -> None:
    for entry in bad(searched):
        client.xadd(STREAM, entry)
    searched.tokenize(record())

    with pytest.raises(IntegrityError):
        searched.opening.parts.file_index_work()

    assert (found(searched), client.xlen(STREAM)) == ([NUMBER], 0)


def test_work_that_names_what_is_not_known_waits_a_minute(searched: Split, client: redis.Redis) -> None:
    for _ in range(AT_ONCE):
        client.xadd(STREAM, {tag(searched): UNKNOWN})
    client.xadd(STREAM, {b"AAAAAAAAAAAAAAAA": UNKNOWN})
    searched.tokenize(record())

    with counted(searched.opening.parts.store) as trips:
        searched.opening.parts.file_index_work()

    assert trips[0] < 2 * AT_ONCE  # one for each unknown key, and no entry is read twice
    assert (found(searched), client.xlen(STREAM)) == ([NUMBER], AT_ONCE + 1)
    with pytest.raises(IntegrityError, match="names a tenant or a key that is not known"):
        searched.opening.parts.index_work.file(["default"], searched.now + PATIENCE_SECONDS + 1)
    assert client.xlen(STREAM) == 0


def test_work_of_a_tenant_is_filed_once_the_tenant_is_known(searched: Split, client: redis.Redis) -> None:
    searched.tokenize(record())
    filing = searched.opening.parts.index_work

    assert (filing.file([], searched.now), found(searched)) == (0, [])
    assert (filing.file(["default"], searched.now), found(searched)) == (1, [NUMBER])
    assert client.xlen(STREAM) == 0


def test_the_length_of_work_tells_only_of_how_many_512_bytes_it_is() -> None:
    seal = SealingKey(bytes(32), bytes(8), label=b"record", tenant=b"default")
    lengths = []
    for phones in range(80):
        one = Indexed(NUMBER, bytes(12), 0, 2**31, b"", Findable(("02159791234",) * phones))
        lengths.append(len(bytes(work_command("tag", seal, [one], bytes(12))[4])) - OVERHEAD_BYTES)

    assert sorted({*lengths}) == [512, 1_024, 1_536]
    assert lengths == sorted(lengths)
