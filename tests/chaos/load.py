"""Mixed load on a running service, and an exact account of what it acknowledged."""

from __future__ import annotations

import json
import random
import threading
import time
from typing import Any

from tests.e2e.processes import Running

Record = dict[str, Any]
PRINTERS = 3
LARGEST = 40
"""Records in a batch: few enough to look at one batch with one call."""


class Account:
    """What was acknowledged, what was not, and for how long nothing was.

    Attributes:
        kept: records with the tokens that were answered for them.
        unanswered: batches that were not acknowledged; each may be stored whole or not at all.
        released: the cases under which a value came back.
        outage: the longest time without an acknowledgement, in seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self.kept: list[tuple[Record, dict[str, str]]] = []
        self.unanswered: list[list[Record]] = []
        self.released: list[str] = []
        self.wrong: list[str] = []
        self.outage = 0.0

    def acknowledge(self, records: list[Record], results: list[dict[str, Any]]) -> None:
        with self._lock:
            now = time.monotonic()
            self.outage, self._last = max(self.outage, now - self._last), now
            for record, result in zip(records, results, strict=True):
                if "tokens" in result:
                    self.kept.append((record, result["tokens"]))
                else:
                    self.wrong.append(f"a new record was answered with {result['error']['code']}")

    def some(self, draw: random.Random) -> tuple[Record, dict[str, str]] | None:
        with self._lock:
            return draw.choice(self.kept) if self.kept else None


class Load:
    """Printers that send new waybills, and an officer who opens some of them for cases.

    Args:
        service: whom to ask; may be exchanged for another while it runs.
        name: two digits that no other load of the same store has.
    """

    def __init__(self, service: Running, name: int) -> None:
        self.service = service
        self.account = Account()
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
        """What is answered with 200 or 201; None for everything else, and where nobody answers."""
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
            time.sleep(0.02)
            return None
        found: dict[str, Any] = json.loads(content)
        return found

    def _print(self, thread: int) -> None:
        draw = random.Random(100 * self._name + thread)
        sent = 0
        while not self._stopping.is_set():
            batch = []
            for _ in range(draw.randint(1, LARGEST)):
                sent += 1
                number = f"SF{self._name:02}{thread}{sent:09}"
                batch.append(
                    {"waybill_no": number, "sender": {"name": "张三", "phone": f"138{draw.randrange(10**8):08}"}}
                )
            answered = self._call("label-printer", "/v1/tokenize", {"records": batch})
            if answered is None:
                self.account.unanswered.append(batch)
            else:
                self.account.acknowledge(batch, answered["results"])

    def _open(self) -> None:
        draw = random.Random(self._name)
        opened = 0
        while not self._stopping.is_set():
            time.sleep(0.02)
            found = self.account.some(draw)
            if found is None:
                continue
            record, tokens = found
            opened += 1
            case = f"C-{self._name}-{opened}"
            wanted = {"case": case, "purpose": "dispute", "waybills": [record["waybill_no"]], "reason": "chaos"}
            if self._call("service-desk", "/v1/cases", wanted) is None:
                continue
            items = [{"token": tokens["/sender/phone"]}]
            answered = self._call(
                "dispute-officer", "/v1/detokenize", {"purpose": "dispute", "case": case, "items": items}
            )
            if answered is None:
                continue
            value = answered["results"][0].get("value")
            if value == record["sender"]["phone"]:
                self.account.released.append(case)
            else:
                self.account.wrong.append("a token opened to something else")
