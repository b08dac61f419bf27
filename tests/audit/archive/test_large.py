"""How much of an archive is read at once, to the last entry and byte."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from keys.messages import SIGNATURE, MessageKey
from masking_audit.archive.index import Index
from masking_audit.archive.segments import ArchiveError
from masking_audit.format.entries import Entry
from masking_audit.format.links import encode
from masking_service.audit.asking import AskedArchive
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.order import FIRST, LAST
from masking_service.audit.questions import LogAnswer, PageQuestion, Wanted, sign_answer
from masking_service.store.client import Store
from tests.audit.archives import follow
from tests.audit.logs import TENANT, Process, entry
from tests.http_servers import Handler, served
from tests.store.stores import NOW

KEY = MessageKey(b"k" * 32)


def sized(length: int) -> Entry:
    """Return an entry of so many bytes."""
    return entry(tenant=TENANT, case="x" * (1 + length - len(encode(entry(tenant=TENANT, case="x")))))


def page(folder: Path, wanted: Wanted, limit: int) -> LogAnswer:
    return Index(folder, folder / "index").page(PageQuestion(TENANT, wanted, FIRST, LAST, False, limit))


def test_a_page_ends_with_the_5000th_entry_examined(store: Store, tmp_path: Path) -> None:
    Process(store, "one").commit(*[entry(tenant=TENANT)] * 5_001)
    follow(store, tmp_path / "archive")
    found = page(tmp_path / "archive", Wanted(begin=2 * NOW), 10)

    assert (len(found.rows), found.more, found.examined) == (1, True, 5_000)


@pytest.mark.parametrize(("spare", "rows"), [(0, 3), (1, 4)], ids=["4_mib", "a_byte_less"])
def test_a_page_ends_with_the_entry_after_4_mib(store: Store, tmp_path: Path, spare: int, rows: int) -> None:
    half, process = 2 * 1024 * 1024, Process(store, "one")
    for one in (sized(half), sized(half - spare), *[entry(tenant=TENANT)] * 3):
        process.commit(one)
    follow(store, tmp_path / "archive")
    found = page(tmp_path / "archive", Wanted(), 10)

    assert (len(found.rows), found.more) == (rows, True)


def test_a_commit_of_10000_entries_is_archived(store: Store, tmp_path: Path) -> None:
    Process(store, "one").commit(*[entry(tenant=TENANT)] * 10_000)  # behind the first one of the chain
    follow(store, tmp_path / "archive")

    assert page(tmp_path / "archive", Wanted(), 1).examined == 1


def test_a_commit_of_more_than_10000_entries_is_refused(store: Store, tmp_path: Path) -> None:
    Process(store, "one").commit(*[entry(tenant=TENANT)] * 10_001)

    with pytest.raises(ArchiveError, match="without a signature"):
        follow(store, tmp_path / "archive")


@pytest.mark.parametrize("beyond", [0, 1])
def test_an_answer_of_more_than_12_mib_is_not_read(beyond: int) -> None:
    lines = "x" * (12 * 1024 * 1024 + beyond - len(msgspec.json.encode(LogAnswer())))

    class Archive(Handler):
        def answer(self) -> None:
            self.read()
            body = msgspec.json.encode(LogAnswer(lines=lines))
            self.send(200, body, {SIGNATURE: sign_answer(KEY, self.headers[SIGNATURE], body)})

    with served(Archive) as url:
        asked = AskedArchive(url, KEY, lambda: NOW)
        if beyond:
            with pytest.raises(ArchiveUnavailable):
                [*asked.lines()]
        else:
            assert [*asked.lines()] == [lines.encode()]


def test_an_archive_is_asked_four_questions_at_once() -> None:
    asking, go_on = threading.Semaphore(0), threading.Event()

    class Archive(Handler):
        def answer(self) -> None:
            self.read()
            asking.release()
            go_on.wait(30)
            body = msgspec.json.encode(LogAnswer())
            self.send(200, body, {SIGNATURE: sign_answer(KEY, self.headers[SIGNATURE], body)})

    with served(Archive) as url, ThreadPoolExecutor(4) as threads:
        asked = AskedArchive(url, KEY, lambda: NOW)
        waiting = [threads.submit(asked.newest_checkpoint) for _ in range(4)]
        under_way = [asking.acquire(timeout=30) for _ in range(4)]
        with pytest.raises(ArchiveUnavailable):
            asked.newest_checkpoint()
        go_on.set()
        answered = [one.result() for one in waiting]

    assert (under_way, answered) == ([True] * 4, [None] * 4)
    assert not asking.acquire(blocking=False)
