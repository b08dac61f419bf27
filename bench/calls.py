"""`python -m bench.calls`: what calls cost, what a provider that hangs costs other routes, and what calls are for.

First calls one by one, to a provider that answers at once. Then other routes
(views, single waybills to tokenize, masks), always as many a second, in short
windows by turns: without calls, beside calls that are answered, and beside as
many calls to a provider that never answers. Each round gives one ratio of the
times that the other routes took; the median and the quartiles of these ratios
are shown, which other programs disturb little. At last an officer reaches
people by calls first (`after_calls: 2`), and the service counts the phones that
are opened.
"""

import argparse
import itertools
import json
import random
import re
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import requests
import yaml
from rich.console import Console
from rich.table import Table

from bench import load
from bench.contenders import Contender, credentials, records_body, service
from bench.waybills import Waybills
from keys.messages import MessageKey
from masking_service.shipped import shipped
from tests.http_servers import Handler
from tests.providers import DIAL, KEY, answering, signed

SITE = "021001"
BATCH = 500
CONNECTIONS = 6
"""Of other routes, at the same time."""
CALLERS = 16
"""Connections on which calls wait for the provider."""
HANGS_SECONDS = 2.0
"""Longer than the service waits."""
RECOVERS_SECONDS = 1.5
"""After this, no call waits for a provider that hung, and the service asks it again."""
SHARE = 0.4
"""The rate of other routes, as a share of what they reach without calls."""
PARCELS = 10_000
PEOPLE, ANSWERING = 100, 0.7
"""People to reach among so many parcels, and how many of them answer each call; the second is an assumption."""
IN_A_CASE = 10

Side = Literal["no calls", "answered", "hanging"]
SIDES: tuple[Side, ...] = ("no calls", "answered", "hanging")


class Provider:
    """A provider that answers at once, or never."""

    def __init__(self) -> None:
        self.hangs = False
        self._dials = itertools.count(int(DIAL))

    def answer(self, handler: Handler, request: dict[str, Any]) -> None:
        """Answer a request."""
        if self.hangs:
            time.sleep(HANGS_SECONDS)
            return
        nonce = request["nonce"]
        signed(handler, {"nonce": nonce, "dial": str(next(self._dials)), "extension": None, "id": nonce}, nonce)


@dataclass(frozen=True)
class Window:
    """How other routes did in a window: answers a second, and percentiles in milliseconds. `calls` were made beside."""

    rate: float
    p50: float
    p99: float
    calls: list[load.Answer]


def check(answers: Sequence[load.Answer]) -> None:
    """Raise RuntimeError where another route was refused."""
    wrong = [one.status for one in answers if one.status != 200]
    if wrong:
        raise RuntimeError(f"another route answered {wrong[0]}")


class Bench:
    """A service with this provider, and parcels that a courier holds.

    Args:
        folder: of the service and its policy.
        url: of the provider.
        parcels: how many.
    """

    def __init__(self, folder: Path, url: str, parcels: int) -> None:
        self.service: Contender = service(folder, {"MASKING_POLICY": str(generous_policy(folder, url))})
        self._folder = folder
        self._supply = Waybills("CB", 1)
        self._numbers = self._store(parcels)

    def _store(self, count: int) -> Iterator[str]:
        numbers: list[str] = []
        while len(numbers) < count:
            records = self._supply.records(BATCH)
            self.service.call("POST", "/v1/tokenize", {"records": records, "custody": {"site": SITE}})
            numbers += [record["waybill_no"] for record in records]
        return iter(numbers)

    def one_call(self) -> bytes:
        """A request for a number that no earlier one has asked for."""
        body = json.dumps({"waybill_no": next(self._numbers)}).encode()
        return load.request("/v1/calls", self._headers("courier"), body)

    def one_view(self) -> bytes:
        """A courier's view of a parcel's address, which is in the audit log before it is answered."""
        return load.request(f"/v1/waybills/{next(self._numbers)}?profile=courier", self._headers("courier"))

    def others(self, count: int) -> list[load.Request]:
        """Requests to other routes: a view, a waybill to tokenize and a mask by turns."""
        viewed = self._supply.record()
        self.service.call("POST", "/v1/tokenize", {"records": [viewed]})
        printer = self.service.headers
        view = load.request(f"/v1/waybills/{viewed['waybill_no']}", self._headers("service-desk"))
        made = []
        for _ in range(count // 3):
            body = records_body(self._supply.records(1))
            made += [view, load.request("/v1/tokenize", printer, body), load.request("/v1/mask", printer, body)]
        return [load.Request(content) for content in made]

    def beside(self, rate: float, seconds: float, calls: int) -> Window:
        """Send requests to other routes at a rate, while so many calls are made, evenly."""
        due = [load.Request(self.one_call(), due=at * seconds / calls) for at in range(calls)]
        others = [load.Request(one.content, due=at / rate) for at, one in enumerate(self.others(int(rate * seconds)))]
        answered: list[load.Answer] = []

        def call() -> None:
            answered.extend(load.drive(self.service.port, due, connections=CALLERS, paced=True)[1])

        calling = threading.Thread(target=call)
        calling.start()
        took, answers = load.drive(self.service.port, others, connections=CONNECTIONS, paced=True)
        calling.join()
        check(answers)
        times = sorted(one.seconds * 1e3 for one in answers)
        p50, p99 = (load.percentile(times, share) for share in (0.5, 0.99))
        return Window(len(answers) / took, p50, p99, answered)

    def reach(self) -> int:
        """Call people under cases, and open the phone of each who did not answer twice; return the phones opened."""
        numbers = [next(self._numbers) for _ in range(PEOPLE)]
        draw, before = random.Random(1), self._opened()
        for at in range(0, PEOPLE, IN_A_CASE):
            named = numbers[at : at + IN_A_CASE]
            case = {"case": f"C-{at}", "purpose": "dispute", "waybills": named, "reason": "bench"}
            self._ask("service-desk", "/v1/cases", case)
            for number in named:
                ref = self._ask("dispute-officer", "/v1/calls", {"waybill_no": number, "case": case["case"]})["call"]
                if not any(self._report(ref, attempt, draw.random() < ANSWERING) for attempt in ("1", "2")):
                    item = {"waybill_no": number, "field": "/recipient/phone"}
                    asked = {"purpose": "dispute", "case": case["case"], "items": [item]}
                    self._ask("dispute-officer", "/v1/detokenize", asked)
        return self._opened() - before

    def _report(self, ref: str, attempt: str, answered: bool) -> bool:
        """Send the provider's record of an attempt; return whether it was answered."""
        record = {"ref": ref, "id": ref + attempt, "at": int(time.time()), "seconds": 0, "answered": answered}
        body, timestamp = json.dumps({"records": [record]}), str(int(time.time()))
        signature = "v1=" + MessageKey(KEY).sign(timestamp.encode(), body.encode())
        headers = {"Masking-Timestamp": timestamp, "Masking-Signature": signature}
        self.service.call("POST", "/v1/calls/records", json.loads(body), headers)
        return answered

    def _opened(self) -> int:
        """Fields that were opened, by the service's own count."""
        metrics = requests.get(f"http://127.0.0.1:{self.service.port}/metrics", timeout=10).text
        pattern = r'^masking_budget_(spent|returned)_total\{counts="fields",role="dispute-officer"\} (\S+)$'
        counted = {name: int(float(count)) for name, count in re.findall(pattern, metrics, re.MULTILINE)}
        return counted["spent"] - counted["returned"]

    def _ask(self, who: str, path: str, body: object) -> Any:
        return self.service.call("POST", path, body, self._headers(who))

    def _headers(self, who: str) -> dict[str, str]:
        key = credentials(self._folder)[who]
        return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def generous_policy(folder: Path, url: str) -> Path:
    """The default policy with this provider, and budgets that no run spends."""
    document = yaml.safe_load(shipped("policy.yaml").read_text("utf-8"))
    document["calls"] = {"provider": "https", "url": url, "key": "calls.key"}
    document["purposes"]["dispute"]["after_calls"] = 2
    document["factors"] = {"role": 1_000, "tenant": 10_000}
    for role in document["roles"].values():
        for counts in role.get("budget", {}):
            role["budget"][counts] = {"1d": 1_000_000}
    (folder / "calls.key").write_bytes(KEY)
    (folder / "calls.key").chmod(0o600)
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(prog="bench.calls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each window; a round has three")
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--alone", type=int, default=200, help="calls one by one")
    asked = parser.parse_args()
    calls = int(asked.rate * asked.seconds)
    provider, out = Provider(), Console()
    with tempfile.TemporaryDirectory() as name, answering(provider.answer) as url:
        bench = Bench(Path(name), url, max(PARCELS, 2 * asked.alone + PEOPLE + asked.rounds * len(SIDES) * calls))
        try:
            out.print(alone(bench, asked.alone))
            out.print(by_turns(bench, provider, asked.rounds, asked.seconds, asked.rate))
            table = Table(
                f"phones opened per {PARCELS:,} parcels to reach {PEOPLE} people", "opened at once", "calls first"
            )
            table.add_row(f"{ANSWERING:.0%} answer a call", str(PEOPLE), str(bench.reach()))
            out.print(table)
        finally:
            bench.service.stop()


def alone(bench: Bench, count: int) -> Table:
    """Return what calls took, one by one, and what audited views took by turns with them."""
    asked = [
        load.Request(content, kind)
        for _ in range(count)
        for content, kind in ((bench.one_call(), "a new call"), (bench.one_view(), "a courier's audited view"))
    ]
    _, answers = load.drive(bench.service.port, asked, connections=1)
    table = Table("one by one, with a provider that answers at once", "p50, ms", "p99, ms")
    for kind, status in (("a new call", 201), ("a courier's audited view", 200)):
        of_kind = [one for one in answers if one.kind == kind]
        if {one.status for one in of_kind} != {status}:
            raise RuntimeError(f"{kind} was refused")
        took = sorted(one.seconds * 1e3 for one in of_kind)
        table.add_row(kind, *(f"{load.percentile(took, share):.1f}" for share in (0.5, 0.99)))
    return table


def by_turns(bench: Bench, provider: Provider, rounds: int, seconds: float, rate: float) -> Table:
    """Return what other routes did beside calls."""
    warm = bench.others(1_500)
    took, answers = load.drive(bench.service.port, warm, connections=CONNECTIONS)
    check(answers)
    windows: dict[Side, list[Window]] = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in SIDES[number % len(SIDES) :] + SIDES[: number % len(SIDES)]:
            provider.hangs = side == "hanging"
            calls = 0 if side == "no calls" else int(rate * seconds)
            windows[side].append(bench.beside(SHARE * len(warm) / took, seconds, calls))
            if provider.hangs:
                provider.hangs = False
                time.sleep(RECOVERS_SECONDS)
    table = Table("other routes", "a second", "p50 / p99, ms", "p50 / no calls", "p99 / no calls", "calls 201 / 503")
    for side, found in windows.items():
        counts = Counter(one.status for window in found for one in window.calls)
        table.add_row(
            side,
            f"{statistics.median(one.rate for one in found):,.0f}",
            " / ".join(
                f"{statistics.median(times):.1f}" for times in zip(*((w.p50, w.p99) for w in found), strict=True)
            ),
            spread([one.p50 / base.p50 for one, base in zip(found, windows["no calls"], strict=True)]),
            spread([one.p99 / base.p99 for one, base in zip(found, windows["no calls"], strict=True)]),
            f"{counts[201]} / {counts[503]}",
        )
    pairs = [*zip(windows["hanging"], windows["answered"], strict=True)]
    table.add_row(
        "hanging / answered",
        f"{statistics.median(one.rate / base.rate for one, base in pairs):.2f}",
        "",
        spread([one.p50 / base.p50 for one, base in pairs]),
        spread([one.p99 / base.p99 for one, base in pairs]),
        "",
    )
    return table


def spread(ratios: Sequence[float]) -> str:
    """The median, and the quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
