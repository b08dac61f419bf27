"""The main thread of a worker: it collects requests from all connections at once, and waits for no single one.

Every wait for a client ends, and what all clients together make it keep is bounded (`limits.py`). Where there is too
much, whoever has made it wait longest goes first: that is a slow sender, and hardly ever somebody honest.
"""

import errno
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from masking_service.observability.logs import fault_place, log
from masking_service.server.limits import (
    BEHIND,
    BODY_SECONDS,
    GIVE_WAY_AHEAD,
    GIVE_WAY_MOST,
    GIVE_WAY_SECONDS,
    HEAD_SECONDS,
    HELD,
    LEAVE_SECONDS,
    LOOK_SECONDS,
    SEND_SECONDS,
    SIGN_SECONDS,
    SMALL,
    SWITCH_SECONDS,
    TAKEN_AT_ONCE,
)
from masking_service.web.app import METRICS
from masking_service.web.connection import Connection, Left
from masking_service.web.problems import Problem
from masking_service.web.refusals import BAD_REQUEST, OVERLOADED
from masking_service.web.watched import Step, Watched


class Reception(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker with its own way to a whole request. `admit` says what happens with one."""

    wsgi: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next_look = 0.0
        self._next_sign = 0.0
        self._round = 0.0
        self._napped = 0.0
        self._keeps_up = threading.Event()
        self._keeps_up.set()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Called in the master, before it listens."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("the service speaks no TLS: it ends at the proxy in front")

    def init_process(self) -> None:
        """Called in the worker; it serves until this returns."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """The application, and what depends on its settings."""
        _have_at_hand(self.cfg)
        super().load_wsgi()
        self._metrics = self.wsgi.extensions[METRICS]
        self._watched = Watched(self.poller, self._step)
        self._names = {listener: listener.getsockname() for listener in self.sockets}
        self.most_body = self.wsgi.config["MAX_CONTENT_LENGTH"]
        self._most_held = max(HELD, 4 * self.most_body)

    def admit(self, conn: Connection) -> None:
        """Have a whole request answered: here, and then `go_on`, or by `refuse`, or in another thread after `leave`."""
        raise NotImplementedError

    def leave(self, conn: Connection) -> None:
        """Leave a connection to another thread, which has `go_on` or `close` called in this one."""
        self._watched.leave(conn)

    def let_keep_up(self) -> None:
        """Called in another thread before it begins with something: wait until the main one has seen to its clients."""
        self._keeps_up.wait()

    def refuse(self, conn: Connection, problem: Problem, *, fault: str = "") -> None:
        """Answer with a problem."""
        self._watched.leave(conn)
        conn.refuse(problem, fault=fault)
        self._metrics.problem(problem.code)
        try:
            conn.send(0)
        except OSError:
            self.close(conn)
        else:
            self.go_on(conn)

    def go_on(self, conn: Connection) -> None:
        """Do what comes after an answer."""
        if conn.outgoing:
            self._watched.wait(conn, selectors.EVENT_WRITE, self._send, SEND_SECONDS)
        elif conn.closing:
            # To close with bytes unread would take the answer back (RFC 9112, section 9.6).
            conn.leaving = True
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_WR)
            self._watched.wait(conn, selectors.EVENT_READ, self._receive, LEAVE_SECONDS)
        else:
            self._await_request(conn)

    def close(self, conn: Connection) -> None:
        """Part with a connection, at once; what is closed stays closed."""
        if conn.sock.fileno() >= 0:
            self._watched.part(conn)
            self.nr_conns -= 1
            conn.close()

    # What gunicorn's loop calls.

    def notify(self) -> None:
        """Called in every round: let the master see that this worker is there; once a second will do."""
        now = time.monotonic()
        if now >= self._next_sign:
            self._next_sign = now + SIGN_SECONDS
            super().notify()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Called at the start and at the end: whoever has connected before the end is still answered."""
        if not enabled and not self.alive and self._accepting:
            until = time.monotonic() + LEAVE_SECONDS / 2
            for listener in self.sockets:  # at most those who wait now: others may keep coming
                for _ in range(self.cfg.backlog):
                    if time.monotonic() > until or not self._take_in(listener):
                        break
        super().set_accept_enabled(enabled)

    def accept(self, listener: Any) -> None:
        """Called where connections wait to be taken in."""
        for _ in range(TAKEN_AT_ONCE):
            if not self._take_in(listener) or self.nr_conns + 1 >= self.worker_connections:
                break

    def _take_in(self, listener: Any) -> bool:
        """Take a connection in; whether there was one.

        Where there are too many, the one that has waited longest for its client goes.
        """
        self._give_way()
        try:
            sock, client = listener.accept()
        except OSError as fault:
            if fault.errno in (errno.EMFILE, errno.ENFILE):
                self._evict()
            return False
        sock.setblocking(False)
        conn = Connection(sock, client, self._names[listener])
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._evict()
        self._watched.expect(conn, self._receive)
        self._step(conn)  # most have asked already, and need not be waited for
        if conn in self._watched and not conn.polled:
            self._await_request(conn)
        return True

    def _give_way(self) -> None:
        """Let the other workers go first to take a connection, for a hundredth of the time at the most."""
        now = time.monotonic()
        if self.cfg.workers > 1 and self.alive and self._napped < now + GIVE_WAY_AHEAD:
            time.sleep(GIVE_WAY_SECONDS * min(self.nr_conns, GIVE_WAY_MOST))
            self._napped = max(self._napped, now) + 100 * (time.monotonic() - now)

    @property
    def round_began(self) -> float:
        """When this round of the loop began, by the monotonic clock: what it handles has waited since then at least."""
        self._round = self._round or time.monotonic()
        return self._round

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One round of the loop."""
        self._round = 0.0
        events = self.poller.select(min(timeout, LOOK_SECONDS) if self.nr_conns else timeout)
        if len(events) >= BEHIND:
            self._keeps_up.clear()
        try:
            for key, _ in events:
                key.data(key.fileobj)
        finally:
            self._keeps_up.set()
        while self._watched.held > self._most_held:
            large = (conn for conn in self._watched if conn.counted > SMALL)
            self._drop(next(large, next(iter(self._watched))), OVERLOADED)

    def murder_pending(self) -> None:
        """Called in every round: part with what is late."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self.look(now)

    def look(self, now: float) -> None:
        """Part with what is late."""
        for conn in self._watched.late(now):
            self._drop(conn, BAD_REQUEST, fault="too slow")

    def murder_keepalived(self, force: bool = False) -> None:
        """Called at the end, by force: nobody is waited for any more."""
        if force:
            for conn in list(self._watched):
                self.close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._watched:
            if not conn.begun:
                conn.deadline = min(conn.deadline, deadline)

    # One connection.

    def _await_request(self, conn: Connection) -> None:
        patience = self.cfg.keepalive if self.alive else LEAVE_SECONDS
        self._watched.wait(conn, selectors.EVENT_READ, self._receive, patience)
        if conn.begun:  # sent together with the one before
            conn.deadline = time.monotonic() + HEAD_SECONDS
            self.method_queue.defer(self._step, conn, self._advance)

    def _receive(self, conn: Connection) -> None:
        fresh = not conn.begun
        conn.receive()
        if fresh and conn.begun:
            conn.deadline = time.monotonic() + HEAD_SECONDS
        self._watched.count(conn)
        self._advance(conn)

    def _advance(self, conn: Connection) -> None:
        """See how far the request has come, and admit it once it is whole."""
        if not conn.begun or conn.leaving or conn.outgoing:
            return
        headless = conn.request is None
        try:
            whole = conn.whole(self.cfg, self.most_body)
        except Problem as problem:
            self.refuse(conn, problem, fault=type(problem.__cause__).__name__ if problem.__cause__ else "")
            return
        if whole:
            self.admit(conn)
        elif headless and conn.request is not None:
            conn.deadline = time.monotonic() + BODY_SECONDS

    def _send(self, conn: Connection) -> None:
        sent = conn.send(0)
        self._watched.count(conn)
        if sent:
            self.go_on(conn)

    def _drop(self, conn: Connection, problem: Problem, *, fault: str = "") -> None:
        """Part with a connection that waits for its client; one that has begun to ask hears why.

        So does one on which nothing was asked yet, where that is not its client's fault: they are about to.
        """
        asks = conn.begun or (problem is OVERLOADED and not conn.answered)
        if asks and not conn.outgoing and not conn.leaving:
            self.refuse(conn, problem, fault=fault)
        else:
            self.close(conn)

    def _evict(self) -> None:
        """Part at once with a connection that has its answer; else with whoever has waited longest for their client."""
        conn = next((one for one in self._watched if one.leaving), None) or next(iter(self._watched), None)
        if conn is not None:
            self._drop(conn, OVERLOADED)
            if conn in self._watched:
                self.close(conn)

    def _step(self, conn: Connection, step: Step | None = None) -> None:
        """Go on with a connection that waits for its client, and close it where that fails.

        Args:
            step: what to do; what it waits for, if not said.
        """
        self._round = self._round or time.monotonic()
        awaited = self._watched.step(conn)
        if awaited is None:  # another step of this round has parted with it
            return
        try:
            (step or awaited)(conn)
        except (Left, OSError):
            self.close(conn)
        except Exception as fault:  # no client may end the worker for all others
            log.error("failed", fault=type(fault).__name__, where=fault_place(fault))
            self.close(conn)


def _have_at_hand(cfg: Any) -> None:
    """Make gunicorn's settings plain attributes: it looks each up through three calls, and thirty times a request."""
    vars(cfg).update({name: setting.get() for name, setting in cfg.settings.items() if not hasattr(type(cfg), name)})
