"""More than the service can do, and clients that mean it no good: what is asked is answered or refused at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.crowd import Sent, get, post, send
from tests.e2e.processes import Running, wait_for
from tests.web.api import OTHER_PRINTER, PRINTER, record

MANY = 200
GENEROUS_SECONDS = 5.0
"""The contract's bound for any answer. An unloaded machine stays well below two."""
GENEROUS_BYTES = 300 * 1024 * 1024
HEAD = b"POST /v1/mask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ASSET = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One of its own: what it holds and counts is looked at."""
    running = Running.serve(tmp_path_factory.mktemp("overload"), "--dev", "--workers", "2")
    yield running
    running.stop()


def batch(first: int, size: int, extra: int = 0) -> bytes:
    records = [record(f"OV{first + at:08d}", note="x" * extra) for at in range(size)]
    return json.dumps({"records": records}, ensure_ascii=False).encode()


def batches(service: Running, path: str, count: int, size: int, extra: int = 0) -> list[bytes]:
    key = service.credentials[PRINTER]
    return [post(path, key, batch(at * size, size, extra)) for at in range(count)]


def workers(service: Running) -> list[int]:
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    return [int(pid) for pid in children if not Path(f"/proc/{pid}/comm").read_text().startswith("valkey")]


def memory(pid: int) -> int:
    """The most that a process has held so far, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def has_waiting(pid: int, sent: signal.Signals) -> bool:
    """Whether this signal has come to a process that is stopped."""
    status = Path(f"/proc/{pid}/status").read_text()
    waiting = int(next(line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd")), 16)
    return bool(waiting >> (sent - 1) & 1)


def has_stopped(pid: int) -> bool:
    """Whether none of its threads runs: until then it may still take a signal that comes after SIGSTOP."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return all("State:\tT" in (task / "status").read_text() for task in tasks)


def open_sockets(service: Running, count: int, stack: ExitStack, first: bytes, receive: int = 0) -> list[socket.socket]:
    sockets = []
    for _ in range(count):
        sockets.append(stack.enter_context(socket.socket()))
        sockets[-1].settimeout(10)
        if receive:
            sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        sockets[-1].connect(("127.0.0.1", service.port))
        if first:
            sockets[-1].sendall(first)
    return sockets


def dribble(sockets: list[socket.socket], piece: bytes) -> None:
    for one in sockets:
        with suppress(OSError):  # the service may have parted with it
            one.send(piece)


SLOW = {
    "senders of heads": (HEAD, b"X-A: b\r\n", 0),
    "senders of bodies": (HEAD + b"Content-Length: 100000\r\n\r\n{", b" ", 0),
    "senders of chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0),
    "silent clients": (b"", b"", 0),
    "idle clients": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"", 0),
    "readers": (ASSET * 3, b"", 2048),
}


@pytest.mark.parametrize("kind", SLOW)
def test_many_slow_clients_do_not_stop_others(service: Running, kind: str) -> None:
    first, piece, receive = SLOW[kind]
    with ExitStack() as stack:
        slow = open_sockets(service, MANY, stack, first, receive)
        statuses = []
        for _ in range(10):
            dribble(slow, piece)
            statuses.append(service.status(service.credentials[PRINTER], "POST", "/v1/mask", {"records": [record()]}))

    assert statuses == [200] * 10


def test_a_request_that_does_not_come_to_its_end_is_refused(service: Running) -> None:
    status, headers, content = service.raw(HEAD)

    assert (status, json.loads(content)["code"]) == (400, "bad-request")
    assert headers["Connection"] == "close"


def test_more_connections_than_a_worker_has_places_do_not_keep_others_out(start: Callable[..., Running]) -> None:
    one_worker = start("--dev", "--workers", "1")
    with ExitStack() as stack:
        slow = open_sockets(one_worker, 600, stack, HEAD)

        assert one_worker.status(None, "GET", "/healthz") == 200
        assert slow[0].recv(12) == b"HTTP/1.1 503"  # it had waited longest, and had to go


def test_a_client_that_had_no_time_to_ask_hears_that_there_is_no_place(start: Callable[..., Running]) -> None:
    one_worker = start("--dev", "--workers", "1")
    with ExitStack() as stack:
        silent = open_sockets(one_worker, 600, stack, b"")

        assert one_worker.status(None, "GET", "/healthz") == 200
        assert b"Retry-After: 1" in silent[0].recv(4096)


def test_whoever_has_connected_before_the_service_is_stopped_has_their_answer(start: Callable[..., Running]) -> None:
    """They may stand in the kernel's queue, where nobody has seen them yet: so the worker is kept from looking."""
    one_worker = start("--dev", "--workers", "1")
    assert one_worker.status(None, "GET", "/healthz") == 200  # it has started
    (worker,) = (pid for pid in workers(one_worker) if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes())
    key = one_worker.credentials[PRINTER]
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: has_stopped(worker), "the worker stands still")
    with ExitStack() as stack:
        asking = open_sockets(one_worker, 50, stack, post("/v1/tokenize", key, batch(0, 1)))
        one_worker.process.send_signal(signal.SIGTERM)
        wait_for(lambda: has_waiting(worker, signal.SIGTERM), "the master has passed it on")
        os.kill(worker, signal.SIGCONT)

        assert {answered(one) for one in asking} == {b"HTTP/1.1 200"}


def views(service: Running, count: int) -> list[bytes]:
    """As many views of masks, each of another waybill."""
    send(service.port, batches(service, "/v1/tokenize", -(-count // 500), 500))
    key = service.credentials["dispute-officer"]
    return [get(f"/v1/waybills/OV{at:08d}?profile=label", key) for at in range(count)]


FLOODS: dict[str, Callable[[Running], list[bytes]]] = {
    "batches of 500": lambda service: batches(service, "/v1/tokenize", 60, 500),
    "single waybills": lambda service: batches(service, "/v1/tokenize", 600, 1),
    "views": lambda service: views(service, 600),
}


@pytest.fixture(scope="module", params=FLOODS)
def flood(service: Running, request: pytest.FixtureRequest) -> list[Sent]:
    """What came back to three times as many requests as the service can answer, for a while."""
    requests = FLOODS[request.param](service)
    begun = time.monotonic()
    done = [one for at in range(0, len(requests), 30) for one in send(service.port, requests[at : at + 30])]
    sustained = sum(one.status == 200 for one in done) / (time.monotonic() - begun)
    return send(service.port, requests, rate=3 * sustained, count=int(4 * 3 * sustained))


def test_under_three_times_the_load_everything_is_answered_or_refused(flood: list[Sent]) -> None:
    assert {one.status for one in flood} == {200, 503}


def test_what_is_refused_says_when_to_come_back(flood: list[Sent]) -> None:
    refused = [one for one in flood if one.status == 503]

    assert all(b"\r\nRetry-After: 1\r\n" in one.head and b'"code":"overloaded"' in one.answer for one in refused)


def test_nobody_waits_long_under_load(flood: list[Sent]) -> None:
    assert max(one.seconds for one in flood) < GENEROUS_SECONDS


def test_what_was_refused_is_counted(service: Running, flood: list[Sent]) -> None:
    assert b'masking_problems_total{code="overloaded"}' in service.call(None, "GET", "/metrics")[2]


@contextmanager
def greedy(service: Running, requests: list[bytes] | None = None) -> Iterator[None]:
    """One client sends over twice fifty connections, again and again: large batches, if not told what."""
    requests = requests or batches(service, "/v1/tokenize", 50, 1_000)
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            send(service.port, requests)

    threads = [threading.Thread(target=loop) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    yield
    stop.set()
    for thread in threads:
        thread.join()


def test_a_greedy_client_does_not_starve_others(service: Running) -> None:
    key = service.credentials[OTHER_PRINTER]
    body = {"records": [record("OT00000001")]}
    service.status(key, "POST", "/v1/mask", body)
    with greedy(service):
        statuses = [service.status(key, "POST", path, body) for path in ("/v1/mask", "/v1/tokenize") * 5]

    assert statuses == [200] * 10


def test_small_requests_made_to_cost_do_not_stop_probes_or_others(start: Callable[..., Running]) -> None:
    one_worker = start("--dev", "--workers", "1")
    key, other = (one_worker.credentials[who] for who in (PRINTER, OTHER_PRINTER))
    costly = [{"sender": {"phone": "+12345678 " * 25}, "recipient": {"phone": "+12345678 " * 25}}] * 6
    requests = [post("/v1/mask", key, json.dumps({"records": costly}).encode())] * 50
    body = {"records": [record("OT00000001")]}
    with greedy(one_worker, requests):
        statuses = [one_worker.status(None, "GET", "/healthz") for _ in range(5)]
        statuses += [one_worker.status(other, "POST", "/v1/mask", body) for _ in range(5)]

    assert statuses == [200] * 10


def test_many_requests_sent_at_once_on_one_connection_are_answered_in_their_order(service: Running) -> None:
    count = 3_000
    body = batch(0, 1)
    head = post("/v1/mask", service.credentials[PRINTER], body).replace(b"Connection: close\r\n", b"")
    everything = b"".join(head.replace(b"Host: x", b"Host: x\r\nX-Request-Id: n-%d" % at) for at in range(count))
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        sending = threading.Thread(target=connection.sendall, args=(everything,))
        sending.start()
        time.sleep(0.5)  # so that answers fill the way back
        stream = connection.makefile("rb")
        ids = []
        for _ in range(count):
            lines = [stream.readline() for _ in iter(lambda: stream.peek(2)[:2], b"\r\n")]
            stream.readline()
            fields = dict(line.decode().rstrip().split(": ", 1) for line in lines[1:])
            stream.read(int(fields["Content-Length"]))
            ids.append(fields["X-Request-Id"])
        sending.join()

    assert ids == [f"n-{at}" for at in range(count)]


def test_a_service_ends_though_clients_keep_coming(start: Callable[..., Running]) -> None:
    one_worker = start("--dev", "--workers", "1")
    request = [post("/v1/mask", one_worker.credentials[PRINTER], batch(0, 1))]
    stop = threading.Event()

    def come() -> None:
        while not stop.is_set():
            with suppress(OSError):
                send(one_worker.port, request)

    threads = [threading.Thread(target=come) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        ended = one_worker.stop()
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert ended == 0
    assert "SIGKILL" not in one_worker.log


def test_probes_are_answered_under_load(service: Running) -> None:
    with greedy(service):
        statuses = [service.status(None, "GET", path) for path in ("/healthz", "/readyz?for=mask") * 5]

    assert statuses == [200] * 10


def test_probes_and_masks_wait_for_nobody_who_waits_for_the_store(start: Callable[..., Running]) -> None:
    one_worker = start("--dev", "--workers", "1")
    requests = batches(one_worker, "/v1/tokenize", 12, 1)
    key, mask = one_worker.credentials[PRINTER], {"records": [record()]}
    assert one_worker.status(key, "POST", "/v1/mask", mask) == 200  # it has started
    store = one_worker.valkey_pid()
    os.kill(store, signal.SIGSTOP)
    try:
        waiting = threading.Thread(target=send, args=(one_worker.port, requests))
        waiting.start()
        time.sleep(0.2)
        statuses = [one_worker.status(None, "GET", path) for path in ("/healthz", "/readyz?for=mask")]
        statuses.append(one_worker.status(key, "POST", "/v1/mask", mask))
        others_wait = waiting.is_alive()
        waiting.join()
    finally:
        os.kill(store, signal.SIGCONT)

    assert statuses == [200, 200, 200]
    assert others_wait


def test_fifty_large_bodies_do_not_fill_the_memory(service: Running) -> None:
    requests = batches(service, "/v1/mask", 50, 1_000, 1_750)
    assert len(requests[0]) > 2_000_000

    answers = send(service.port, requests)

    assert {one.status for one in answers} <= {200, 503}
    assert max(map(memory, workers(service))) < GENEROUS_BYTES


def answered(connection: socket.socket) -> bytes:
    """The first bytes that have come back; none where nothing has."""
    try:
        return connection.recv(12)
    except OSError:
        return b""


def test_of_too_many_large_bodies_that_never_end_some_are_refused(service: Running) -> None:
    started = HEAD + b"Content-Length: 2000001\r\n\r\n"
    with ExitStack() as stack:
        held = open_sockets(service, 64, stack, started)  # twice as much as two workers hold
        for one in held:
            one.setblocking(False)
        left = dict.fromkeys(held, 2_000_000)
        ends = time.monotonic() + 10
        while left and time.monotonic() < ends:
            for one, size in list(left.items()):
                try:
                    left[one] = size - one.send(b" " * min(size, 65536))
                except BlockingIOError:
                    continue
                except OSError:
                    left[one] = 0
                if not left[one]:
                    del left[one]
            time.sleep(0.001)

        assert service.status(service.credentials[PRINTER], "POST", "/v1/mask", {"records": [record()]}) == 200
        assert b"HTTP/1.1 503" in {answered(one) for one in held}
        assert max(map(memory, workers(service))) < GENEROUS_BYTES
