"""The desk under its users: time to answer a page, the bytes of the first load, and what polling costs the service.

    python -m bench.desk [--seconds 30] [--people 20] [--polling 50]

Twenty people open cases, lists and their own page, each with a second between two pages. Then fifty desks only poll.
Prints the percentiles of the desk's own time a page, and the processor time that the service spends on polling beyond
what it spends when nothing is asked. It ends after three times `--seconds`, and what it takes to start and stop.
"""

import argparse
import json
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import requests

from masking_service.dev.issuer import PEOPLE
from tests.browser.conftest import DeskProcess, call, first_batch, start_desk
from tests.e2e.processes import Running

PAGES = ("/cases", "/cases?status=pending", "/cases/D-BENCH", "/me")
POLL_SECONDS = 15.0


class Person:
    """A person at the desk, without a browser."""

    def __init__(self, desk: DeskProcess, sub: str) -> None:
        self._url = desk.url
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Sec-Fetch-Site"] = "same-origin"
        leaving = self._http.post(f"{desk.url}/sign-in", data={"next": "/"}, allow_redirects=False)
        assert leaving.status_code == 303, leaving.text[-600:]
        cookies = self._cookies(leaving)
        chosen = requests.post(leaving.headers["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
        arrived = self._http.get(chosen.headers["Location"], headers={"Cookie": cookies}, allow_redirects=False)
        self._cookie = self._cookies(arrived)

    def get(self, path: str) -> int:
        """Ask for a page, and return the status."""
        headers = {"Cookie": self._cookie}
        return self._http.get(self._url + path, headers=headers, allow_redirects=False, timeout=10).status_code

    def text(self, path: str) -> str:
        """The text of a page."""
        return self._http.get(self._url + path, headers={"Cookie": self._cookie}, timeout=10).text

    def size(self, path: str) -> int:
        """The bytes of an answer over the wire, which may be compressed."""
        answer = self._http.get(self._url + path, headers={"Cookie": self._cookie}, timeout=10)
        return int(answer.headers["Content-Length"])

    def any_of(self, paths: Sequence[str]) -> int:
        """Ask for one of several pages."""
        return self.get(random.choice(paths))

    @staticmethod
    def _cookies(answer: requests.Response) -> str:
        """The cookies of an answer. They say Secure, so that the library would not send them over plain http."""
        return "; ".join(re.findall(r"(__Host-[^=]+=[^;]+); ", answer.headers["Set-Cookie"]))


def repeat(work: Callable[[], int], pause: float, until: float, statuses: list[int]) -> None:
    time.sleep(random.random() * pause)
    while (left := until - time.monotonic()) > 0:
        statuses.append(work())
        time.sleep(min(pause, max(left, 0)))


def together(works: list[Callable[[], int]], pause: float, seconds: float) -> list[int]:
    """Let everyone work beside each other, and return all statuses."""
    statuses: list[int] = []
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=repeat, args=(work, pause, until, statuses)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def first_load(who: Person) -> int:
    """Return how many bytes the desk sends for a case's page with everything that the page loads."""
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', who.text("/cases/D-BENCH")))
    return sum(who.size(path) for path in ("/cases/D-BENCH", *parts))


def processor_seconds(pid: int) -> float:
    """Processor time of a process and its children."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = 0
    for each in (str(pid), *workers):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the desk under its users.")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--polling", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Running.serve(Path(folder), "--dev", "--workers", "2")
        desk = start_desk(service, Path(folder))
        try:
            print(json.dumps(measure(desk, options.people, options.polling, options.seconds)))
        finally:
            desk.stop()
            service.stop()


def measure(desk: DeskProcess, people: int, polling: int, seconds: float) -> dict[str, object]:
    """The figures of one run."""
    first_batch(desk.service)
    numbers = re.findall(r'"waybill_no": "([A-Z0-9]+)"', Path("examples/first_batch.json").read_text())[:10]
    body = {"case": "D-BENCH", "purpose": "dispute", "waybills": sorted(set(numbers)), "reason": "bench"}
    call(desk, "service-desk", "POST", "/v1/cases", body, sub="desk-li")
    # One session a person: the people of the development issuer share the pages of all.
    signed_in = [Person(desk, sub) for sub in PEOPLE]
    crowd = [signed_in[at % len(signed_in)] for at in range(people)]
    before = desk.log.stat().st_size  # of the sign-ins, which wait for the issuer
    statuses = together([partial(who.any_of, PAGES) for who in crowd], 1.0, seconds)
    log = desk.log.read_bytes()[before:].decode()
    times = sorted(float(ms) for ms in re.findall(r'"route":"/[^"]*","status":200,"ms":([\d.]+)', log))
    pid = desk.service.process.pid
    idle = spent_while(pid, lambda: time.sleep(seconds))
    polls: list[Callable[[], int]] = [
        partial(signed_in[at % len(signed_in)].get, "/cases?poll=1&status=open") for at in range(polling)
    ]
    busy = spent_while(pid, lambda: together(polls, POLL_SECONDS, seconds))
    return {
        "pages": len(statuses),
        "failed": sum(status >= 500 for status in statuses),
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[int(len(times) * 0.99)],
        "first_load_bytes": first_load(signed_in[1]),
        "idle_share_of_a_core": round(idle, 4),
        "polling_share_of_a_core": round(busy - idle, 4),
        "load": os.getloadavg(),
    }


def spent_while(pid: int, work: Callable[[], object]) -> float:
    """The share of a core that a process and its children take while something is done."""
    begun, spent = time.monotonic(), processor_seconds(pid)
    work()
    return (processor_seconds(pid) - spent) / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
