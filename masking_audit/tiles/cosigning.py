"""Asks a cosigner for its cosignature of the published note (https://c2sp.org/tlog-witness)."""

import ssl
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from masking_audit.tiles.cosigner import Request
from masking_audit.tiles.log import TiledLog
from masking_audit.tiles.notes import MAX_NOTE_BYTES, Note, NoteError, NoteKey, parse_signatures
from masking_audit.tiles.reader import TileError, TileReader
from masking_audit.tiles.tree import consistency_proof
from masking_audit.tiles.tree_head import head_of, parse_number
from masking_service.outbound import is_secure

TIMEOUT_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 30
"""After a failure, archiving goes on for so long without asking again."""


class CosigningError(Exception):
    """The cosigner did not cosign. The text says why."""


class Cosigning:
    """Gets the cosignature of each note that a log publishes.

    Args:
        url: the submission prefix of the cosigner: https, or http on a loopback address.

    Attributes:
        size: how many entries its newest cosignature covers.

    Raises:
        ValueError: the URL is not allowed.
    """

    def __init__(self, log: TiledLog, url: str, key: NoteKey, clock: Callable[[], int]) -> None:
        parts = urlsplit(url)
        if not is_secure(parts):
            raise ValueError("must begin with https://, or with http:// and a loopback address")
        self._log, self._key, self._clock = log, key, clock
        self._host, self._port = parts.hostname or "", parts.port
        self._is_https = parts.scheme == "https"
        self._path = f"{parts.path.rstrip('/')}/add-checkpoint"
        self._known_size = 0
        self._next_try = 0
        self.size = head_of(log.note).size if log.note and self._is_cosigned(log.note) else 0

    def refresh(self) -> None:
        """Get the missing cosignature of the newest note. After a failure, wait for a while.

        Raises:
            CosigningError: the cosigner refused, did not answer, or answered with something else.
        """
        note = self._log.note
        if note is None or self._is_cosigned(note) or self._clock() < self._next_try:
            return
        try:
            self._log.add_signatures(self._cosigned(note).signatures)
        except (OSError, HTTPException, ValueError, NoteError, TileError) as error:
            self._next_try = self._clock() + RETRY_SECONDS
            raise CosigningError(f"{self._key.name}: {type(error).__name__}: {error}") from None
        except CosigningError:
            self._next_try = self._clock() + RETRY_SECONDS
            raise

    def _is_cosigned(self, note: Note) -> bool:
        return any(line.is_by(self._key) for line in note.signatures)

    def _cosigned(self, note: Note) -> Note:
        """Return the note with the verified cosignature alone."""
        status, body = self._send(note)
        if status == 409:  # the cosigner knows another size than this process assumed
            self._known_size = parse_number(body.decode().removesuffix("\n"))
            status, body = self._send(note)
        if status != 200:
            raise CosigningError(f"{self._key.name}: refused the checkpoint with status {status}")
        lines = [line for line in parse_signatures(body.decode()) if line.is_by(self._key)]
        cosigned = Note(note.text, lines)
        cosigned.verify(self._key)
        self.size = self._known_size = head_of(note).size
        return cosigned

    def _send(self, note: Note) -> tuple[int, bytes]:
        head = head_of(note)
        if self._known_size > head.size:
            raise CosigningError(f"{self._key.name}: knows a longer log: this archive was rolled back, or is a copy")
        proof = consistency_proof(self._known_size, head.size, TileReader(self._log.folder, head).node)
        connection: HTTPConnection
        if self._is_https:
            context = ssl.create_default_context()
            connection = HTTPSConnection(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", self._path, bytes(Request(self._known_size, proof, note)))
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_NOTE_BYTES)
        finally:
            connection.close()
