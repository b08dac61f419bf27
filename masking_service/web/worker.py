"""How a worker answers: fair to all callers, inside two seconds or not at all, and always in the contract's form.

`reception.py` collects the requests, `admission.py` says whose turn it is; the threads of this module answer them, and
wait for the store, but never for a client.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from masking_service.access.clients import KEY_PREFIX
from masking_service.server.limits import (
    BATCHES,
    COMPUTING,
    LEFT_TO_OTHERS,
    LIGHT,
    LIGHT_SECONDS,
    PATIENCE,
    QUEUE_SECONDS,
    QUEUED,
    REST_AFTER_HEAVY,
)
from masking_service.store.computing import computing
from masking_service.web.admission import Limits, Queue, Ticket
from masking_service.web.app import PRINCIPAL
from masking_service.web.callers import Callers
from masking_service.web.connection import Connection
from masking_service.web.reception import Reception
from masking_service.web.refusals import INTERNAL, OVERLOADED
from masking_service.web.threads import Threads
from masking_service.web.watched import Step

MASK: Final = "/v1/mask"
"""The one address of weight that never waits for the store."""
MACHINE: Final = f"Bearer {KEY_PREFIX}"
"""How the credential of a machine begins. A look into memory tells whether it is good; for a person's token the
issuer's keys may have to be fetched."""
PROBES: Final = frozenset({("/healthz", ""), ("/readyz", "for=mask")})
"""Paths and queries that load balancers ask: they wait for nothing, and have a thread of their own."""


class _Answer:
    """Where gunicorn writes an answer to, as if it were a socket."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.pieces.append(data)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What gunicorn needs of a connection to answer a request on it: a place for the answer, and both addresses."""

    sock: _Answer
    client: Any
    server: Any


class Worker(Reception):
    """The worker of gunicorn.conf.py."""

    def load_wsgi(self) -> None:
        """The application, and what depends on its settings."""
        super().load_wsgi()
        storing = max(1, self.cfg.threads - COMPUTING)
        caller = max(1, storing - LEFT_TO_OTHERS)
        self._queue = Queue(Limits(storing, caller, BATCHES, COMPUTING, max(QUEUED, 2 * self.most_body)))
        self._probes = Threads(1)
        self._callers = Callers()
        self._light_from = 0.0
        self.wsgi = self._noting(self.wsgi)

    def get_thread_pool(self) -> Threads:
        """Called by gunicorn, once."""
        return Threads(self.cfg.threads)

    def _noting(self, application: Any) -> Callable[..., Any]:
        """The application, with a note of whom it took a credential for."""

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            response = application(environ, start_response)
            if credential := environ.get("HTTP_AUTHORIZATION"):
                self._callers.learn(credential, environ.get(PRINCIPAL))
            return response

        return answer

    def admit(self, conn: Connection) -> None:
        """Answer what is light; let the rest wait for a thread, or refuse it, or what a greedier caller sent."""
        request = conn.request
        if not conn.size and (request.path, request.query) in PROBES:
            self.leave(conn)
            self._probes.submit(partial(self._answer, conn))
            return
        credential = conn.header("AUTHORIZATION")
        if request.path == MASK and self._is_light(conn, credential):
            self._answer_here(conn)
            return
        self.leave(conn)
        caller = self._callers.of(credential, conn.address)
        ticket = Ticket(conn, caller, conn.size, request.path != MASK, self.round_began)
        refused = self._queue.put(ticket)
        for one in refused:
            self.refuse(one.request, OVERLOADED)
        if ticket not in refused:
            self.tpool.submit(self._serve)

    def _is_light(self, conn: Connection, credential: str) -> bool:
        """Whether a mask may be answered in the main thread: it is small and a machine's, and holds nobody up."""
        small = conn.size <= LIGHT and conn.alone and credential.startswith(MACHINE)
        return small and not self._queue.computing and time.monotonic() >= self._light_from

    def look(self, now: float) -> None:
        """Part with what is late, and with what has waited too long for a thread."""
        super().look(now)
        for ticket in self._queue.overdue(now - QUEUE_SECONDS):
            self.refuse(ticket.request, OVERLOADED)

    def _serve(self) -> None:
        """Answer whatever is next, in a thread."""
        self.let_keep_up()
        ticket = self._queue.take()
        if ticket is None:
            return
        try:
            if time.monotonic() - ticket.since < QUEUE_SECONDS:
                with computing() if ticket.large else nullcontext():
                    self._answer(ticket.request)
            else:  # the main thread was late to look
                self.method_queue.defer(self.refuse, ticket.request, OVERLOADED)
        finally:
            if self._queue.done(ticket):
                self.tpool.submit(self._serve)

    def _answer(self, conn: Connection) -> None:
        """Answer one request in this thread, and hand its connection back to the main one."""
        self.method_queue.defer(self._answered(conn, PATIENCE), conn)

    def _answer_here(self, conn: Connection) -> None:
        """Answer in the main thread what costs less than to hand it over. Where it cost more, the next ones wait."""
        begun = time.thread_time()
        step = self._answered(conn, 0)
        if (took := time.thread_time() - begun) > LIGHT_SECONDS:
            self._light_from = time.monotonic() + REST_AFTER_HEAVY * took
        step(conn)

    def _answered(self, conn: Connection, patience: float) -> Step:
        """Have the application answer, and send what the client takes; what is to be done next, in the main thread."""
        answer = _Answer()
        try:
            keep = self.handle_request(conn.request, _Desk(answer, conn.client, conn.server))
        except Exception as fault:
            conn.refuse(INTERNAL, fault=type(fault).__name__)
            self._metrics.problem(INTERNAL.code)
        else:
            conn.finish(answer.pieces, keep=keep)
        try:
            conn.send(patience)
        except OSError:
            return self.close
        return self.go_on
