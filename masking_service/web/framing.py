"""Where the body of a request ends, found while it arrives and without waiting for it.

What the bytes mean is gunicorn's parser to say. This only tells when there is nothing more to wait for.
"""

from typing import Any, Final

from gunicorn.http.body import ChunkedReader
from gunicorn.http.unreader import Unreader

PIECE: Final = 8 * 1024
"""Bytes that are handed to the parser at a time, where it does not ask for more."""
LONGEST_LINE: Final = 1024
"""Bytes of a line that says how long a chunk is, or of a trailer; nobody sends any that need more."""
MOST_LINES: Final = 100_000
"""Lines of a body in chunks: 2 MiB of it in pieces of twenty bytes."""


class Inbox(Unreader):  # type: ignore[misc]  # gunicorn has no types
    """What has arrived of a request: gunicorn reads it from here and never from a socket, so it never waits.

    Attributes:
        data: all of it, also what was read.
    """

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.data = bytearray(data)
        self._at = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; an empty one where nothing came after the last."""
        start = self._at
        self._at = min(len(self.data), start + max(size_hint or 0, PIECE))
        return bytes(memoryview(self.data)[start : self._at])

    def rest(self) -> bytes:
        """What nobody read."""
        rest: bytes = self.take_buffered() + self.data[self._at :]
        return rest


class Length:
    """A body whose length was said.

    Attributes:
        size: the bytes of the body, as far as it says.
        missing: how many bytes have to come at least; 0 where the parser can judge it.
    """

    def __init__(self, size: int) -> None:
        self.size = self.missing = size

    def follow(self, data: bytes) -> None:
        """See what came."""
        self.missing = max(0, self.missing - len(data))


class Chunks:
    """A body in chunks, as `Length`. It ends where it is broken, too."""

    def __init__(self) -> None:
        self.size = 0
        self.missing = 1
        self._lines = 0
        self._line = b""
        self._skip = 0
        self._trailers = False

    def follow(self, data: bytes) -> None:
        """See what came."""
        at = 0
        while at < len(data) and self.missing:
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            at = end or len(data)
            if len(self._line) > LONGEST_LINE:
                self.missing = 0
            elif end:
                self._read(self._line.strip())
                self._line = b""
        if self.missing:
            self.missing = max(1, self._skip)

    def _read(self, line: bytes) -> None:
        self._lines += 1
        if self._trailers:
            ended = not line
        else:
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                size = -1
            ended = size < 0
            self._trailers = size == 0
            self.size += max(0, size)
            self._skip = size + 2 if size > 0 else 0
        if ended or self._lines >= MOST_LINES:
            self.missing = 0


def framing(request: Any) -> Length | Chunks:
    """How the end of a parsed request's body is found."""
    reader = request.body.reader
    return Chunks() if isinstance(reader, ChunkedReader) else Length(reader.length)
