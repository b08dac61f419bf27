"""The statuses with which an archive answers, on the wire."""

import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path

import msgspec
import pytest

from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_audit.archive.answering import HEALTH, ArchiveServer
from masking_audit.archive.index import NotIndexedError
from masking_audit.archive.segments import ArchiveError
from masking_service.audit.questions import NamedQuestion, NewestQuestion, sign_question
from tests.http_servers import running

KEY = MessageKey(b"k" * 32)
NEWEST = msgspec.json.encode(NewestQuestion())
NAMED = msgspec.json.encode(NamedQuestion("a" * 32, ["0123456789abcdef-1"]))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ArchiveServer]:
    """A server of an archive that does not exist yet."""
    server = ArchiveServer(
        tmp_path / "archive", tmp_path / "index", KEY, lambda: int(time.time()), address=("127.0.0.1", 0), report=print
    )
    with running(server):
        yield server


def asked(
    server: ArchiveServer, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bool]:
    """Return the status of an answer, and whether the connection stays open."""
    connection = HTTPConnection("127.0.0.1", server.server_port)
    try:
        connection.request(method, path, body, headers or {})
        answered = connection.getresponse()
        answered.read()
        return answered.status, not answered.will_close
    finally:
        connection.close()


def signed(server: ArchiveServer, body: bytes) -> tuple[int, bool]:
    now = str(int(time.time()))
    return asked(server, "POST", "/", body, {TIMESTAMP: now, SIGNATURE: sign_question(KEY, now, body)})


def test_the_server_is_healthy_and_has_no_other_page(server: ArchiveServer) -> None:
    assert (asked(server, "GET", HEALTH), asked(server, "GET", "/")) == ((200, True), (404, False))


def test_a_question_is_answered(server: ArchiveServer) -> None:
    assert signed(server, NEWEST) == (200, True)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"type":"other"}', NAMED.replace(b"-1", b"/1")])
def test_what_is_no_question_is_malformed(server: ArchiveServer, body: bytes) -> None:
    assert signed(server, body) == (400, False)


@pytest.mark.parametrize(("names", "expected"), [(50, (200, True)), (51, (400, False))])
def test_a_question_names_50_entries_at_most(server: ArchiveServer, names: int, expected: tuple[int, bool]) -> None:
    question = NamedQuestion("a" * 32, [f"0123456789abcdef-{number}" for number in range(1, names + 1)])

    assert signed(server, msgspec.json.encode(question)) == expected


def test_a_closed_server_has_released_its_address_and_ended_its_thread(
    server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def index_more(_: object) -> bool:
        indexing.set()
        go_on.wait(30)
        time.sleep(0.2)  # the thread takes its time to end
        ended.set()
        return False

    monkeypatch.setattr("masking_audit.archive.index.Index.index_more", index_more)
    assert indexing.wait(30)
    server.shutdown()
    go_on.set()
    server.server_close()

    assert ended.is_set()
    with pytest.raises(ConnectionRefusedError):
        asked(server, "GET", HEALTH)


@pytest.mark.parametrize("length", [len(NEWEST), 65_536])
def test_a_question_that_is_not_signed_is_refused(server: ArchiveServer, length: int) -> None:
    assert asked(server, "POST", "/", NEWEST.ljust(length)) == (401, False)


@pytest.mark.parametrize("length", ["", "-1", "x", "1_0", "65537", "9" * 9])
def test_a_question_that_is_too_long_or_has_no_length_is_not_read(server: ArchiveServer, length: str) -> None:
    assert asked(server, "POST", "/", b"", {"Content-Length": length}) == (413, False)


@pytest.mark.parametrize("error", [NotIndexedError, ArchiveError("damaged"), OSError])
def test_an_archive_that_cannot_be_read_is_unavailable(
    server: ArchiveServer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("masking_audit.archive.index.Index.named", fail)

    assert signed(server, NAMED) == (503, True)
