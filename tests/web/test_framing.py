"""Where a body ends, however its bytes are cut on the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from gunicorn.config import Config
from gunicorn.http.message import Request
from hypothesis import given
from hypothesis import strategies as st

from masking_service.web.framing import LONGEST_LINE, MOST_LINES, Chunks, Inbox, Length

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(pieces: list[bytes], extension: bytes, trailers: list[bytes]) -> bytes:
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces)
    return body + b"0\r\n" + b"".join(b"X-T: %b\r\n" % trailer for trailer in trailers) + b"\r\n"


bodies = st.builds(
    chunked,
    st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    st.sampled_from([b"", b";a=b"]),
    st.lists(st.sampled_from([b"1", b"two"]), max_size=2),
)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(at)]


@given(bodies, st.lists(st.integers(0, 10_000), max_size=8))
def test_a_body_in_chunks_is_whole_with_its_last_byte_and_not_before(body: bytes, places: list[int]) -> None:
    framing = Chunks()
    for piece in cut(body[:-1], places):
        framing.follow(piece)
        assert framing.missing

    framing.follow(body[-1:])

    assert not framing.missing


@given(bodies, st.binary(max_size=20), st.lists(st.integers(0, 10_000), max_size=8))
def test_what_it_calls_whole_is_whole_to_the_parser(body: bytes, behind: bytes, places: list[int]) -> None:
    inbox, framing = Inbox(HEAD), Chunks()
    for piece in cut(body + behind, places):
        inbox.data += piece
        framing.follow(piece)

    request = Request(Config(), inbox, ("127.0.0.1", 1))

    assert len(request.body.read()) == framing.size
    assert inbox.rest() == behind


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n",
        b"-2\r\n{}",
        b"\r\n",
        b"2\r\n{}xx0\r\n\r\n",
        b"1" * (LONGEST_LINE + 1),
        b"1\r\n.\r\n" * MOST_LINES,
        b"0\r\n" + b"X: 1\r\n" * MOST_LINES,
    ],
    ids=["no number", "negative", "nothing", "no end of a chunk", "a long line", "many chunks", "many trailers"],
)
def test_a_broken_body_is_not_waited_for(body: bytes) -> None:
    framing = Chunks()
    framing.follow(body)

    assert not framing.missing


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_body_of_known_length_misses_what_has_not_come(length: int, came: int) -> None:
    framing = Length(length)
    framing.follow(b"." * came)

    assert framing.missing == max(0, length - came)


def test_the_inbox_gives_what_nobody_read() -> None:
    inbox = Inbox(b"abcdef")
    inbox.read(2)

    assert inbox.rest() == b"cdef"


def test_the_inbox_gives_large_pieces_where_they_are_wanted() -> None:
    inbox = Inbox(b"." * 100_000)

    assert len(inbox.chunk(90_000)) == 90_000
    assert len(inbox.chunk()) == 8 * 1024
