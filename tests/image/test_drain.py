"""How a pod ends under load: accepted requests are answered, and later ones are told to go elsewhere."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from masking_service.server.bounds import LARGE_THREADS
from tests.e2e.processes import Running, wait_for
from tests.image.installed import BATCH, Installed, another
from tests.servers import Node

pytestmark = pytest.mark.timeout(300)  # the first one installs everything


def test_what_was_taken_in_is_answered_when_it_is_told_to_end(service: Running, printer: str) -> None:
    callers = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=30) for _ in range(LARGE_THREADS)]
    for caller in callers:  # a connection that is taken in: new ones go elsewhere while a pod drains
        caller.request("GET", "/healthz")
        caller.getresponse().read()
    headers = {"Authorization": f"Bearer {printer}", "Content-Type": "application/json"}
    for caller in callers:
        caller.request("POST", "/v1/mask", json.dumps(BATCH).encode(), headers)

    service.process.send_signal(signal.SIGTERM)

    answers = [json.load(caller.getresponse()) for caller in callers]
    assert [len(answer["results"]) for answer in answers] == [1000] * LARGE_THREADS
    assert service.process.wait(20) == 0


class Callers:
    """Callers that never rest. New connections go to pods of `endpoints`; half of the callers keep theirs."""

    def __init__(self, key: str, *endpoints: int) -> None:
        self.endpoints = list(endpoints)
        self.answers: Counter[tuple[int, int]] = Counter()
        self.lost: list[str] = []
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._body = json.dumps({"records": BATCH["records"][:20]}).encode()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(8)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def answered(self, port: int) -> int:
        return sum(count for (pod, _), count in list(self.answers.items()) if pod == port)

    def _run(self, number: int) -> None:
        for turn in range(number, 1_000_000):
            if self._stop.is_set():
                return
            port = self.endpoints[turn % len(self.endpoints)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                self._use(connection, port, keep=bool(number % 2))
            except (OSError, http.client.HTTPException) as fault:
                self.lost.append(type(fault).__name__)
            finally:
                connection.close()

    def _use(self, connection: http.client.HTTPConnection, port: int, *, keep: bool) -> None:
        """Ask until the pod says that this was the last answer."""
        while not self._stop.is_set():
            connection.request("POST", "/v1/mask", self._body, self._headers)
            answer = connection.getresponse()
            answer.read()
            self.answers[port, answer.status] += 1
            if not keep or answer.getheader("Connection") == "close":
                return


def test_an_update_under_load_loses_no_answer(
    installed: Installed, service: Running, store: Node, printer: str, tmp_path: Path
) -> None:
    """The order in which Kubernetes ends a pod: it is taken from the endpoints, `preStop` sleeps, SIGTERM comes."""
    following = another(installed, tmp_path, store.url).start()
    try:
        with Callers(printer, service.port, following.port) as callers:
            wait_for(lambda: callers.answered(service.port) > 100, "the old pod has a load", 30)
            callers.endpoints.remove(service.port)
            time.sleep(1)  # the chart waits longer: `drainSeconds`
            service.process.send_signal(signal.SIGTERM)
            assert service.process.wait(20) == 0
            before = callers.answered(following.port)
            wait_for(lambda: callers.answered(following.port) > before + 100, "the new pod has the load", 30)
    finally:
        following.stop()

    assert callers.lost == []
    assert {status for _, status in callers.answers} == {200}
