"""A witness of logs as https://c2sp.org/tlog-witness defines it; here it is called a cosigner.

It cosigns a checkpoint of a log that it knows, if the log has only grown since
the checkpoint that it cosigned last. That one is on disk before a cosignature
is answered.
"""

import hashlib
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from keys.errors import KeysError
from keys.files import write_secret_file
from keys.signers import Signer, create_key_file
from masking_audit.tiles.log_key import cosign, read_public_key, write_public_key
from masking_audit.tiles.merkle import EMPTY_ROOT, ProofError, verify_consistency
from masking_audit.tiles.notes import COSIGNER, MAX_NOTE_BYTES, Note, NoteError, NoteKey, is_key_name
from masking_audit.tiles.tree_head import TreeHead, head_of, parse_hash, parse_number

PRIVATE: Final = "cosigner-key.pem"
PUBLIC: Final = "cosigner.vkey"
MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """The body of an ``add-checkpoint`` request.

    Attributes:
        old_size: of the checkpoint that the cosigner is expected to know.
        proof: that the log has only grown since.
    """

    old_size: int
    proof: Sequence[bytes]
    note: Note

    def __bytes__(self) -> bytes:
        """Return the body."""
        lines = [f"old {self.old_size}", *(b64encode(each).decode() for each in self.proof), "", ""]
        return "\n".join(lines).encode() + bytes(self.note)

    @classmethod
    def parse(cls, content: bytes) -> "Request":
        """Read a body. Raises ValueError, NoteError: it is malformed."""
        head, _, note = content.partition(b"\n\n")
        first, *proof = head.decode().split("\n")
        if not first.startswith("old ") or len(proof) > MAX_HASHES:
            raise ValueError("is not a request to add a checkpoint")
        return cls(parse_number(first.removeprefix("old ")), [parse_hash(each) for each in proof], Note.parse(note))


class Cosigner:
    """Cosigns the checkpoints of some logs.

    Args:
        folder: holds its key and the newest checkpoint of each log.
        name: of a new cosigner; it must be the same afterwards.

    Attributes:
        key: verifies the cosignatures.

    Raises:
        KeysetError, NoteError: the keys in the folder cannot be used.
    """

    def __init__(self, folder: Path, name: str, logs: Iterable[NoteKey], clock: Callable[[], int]) -> None:
        if not is_key_name(name):
            raise NoteError("the name of a cosigner must have no spaces and no plus")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / PRIVATE).exists():
            create_key_file(folder / PRIVATE)
        self._signer = Signer.from_file(folder / PRIVATE)
        self.key = NoteKey(name, COSIGNER, self._signer.public_bytes())
        if not (folder / PUBLIC).exists():
            write_public_key(folder / PUBLIC, self.key)
        if read_public_key(folder / PUBLIC) != self.key:
            raise NoteError(f"{folder / PUBLIC}: has another name, or is not the public key of {PRIVATE}")
        self._folder = folder
        self._logs = {key.name: key for key in logs}
        self._clock = clock
        self._lock = threading.Lock()  # a checkpoint is compared and stored in one step

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer an ``add-checkpoint`` request.

        Raises:
            NoteError: the stored checkpoint was changed.
            OSError: the new one cannot be stored.
        """
        try:
            request = Request.parse(body)
            head = head_of(request.note)
        except (ValueError, NoteError):
            return Reply(400)
        key = self._logs.get(head.origin)
        if key is None:
            return Reply(404)
        try:
            request.note.verify(key)
        except NoteError:
            return Reply(403)
        if request.old_size > head.size:
            return Reply(400)
        with self._lock:
            known = self._known(key)
            if request.old_size != known.size:
                return Reply(409, b"%d\n" % known.size, "text/x.tlog.size")
            try:
                verify_consistency(known.size, known.root, head.size, head.root, request.proof)
            except ProofError:
                return Reply(422)
            line = cosign(request.note.text, self.key.name, self._signer, self._clock())
            signed = [each for each in request.note.signatures if each.is_by(key)]
            content = bytes(Note(request.note.text, [*signed, line]))
            write_secret_file(self._path(head.origin), content, replace=True)
        return Reply(200, str(line).encode())

    def checkpoint(self, origin_hash: str) -> Reply:
        """Answer a request for the newest checkpoint of a log, by the SHA-256 of its origin in lowercase hex."""
        known = {self._path(origin).stem: self._path(origin) for origin in self._logs}
        path = known.get(origin_hash)
        return Reply(200, path.read_bytes()) if path and path.exists() else Reply(404)

    def _known(self, key: NoteKey) -> TreeHead:
        """Return the head that was cosigned last."""
        path = self._path(key.name)
        if not path.exists():
            return TreeHead(key.name, 0, EMPTY_ROOT)
        note = Note.parse(path.read_bytes())
        note.verify(self.key)
        return head_of(note)

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"


TIMEOUT_SECONDS: Final = 10.0
MAX_BODY_BYTES: Final = MAX_NOTE_BYTES
MAX_REQUESTS: Final = 16
"""Requests under way at once; more wait."""


class CosignerServer(ThreadingHTTPServer):
    """Listens at a port of 127.0.0.1 (0 for any free one), for a proxy in front to publish; `serve_forever` answers."""

    daemon_threads = True

    def __init__(self, cosigner: Cosigner, port: int) -> None:
        super().__init__(("127.0.0.1", port), _CosignHandler)
        self.cosigner = cosigner
        self.places = threading.BoundedSemaphore(MAX_REQUESTS)

    @property
    def url(self) -> str:
        """The URL prefix for both submission and monitoring."""
        return f"http://127.0.0.1:{self.server_port}"


class _CosignHandler(BaseHTTPRequestHandler):
    server: CosignerServer
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._answer(Reply(404), close=True)
        elif not (length.isascii() and length.isdecimal()):
            self._answer(Reply(411), close=True)
        elif len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
            self._answer(Reply(413), close=True)
        else:
            body = self.rfile.read(int(length))
            with self.server.places:
                try:
                    reply = self.server.cosigner.add_checkpoint(body)
                except (OSError, NoteError, KeysError) as error:
                    self.log_error("%s", error)
                    reply = Reply(500)
            self._answer(reply)

    def do_GET(self) -> None:
        origin_hash, _, name = self.path.removeprefix("/").partition("/")
        self._answer(self.server.cosigner.checkpoint(origin_hash) if name == "checkpoint" else Reply(404))

    def _answer(self, reply: Reply, *, close: bool = False) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
