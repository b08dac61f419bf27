"""Asking the archive over HTTP."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from keys.messages import MessageKey
from masking_audit.archive.answering import ArchiveServer
from masking_audit.archive.index import Index
from masking_audit.archive.segments import archived
from masking_service.audit.asking import AskedArchive
from masking_service.audit.errors import ArchiveUnavailable
from tests.audit import logs
from tests.audit.archive.worlds import HOUR, World
from tests.http_servers import running

pytestmark = pytest.mark.usefixtures("spread")
KEY = MessageKey(b"k" * 32)


@contextmanager
def serving(world: World, key: MessageKey = KEY) -> Iterator[AskedArchive]:
    """Serve the archive over HTTP."""
    server = ArchiveServer(
        world.folder, world.folder / "index", KEY, lambda: int(time.time()), address=("127.0.0.1", 0), report=print
    )
    with running(server):
        yield AskedArchive(server.url, key, lambda: int(time.time()))


@pytest.mark.parametrize("newest", [False, True])
def test_the_archive_answers_over_http(parted: World, newest: bool) -> None:
    with serving(parted) as asked:
        assert parted.read(asked, 7, newest=newest) == (parted.made[::-1] if newest else parted.made)
        assert parted.read(asked, 7, case="D-1") == parted.read(parted.index, 7, case="D-1")
        newest_checkpoint = asked.newest_checkpoint()

    assert newest_checkpoint == logs.newest(parted.store)


def test_the_lines_of_the_archive_are_read_over_http(parted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_audit.archive.answering.MAX_PAGE_BYTES", 3000)
    with serving(parted) as asked:
        assert [*asked.lines()] == [*archived(parted.folder)]
        assert [*asked.lines(int(time.time()) + HOUR)] == [*archived(parted.folder, int(time.time()) + HOUR)]


def test_an_archive_that_does_not_exist_yet_has_no_lines_and_no_entries(world: World) -> None:
    world.write(3)
    with serving(world) as asked:
        assert ([*asked.lines()], asked.newest_checkpoint()) == ([], None)
        assert world.read(asked) == world.made


def test_another_key_gets_no_answer(parted: World) -> None:
    with serving(parted, MessageKey(b"x" * 32)) as asked, pytest.raises(ArchiveUnavailable):
        asked.newest_checkpoint()


def test_an_answer_with_another_signature_is_none(parted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_audit.archive.answering.sign_answer", lambda *_: "0" * 64)
    with serving(parted) as asked, pytest.raises(ArchiveUnavailable):
        asked.newest_checkpoint()


def test_an_old_question_gets_no_answer(parted: World) -> None:
    with serving(parted) as asked:
        asked._clock = lambda: int(time.time()) - 100
        with pytest.raises(ArchiveUnavailable):
            asked.newest_checkpoint()


def test_a_fault_of_indexing_is_reported_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    reported: list[str] = []
    answers = iter([OSError("full"), OSError("full"), False, False])

    def index_more(_: Index) -> bool:
        answer = next(answers, None)
        if answer is None:
            done.set()
        if isinstance(answer, OSError):
            raise answer
        return False

    monkeypatch.setattr(Index, "index_more", index_more)
    monkeypatch.setattr("masking_audit.archive.answering.INDEX_EVERY_SECONDS", 0.001)
    server = ArchiveServer(
        world.folder, world.folder / "index", KEY, lambda: 0, address=("127.0.0.1", 0), report=reported.append
    )
    with running(server):
        assert done.wait(10)

    assert reported == ["the archive cannot be indexed: full"]


def test_an_archive_is_indexed_to_its_end_without_a_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done, more = threading.Event(), iter([True, True])

    def index_more(_: Index) -> bool:
        if not (left := next(more, False)):
            done.set()
        return left

    monkeypatch.setattr(Index, "index_more", index_more)
    monkeypatch.setattr("masking_audit.archive.answering.INDEX_EVERY_SECONDS", 3600)
    server = ArchiveServer(world.folder, world.folder / "index", KEY, lambda: 0, address=("127.0.0.1", 0), report=print)
    with running(server):
        assert done.wait(10)
