"""Tests the exchange with a cosigner over HTTP: ours, and one that lies."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from keys.signers import Signer
from masking_audit.tiles import merkle, tree
from masking_audit.tiles.cosigner import MAX_BODY_BYTES, PRIVATE, Cosigner, CosignerServer, Reply, Request
from masking_audit.tiles.cosigning import RETRY_SECONDS, Cosigning, CosigningError
from masking_audit.tiles.log import CHECKPOINT, TiledLog
from masking_audit.tiles.log_key import cosign, sign_as_log
from masking_audit.tiles.notes import LOG, Note, NoteError, NoteKey, parse_signatures
from masking_audit.tiles.tree_head import TreeHead, head_of
from masking_service.audit.questions import Position
from masking_service.shipped import ROOT
from tests.audit.archives import extend
from tests.audit.tiles import trees
from tests.http_servers import running
from tests.keys.known import known_bytes

NOW = 1795553260
NAME = "cosigner.example/1"
SIGNER = Signer(known_bytes("a log"))
KEY = NoteKey("log.example/1", LOG, SIGNER.public_bytes())
LEAVES = trees.some_leaves(40)
NODES = trees.nodes(LEAVES)


def note_of(size: int, root: bytes = b"", origin: str = KEY.name, signer: Signer = SIGNER) -> Note:
    text = TreeHead(origin, size, root or trees.mth(LEAVES[:size])).text
    return Note(text, [sign_as_log(text, KEY.name, signer)])


def request(old: int, size: int) -> Request:
    return Request(old, tree.consistency_proof(old, size, NODES), note_of(size))


@pytest.fixture
def cosigner(tmp_path: Path) -> Cosigner:
    return Cosigner(tmp_path / "cosigner", NAME, [KEY], lambda: NOW)


@contextmanager
def serving(cosigner: Cosigner) -> Iterator[CosignerServer]:
    server = CosignerServer(cosigner, 0)
    with running(server):
        yield server


@pytest.fixture
def server(cosigner: Cosigner) -> Iterator[CosignerServer]:
    with serving(cosigner) as server:
        yield server


def send(
    server: CosignerServer, body: bytes = b"", path: str = "/add-checkpoint", method: str = "POST"
) -> tuple[int, str | None, bytes]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_a_log_that_grows_is_cosigned(server: CosignerServer) -> None:
    for old, size in ((0, 3), (3, 3), (3, 40)):
        status, _, body = send(server, bytes(request(old, size)))
        note = Note(note_of(size).text, parse_signatures(body.decode()))
        assert (status, note.verify(server.cosigner.key)) == (200, NOW)


def test_the_newest_checkpoint_is_served(server: CosignerServer) -> None:
    path = f"/{hashlib.sha256(KEY.name.encode()).hexdigest()}/checkpoint"
    assert send(server, path=path, method="GET")[0] == 404

    send(server, bytes(request(0, 3)))
    status, _, body = send(server, path=path, method="GET")
    note = Note.parse(body)
    assert (status, head_of(note).size, note.verify(KEY), note.verify(server.cosigner.key)) == (200, 3, 0, NOW)
    others = ("/other/checkpoint", path.replace("checkpoint", "other"))
    assert [send(server, path=other, method="GET")[0] for other in others] == [404, 404]


def test_a_request_with_63_hashes_is_read() -> None:
    asked = Request(3, [bytes(32)] * 63, note_of(5))

    assert Request.parse(bytes(asked)) == asked


def forked(old: int, size: int) -> Request:
    leaves = [b"another", *LEAVES[1:size]]
    return Request(old, tree.consistency_proof(old, size, trees.nodes(leaves)), note_of(size, trees.mth(leaves)))


MALFORMED = bytes(request(3, 5))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(MALFORMED.replace(b"old 3", b"old 03"), 400, id="a leading zero"),
        pytest.param(MALFORMED.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"=\n" * 1), 422, id="a longer proof"),
        pytest.param(bytes(Request(3, [bytes(32)] * 64, note_of(5))), 400, id="64 hashes"),
        pytest.param(bytes(Request(6, [], note_of(5))), 400, id="an old size beyond the new one"),
        pytest.param(bytes(Request(0, [], note_of(5, origin="other.example"))), 404, id="an unknown log"),
        pytest.param(
            bytes(Request(3, [], note_of(5, signer=Signer(known_bytes("other"))))), 403, id="an unknown signature"
        ),
        pytest.param(bytes(request(3, 5)).replace(b"\n5\n", b"\n6\n"), 403, id="a wrong signature"),
        pytest.param(bytes(request(2, 5)), 409, id="a smaller old size"),
        pytest.param(bytes(request(4, 5)), 409, id="a larger old size"),
        pytest.param(bytes(Request(3, [], note_of(5))), 422, id="no proof"),
        pytest.param(bytes(forked(3, 5)), 422, id="a fork"),
        pytest.param(bytes(forked(3, 3)), 422, id="a fork of the same size"),
    ],
)
def test_what_cannot_be_cosigned_is_refused_as_specified(server: CosignerServer, body: bytes, expected: int) -> None:
    send(server, bytes(request(0, 3)))

    status, kind, answer = send(server, body)

    assert status == expected
    if expected == 409:
        assert (kind, answer) == ("text/x.tlog.size", b"3\n")
    assert send(server, bytes(request(3, 5)))[0] == 200  # nothing of it was kept


@pytest.mark.parametrize(("old", "proof"), [(0, [bytes(32)]), (0, [])], ids=["a proof from nothing", "another root"])
def test_an_empty_tree_has_one_root_and_no_proof(server: CosignerServer, old: int, proof: list[bytes]) -> None:
    note = note_of(3) if proof else note_of(0, bytes(32))

    assert send(server, bytes(Request(old, proof, note)))[0] == 422
    assert send(server, bytes(Request(0, [], note_of(0, merkle.EMPTY_ROOT))))[0] == 200


def test_requests_of_other_forms_are_refused(server: CosignerServer) -> None:
    assert send(server, b"", "/other")[0] == 404
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.putrequest("POST", "/add-checkpoint")
    connection.putheader("Content-Length", str(MAX_BODY_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_request_without_a_length_is_refused(server: CosignerServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.putrequest("POST", "/add-checkpoint")
    connection.endheaders()
    answer = connection.getresponse()

    assert (answer.status, answer.headers["Connection"]) == (411, "close")
    connection.close()


def test_a_restarted_cosigner_remembers(tmp_path: Path, cosigner: Cosigner) -> None:
    assert cosigner.add_checkpoint(bytes(request(0, 5))).status == 200
    again = Cosigner(tmp_path / "cosigner", NAME, [KEY], lambda: NOW)

    assert again.add_checkpoint(bytes(request(0, 3))) == Reply(409, b"5\n", "text/x.tlog.size")
    assert again.add_checkpoint(bytes(request(5, 7))).status == 200


def test_of_two_requests_at_once_one_is_cosigned(cosigner: Cosigner) -> None:
    cosigner.add_checkpoint(bytes(request(0, 5)))
    with ThreadPoolExecutor(2) as pool:
        replies = [*pool.map(lambda size: cosigner.add_checkpoint(bytes(request(5, size))).status, [20, 40] * 10)]

    assert (replies.count(200), {*replies}) == (1, {200, 409})


def test_a_cosigner_has_one_name_and_key(tmp_path: Path, cosigner: Cosigner) -> None:
    with pytest.raises(NoteError, match="another name"):
        Cosigner(tmp_path / "cosigner", "other.example", [KEY], lambda: NOW)
    (tmp_path / "cosigner" / PRIVATE).unlink()
    with pytest.raises(NoteError, match="not the public key"):
        Cosigner(tmp_path / "cosigner", NAME, [KEY], lambda: NOW)


def test_a_changed_record_of_the_cosigner_is_found(tmp_path: Path, cosigner: Cosigner) -> None:
    cosigner.add_checkpoint(bytes(request(0, 5)))
    (path,) = (tmp_path / "cosigner").glob("*.note")
    path.write_bytes(path.read_bytes().replace(b"\n5\n", b"\n3\n"))

    with pytest.raises(NoteError):
        cosigner.add_checkpoint(bytes(request(3, 7)))


@pytest.fixture
def log(tmp_path: Path) -> TiledLog:
    (tmp_path / "archive").mkdir()
    return TiledLog(tmp_path / "archive", Position(1, 0), "log.example/2")


@pytest.fixture
def own(tmp_path: Path, log: TiledLog) -> Cosigner:
    """A cosigner that knows the log."""
    return Cosigner(tmp_path / "cosigner", NAME, [log.key], lambda: NOW)


def cosigning_of(log: TiledLog, url: str, key: NoteKey, clock: Callable[[], int] = lambda: NOW) -> Cosigning:
    return Cosigning(log, url, key, clock)


class Listening(Cosigner):
    """Keeps from which size to which it is asked to cosign."""

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self.asked: list[tuple[int, int]] = []

    def add_checkpoint(self, body: bytes) -> Reply:
        asked = Request.parse(body)
        self.asked.append((asked.old_size, head_of(asked.note).size))
        return super().add_checkpoint(body)


def test_the_published_note_gets_the_cosignature(tmp_path: Path, log: TiledLog) -> None:
    """A process that does not know what was cosigned before is told, and asks once more."""
    own = Listening(tmp_path / "cosigner", NAME, [log.key], lambda: NOW)
    with serving(own) as server:
        cosigning = cosigning_of(log, server.url, own.key)
        cosigning.refresh()  # nothing is published yet
        for size in (3, 3, 20):
            extend(log, LEAVES, size)
            cosigning.refresh()
            note = Note.parse((log.folder / CHECKPOINT).read_bytes())
            assert (head_of(note).size, note.verify(log.key), note.verify(own.key)) == (size, 0, NOW)
        extend(log, LEAVES, 40)
        cosigning_of(log, server.url, own.key).refresh()

    assert log.note
    assert log.note.verify(own.key) == NOW
    assert own.asked == [(0, 3), (3, 20), (0, 40), (20, 40)]


@pytest.mark.parametrize(
    ("leaves", "size", "refusal"),
    [([b"another", *LEAVES[1:]], 30, "refused the checkpoint with status 422"), (LEAVES, 10, "was rolled back")],
    ids=["forked", "rolled back"],
)
def test_a_log_that_did_not_grow_from_what_was_cosigned_gets_no_cosignature(
    tmp_path: Path, log: TiledLog, own: Cosigner, leaves: list[bytes], size: int, refusal: str
) -> None:
    extend(log, LEAVES, 20)
    with serving(own) as server:
        cosigning_of(log, server.url, own.key).refresh()
        for path in (tmp_path / "archive" / "log-state.json", log.folder / CHECKPOINT):
            path.unlink()
        other = extend(TiledLog(tmp_path / "archive", Position(1, 0)), leaves, size)

        with pytest.raises(CosigningError, match=refusal):
            cosigning_of(other, server.url, own.key).refresh()


class Lying(Cosigner):
    """Answers each request with the same body."""

    answer = Reply(200)

    def add_checkpoint(self, body: bytes) -> Reply:
        return self.answer


def lies(key: NoteKey) -> Iterator[Reply]:
    """Yield answers that are no cosignature of the published note."""
    other = Signer(known_bytes("another"))
    text = note_of(3).text
    wrong = cosign(text, NAME, other, NOW)
    yield Reply(200, str(wrong).encode())  # of another key
    yield Reply(200, str(type(wrong)(NAME, key.id, wrong.signature)).encode())  # under the name and id of the key
    yield Reply(200, b"nothing")
    yield Reply(200, b"\xff")
    yield Reply(409, b"nothing")
    yield Reply(409, b"99\n", "text/x.tlog.size")
    yield Reply(500)


def test_a_cosigner_that_lies_changes_nothing(tmp_path: Path, log: TiledLog) -> None:
    cosigner = Lying(tmp_path / "cosigner", NAME, [log.key], lambda: NOW)
    extend(log, LEAVES, 3)
    before = (log.folder / CHECKPOINT).read_bytes()
    with serving(cosigner) as server:
        for answer in lies(cosigner.key):
            cosigner.answer = answer
            with pytest.raises(CosigningError):
                cosigning_of(log, server.url, cosigner.key).refresh()

    assert (log.folder / CHECKPOINT).read_bytes() == before


def test_a_cosigner_that_does_not_answer_is_asked_again_later(log: TiledLog, own: Cosigner) -> None:
    now = [NOW]
    with CosignerServer(own, 0) as server:
        url = server.url
    extend(log, LEAVES, 3)
    cosigning = cosigning_of(log, url, own.key, lambda: now[0])

    with pytest.raises(CosigningError, match="ConnectionRefusedError"):
        cosigning.refresh()
    cosigning.refresh()  # too soon to ask
    now[0] += RETRY_SECONDS
    with pytest.raises(CosigningError):
        cosigning.refresh()


@pytest.mark.parametrize("url", ["http://cosigner.example", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_a_cosigner_is_reached_over_tls_or_on_this_machine(log: TiledLog, url: str) -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        cosigning_of(log, url, KEY)


def test_the_documentation_states_the_retry_delay_of_a_cosigner() -> None:
    assert f"asks again after {RETRY_SECONDS} seconds" in (ROOT / "docs" / "proofs.md").read_text("utf-8")


def test_a_connection_stays_open_after_an_answer_and_is_closed_after_a_wrong_path(server: CosignerServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    closes = []
    try:
        for body, path in ((bytes(request(0, 3)), "/add-checkpoint"), (b"", "/add-checkpoint"), (b"", "/other")):
            connection.request("POST", path, body)
            answer = connection.getresponse()
            answer.read()
            closes.append(answer.will_close)
    finally:
        connection.close()

    assert closes == [False, False, True]


def test_16_requests_are_answered_at_once_and_a_further_one_waits(server: CosignerServer) -> None:
    taken = [server.places.acquire(blocking=False) for _ in range(17)]
    server.places.release()

    assert taken == [True] * 16 + [False]
    assert send(server, bytes(request(0, 3)))[0] == 200
