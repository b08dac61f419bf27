"""The load generator sends everything once, waits for every answer, and counts waiting as waiting."""

import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from itertools import pairwise

import pytest

from bench import load
from bench.waybills import Waybills
from tests.http_servers import Handler, running


class Echo(Handler):
    """Answers with what was sent; the path says how."""

    protocol_version = "HTTP/1.1"
    seen: list[bytes]

    def answer(self) -> None:
        body = self.read()
        type(self).seen.append(body)
        if self.path == "/later":
            time.sleep(0.1)
        busy = self.path == "/busy" and body not in type(self).seen[:-1]
        self.send_response(503 if busy or self.path == "/refused" else 200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (body[:2], body[2:]):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/last":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/closing"


@pytest.fixture
def port() -> Iterator[int]:
    Echo.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    with running(server):
        yield server.server_port


BODIES = [b"body %d" % at for at in range(20)]


@pytest.mark.parametrize("path", ["/", "/chunked"])
def test_every_body_is_sent_once_and_every_answer_is_waited_for(port: int, path: str) -> None:
    took = load.run(port, path, BODIES, connections=3, headers={})

    assert sorted(Echo.seen) == sorted(BODIES)
    assert (took.requests, len(took.latencies)) == (20, 20)


def test_an_answer_that_is_larger_than_its_buffer_is_read_whole(port: int) -> None:
    assert load.run(port, "/", [b"x" * 3_000_000], connections=1, headers={}).requests == 1


def test_what_was_refused_is_sent_again_where_that_is_asked_for(port: int) -> None:
    Echo.seen = BODIES[:5]

    took = load.run(port, "/busy", BODIES, connections=3, headers={}, resend=True)

    assert sorted(Echo.seen[5:]) == sorted([*BODIES, *BODIES[5:]])
    assert (took.requests, len(took.latencies)) == (20, 20)


def test_a_load_of_which_everything_is_refused_is_not_sent_for_ever(port: int) -> None:
    with pytest.raises(RuntimeError, match="answered 503"):
        load.run(port, "/refused", BODIES, connections=2, headers={}, resend=True)


def test_a_refusal_stops_a_load_that_is_to_be_answered(port: int) -> None:
    with pytest.raises(RuntimeError, match="answered 503"):
        load.run(port, "/refused", BODIES, connections=2, headers={})


def test_an_item_that_failed_stops_it_too(port: int) -> None:
    with pytest.raises(RuntimeError, match="answered 207"):
        load.run(port, "/", [b'{"error":{}}'], connections=1, headers={})


def test_a_connection_that_the_server_closed_is_made_again(port: int) -> None:
    requests = [load.Request(load.request("/closing", {}, body)) for body in BODIES]
    _, answers = load.drive(port, requests, connections=1)

    assert len(answers) == 20
    assert {answer.status for answer in answers} <= {0, 200}


def test_no_request_is_sent_on_a_connection_that_the_server_said_it_closes(port: int) -> None:
    requests = [load.Request(load.request("/last", {}, body)) for body in BODIES]
    _, answers = load.drive(port, requests, connections=2)

    assert [answer.status for answer in answers] == [200] * 20


def test_what_waits_for_a_connection_counts_as_waiting_since_it_was_due(port: int) -> None:
    late = [load.Request(load.request("/later", {}, body)) for body in BODIES[:3]]
    _, answers = load.drive(port, late, connections=1, paced=True)

    assert [answer.seconds > 0.1 * at for at, answer in enumerate(answers, start=1)] == [True] * 3


def test_nothing_is_sent_before_it_is_due(port: int) -> None:
    requests = [load.Request(load.request("/", {}, body), due=0.1 * at) for at, body in enumerate(BODIES[:4])]
    seconds, _ = load.drive(port, requests, connections=4, paced=True)

    assert seconds >= 0.3


def test_no_waybill_comes_twice() -> None:
    numbers = [record["waybill_no"] for record in Waybills("AA", 1).records(1_000)]

    assert all(one < other for one, other in pairwise(numbers))


def test_a_supply_can_be_made_again() -> None:
    assert Waybills("AA", 1).records(10) == Waybills("AA", 1).records(10) != Waybills("AA", 2).records(10)
