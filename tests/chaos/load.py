"""Load on a running service, and its exact account."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass
from typing import Any

from tests.e2e.processes import Running

Record = dict[str, Any]
PRINTERS = 3
PAUSE = 0.05  # seconds behind a refusal


@dataclass(frozen=True)
class Shape:
    """What the printers send.

    Attributes:
        largest: records in a batch, at most.
        both: whether each names sender and recipient in full, which makes six tokens; else one party and two.
        pause: seconds between two batches of a printer, and between two openings of the officer.
    """

    largest: int = 40
    both: bool = False
    pause: float = 0.0


def record_of(number: str, shape: Shape) -> Record:
    """Return the waybill of a number, the same each time."""
    draw = random.Random(number)
    parties = [
        {"name": name, "phone": f"138{draw.randrange(10**8):08}", "address": f"样例路{draw.randrange(1000)}号302室"}
        for name in ("张三", "李四")
    ]
    if shape.both:
        return {"waybill_no": number, "sender": parties[0], "recipient": parties[1]}
    del parties[0]["address"]
    return {"waybill_no": number, "sender": parties[0]}


class Account:
    """What was acknowledged, and the longest pauses.

    Attributes:
        kept: numbers with the tokens that were answered for them.
        unanswered: the numbers of batches that were not acknowledged; each may be stored whole or not at all.
        released: the cases under which a value came back.
        wrong: what should not have been answered.
        outage: the longest time without an acknowledgement, in seconds.
        recovery: the time from the end of the fault to the next acknowledgement, in seconds.
        ready: the time from the end of the fault until every worker was ready, in seconds.
        flaps: what was answered by workers that were not ready after that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._over = 0.0
        self.kept: list[tuple[str, dict[str, str]]] = []
        self.unanswered: list[list[str]] = []
        self.released: list[str] = []
        self.wrong: list[str] = []
        self.flaps: list[bytes] = []
        self.outage = self.recovery = self.ready = 0.0

    @property
    def tokens(self) -> int:
        """How many were acknowledged."""
        with self._lock:
            return sum(len(tokens) for _, tokens in self.kept)

    def acknowledge(self, numbers: list[str], results: list[dict[str, Any]]) -> None:
        with self._lock:
            now = time.monotonic()
            self.outage, self._last = max(self.outage, now - self._last), now
            if self._over and not self.recovery:
                self.recovery = now - self._over
            for number, result in zip(numbers, results, strict=True):
                if "tokens" in result:
                    self.kept.append((number, result["tokens"]))
                else:
                    self.wrong.append(f"a new record was answered with {result['error']['code']}")

    def fault_is_over(self) -> None:
        with self._lock:
            self._over = time.monotonic()

    def service_is_ready(self) -> None:
        self.ready = time.monotonic() - self._over

    def some(self, draw: random.Random) -> tuple[str, dict[str, str]] | None:
        with self._lock:
            return draw.choice(self.kept) if self.kept else None


class Load:
    """Printers that send waybills, and an officer who opens some.

    Args:
        service: whom to ask; may be exchanged for another while it runs.
        name: a number that no other load of the same store has.
        shape: what is sent.
    """

    def __init__(self, service: Running, name: int, shape: Shape) -> None:
        self.service = service
        self.account = Account()
        self.shape = shape
        self._keys = service.credentials
        self._stopping = threading.Event()
        self._name = name
        self._threads = [threading.Thread(target=self._print, args=(at,)) for at in range(PRINTERS)]
        self._threads.append(threading.Thread(target=self._open))

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _call(self, who: str, path: str, body: object) -> dict[str, Any] | None:
        """Return an answer with 200 or 201, else None."""
        try:
            status, _, content = self.service.call(self._keys[who], "POST", path, body)
        except (OSError, ValueError, EOFError):
            status, content = 0, b""
        except Exception as error:  # http.client has its own ways to say that a connection ended
            if type(error).__module__ != "http.client":
                raise
            status, content = 0, b""
        if status >= 500 and status != 503:
            self.account.wrong.append(f"{path} was answered with {status}")
        if status not in (200, 201):
            time.sleep(PAUSE)
            return None
        found: dict[str, Any] = json.loads(content)
        return found

    def _print(self, thread: int) -> None:
        draw = random.Random(100 * self._name + thread)
        sent = 0
        while not self._stopping.wait(self.shape.pause):
            size = draw.randint(1, self.shape.largest)
            batch = [f"SF{self._name:04}{thread}{sent + at:09}" for at in range(size)]
            sent += size
            body = {"records": [record_of(number, self.shape) for number in batch]}
            answered = self._call("label-printer", "/v1/tokenize", body)
            if answered is None:
                self.account.unanswered.append(batch)
            else:
                self.account.acknowledge(batch, answered["results"])

    def _open(self) -> None:
        draw = random.Random(self._name)
        opened = 0
        while not self._stopping.wait(max(self.shape.pause, 0.02)):
            found = self.account.some(draw)
            if found is None:
                continue
            number, tokens = found
            opened += 1
            case = f"C-{self._name}-{opened}"
            wanted = {"case": case, "purpose": "dispute", "waybills": [number], "reason": "chaos"}
            if self._call("service-desk", "/v1/cases", wanted) is None:
                continue
            items = [{"token": tokens["/sender/phone"]}]
            answered = self._call(
                "dispute-officer", "/v1/detokenize", {"purpose": "dispute", "case": case, "items": items}
            )
            if answered is None:
                continue
            value = answered["results"][0].get("value")
            if value == record_of(number, self.shape)["sender"]["phone"]:
                self.account.released.append(case)
            else:
                self.account.wrong.append("a token opened to something else")
