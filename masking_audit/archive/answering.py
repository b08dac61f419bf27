"""Answers questions about an archive over HTTP, to those who have its key."""

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Final

import msgspec

from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_audit.archive.index import Index, NotIndexedError
from masking_audit.archive.segments import WITNESS, ArchiveError, lines_at, segment_since
from masking_service.audit.questions import (
    MAX_LIMIT,
    MAX_NAMES,
    MAX_PAGE_BYTES,
    MAX_QUESTION_BYTES,
    LinesQuestion,
    LogAnswer,
    NamedQuestion,
    NewestQuestion,
    Position,
    Question,
    is_signed_question,
    sign_answer,
)
from masking_service.audit.reading import ID

TIMEOUT_SECONDS: Final = 10.0
INDEX_EVERY_SECONDS: Final = 1.0
HEALTH: Final = "/healthz"


class ArchiveServer(ThreadingHTTPServer):
    """Listens at an address; `serve_forever` answers, and the archive is indexed beside it.

    Args:
        address: host and port where to listen; port 0 for any free one.
        report: is told why the archive cannot be read.
    """

    daemon_threads = True

    def __init__(
        self,
        archive: Path,
        index: Path,
        key: MessageKey,
        clock: Callable[[], int],
        *,
        address: tuple[str, int],
        report: Callable[[str], None],
    ) -> None:
        self._stopped = threading.Event()
        self._indexing = threading.Thread(target=self._keep_indexing, name="index", daemon=True)
        super().__init__(address, _ArchiveHandler)
        self._archive = archive
        self._index = Index(archive, index)
        self.key, self.clock = key, clock
        self._report = report
        self._indexing.start()

    @property
    def url(self) -> str:
        host = str(self.server_address[0])
        return f"http://[{host}]:{self.server_port}" if ":" in host else f"http://{host}:{self.server_port}"

    def server_close(self) -> None:
        """Stop indexing, and release the address."""
        self._stopped.set()
        if self._indexing.ident:  # it is called, too, where the address is taken
            self._indexing.join()
        super().server_close()

    def answer(self, question: Question) -> LogAnswer:
        """Answer a valid question.

        Raises:
            NotIndexedError: the index is still being made.
            ArchiveError, OSError, DatabaseError: the archive or its index cannot be read.
        """
        if isinstance(question, NewestQuestion):
            with suppress(FileNotFoundError):
                return LogAnswer(checkpoint=(self._archive / WITNESS).read_text("ascii"))
            return LogAnswer()
        if isinstance(question, NamedQuestion):
            return LogAnswer(self._index.named(question.tenant, question.names))
        if isinstance(question, LinesQuestion):
            begin = question.position or Position(segment_since(self._archive, question.since), 0)
            lines, position = lines_at(self._archive, begin, MAX_PAGE_BYTES)
            return LogAnswer(lines=lines.decode(), position=position)
        return self._index.page(msgspec.structs.replace(question, limit=min(question.limit, MAX_LIMIT)))

    def _keep_indexing(self) -> None:
        """Index what is added, and report a fault once."""
        more, said = True, ""
        while not self._stopped.wait(0 if more else INDEX_EVERY_SECONDS):
            more, fault = False, ""
            try:
                more = self._index.index_more()
            except (ArchiveError, OSError, DatabaseError) as error:
                fault = f"the archive cannot be indexed: {error}"
            if fault and fault != said:
                self._report(fault)
            said = fault


class _ArchiveHandler(BaseHTTPRequestHandler):
    server: ArchiveServer
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_SECONDS

    def do_GET(self) -> None:
        self._answer(200 if self.path == HEALTH else 404)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 9 and int(length) <= MAX_QUESTION_BYTES):
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        signature = self.headers.get(SIGNATURE, "")
        stamp = self.headers.get(TIMESTAMP, "")
        if not is_signed_question(self.server.key, stamp, body, signature, self.server.clock()):
            self._answer(401)
            return
        try:
            question = msgspec.json.decode(body, type=Question)
            names = question.names if isinstance(question, NamedQuestion) else ()
            if len(names) > MAX_NAMES or not all(map(ID.fullmatch, names)):
                raise msgspec.ValidationError("names has something else than ids")
            answer = msgspec.json.encode(self.server.answer(question))
        except msgspec.DecodeError:
            self._answer(400)
        except NotIndexedError:
            self._answer(503)
        except (ArchiveError, OSError, DatabaseError) as error:
            self.log_error("%s", error)
            self._answer(503)
        else:
            self._answer(200, answer, {SIGNATURE: sign_answer(self.server.key, signature, answer)})

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status not in (200, 503):
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: object) -> None:
        """Log no answered request."""
