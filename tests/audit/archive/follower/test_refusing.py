"""A store that contradicts the archive or its signatures is refused."""

from pathlib import Path

import pytest
import redis

from masking_audit.archive.segments import ArchiveError, archived
from masking_audit.format.links import commit_message, link
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.archive.follower.followed import content, entries_of, published
from tests.audit.archives import follow
from tests.audit.logs import Process, full_entry
from tests.keys.known import known_keyring
from tests.store.stores import NOW, Copy, ask, named

pytestmark = pytest.mark.usefixtures("spread")


@pytest.fixture
def older(logged: Store, folder: Path, client: redis.Redis) -> Copy:
    """A copy of the store before the last archiving."""
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    follow(logged, folder)
    copy = Copy(client)
    writing.commit(full_entry(2))
    logs.checkpoint(logged)
    follow(logged, folder)
    return copy


@pytest.mark.parametrize(
    ("restored", "commits"),
    [(False, 0), (True, 0), (True, 1), (True, 2)],
    ids=["emptied", "older", "older, and gone on with", "older, and ahead again"],
)
def test_a_rolled_back_store_is_refused_and_the_archive_stays(
    logged: Store, folder: Path, client: redis.Redis, older: Copy, restored: bool, commits: int
) -> None:
    before = content(folder)
    ask(client, "FLUSHALL")
    if restored:
        older.restore(client)
    for _ in range(commits):
        Process(logged, "yet another").commit(full_entry(3))
        logs.checkpoint(logged, NOW + 100)

    with pytest.raises(ArchiveError, match="it was rolled back"):
        follow(logged, folder)
    assert content(folder) == before


def test_a_store_that_lost_entries_between_two_checkpoints_is_refused(
    logged: Store, folder: Path, client: redis.Redis
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    follow(logged, folder)
    ask(client, "XDEL", named().stream(writing.log._writer), "2-0")

    with pytest.raises(ArchiveError, match=r"-2( in slot .)? is archived, and the store lacks it"):
        follow(logged, folder)


def rewrite(client: redis.Redis, writer: str, number: int, **fields: bytes) -> None:
    """Put another entry in the place of one."""
    key = named().stream(writer)
    stream = ask(client, "XRANGE", key, "-", "+")
    ask(client, "DEL", key)
    for name, found in stream:
        said = {name.decode(): value for name, value in found.items()}
        if name == b"%d-0" % number:
            said |= fields
        ask(client, "XADD", key, name, *[part for pair in said.items() for part in pair])


@pytest.mark.parametrize("number", [2, 3])
def test_an_entry_that_was_changed_before_it_was_archived_is_not_archived(
    logged: Store, folder: Path, client: redis.Redis, number: int
) -> None:
    follow(logged, folder)
    before = content(folder)
    writing = Process(logged, "another")
    writing.commit(full_entry(1), full_entry(2), full_entry(3))
    rewrite(client, writing.log._writer, number, entry=b'{"at":1}')

    with pytest.raises(ArchiveError, match="edited"):
        follow(logged, folder)
    assert content(folder) == before


def test_no_entry_of_a_refused_commit_is_published(logged: Store, folder: Path, client: redis.Redis) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    writing.commit(full_entry(2), full_entry(3))
    rewrite(client, writing.log._writer, 4, entry=b'{"at":1}')

    with pytest.raises(ArchiveError, match="edited"):
        follow(logged, folder)
    assert published(folder) == entries_of([*archived(folder)])


@pytest.mark.parametrize("signer", ["no one", "another key"])
def test_an_unsigned_entry_is_not_archived(logged: Store, folder: Path, client: redis.Redis, signer: str) -> None:
    follow(logged, folder)
    before = content(folder)
    writer, entry = "ab" * 8, b'{"action":"thaw","at":1}'
    linked = link(bytes(32), writer, 1, entry)
    signature = known_keyring(signer).audit_signer.sign(commit_message(writer, 1, linked))
    signed = () if signer == "no one" else ("signature", signature)
    ask(client, "XADD", named().stream(writer), "1-0", "entry", entry, "link", linked, *signed)
    ask(client, "SADD", named().writers(), writer)

    with pytest.raises(ArchiveError, match="signature"):
        follow(logged, folder)
    assert content(folder) == before


@pytest.mark.parametrize("fields", [{"entry": b"no JSON"}, {"link": b"short"}])
def test_garbage_in_a_stream_is_refused(
    logged: Store, folder: Path, client: redis.Redis, fields: dict[str, bytes]
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    rewrite(client, writing.log._writer, 1, **fields)

    with pytest.raises(ArchiveError):
        follow(logged, folder)


def test_a_writer_that_a_checkpoint_names_and_the_store_lost_is_missed(
    logged: Store, folder: Path, client: redis.Redis
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    logs.checkpoint(logged)
    ask(client, "DEL", named().stream(writing.log._writer))

    with pytest.raises(ArchiveError, match=f"names {writing.log._writer}-2, which is missing"):
        follow(logged, folder)
