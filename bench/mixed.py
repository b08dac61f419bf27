"""How long callers wait under a steady mixed load: 80 % views, 15 % single waybills, 5 % batches of 500.

Half of the views are a label's, which shows masks, and half a courier's, which shows an address and is in the audit log
before it is answered. Requests come at random moments at a steady rate whether or not the service keeps up (an open
loop), and a request waits from the moment at which it came. Every waybill is new, and each is viewed once.
"""

import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import inf
from pathlib import Path

import redis

from bench import load
from bench.contenders import Contender, credentials, records_body
from bench.figures import MIN_PAIRS, Latency, Loaded
from bench.growth import quiet
from bench.waybills import Waybills

LABEL, COURIER, ONE, BATCH = "label view", "courier's audited view", "tokenize one", "tokenize 500"
SHARES = {LABEL: 40, COURIER: 40, ONE: 15, BATCH: 5}
CONNECTIONS = 200
MORE_CONNECTIONS = 600  # above the saturation rate, so that what is refused is refused there, and does not wait here
WINDOWS = (
    MIN_PAIRS + 1
)  # one may be left out; a burst of batches, or a rewriting of the log, affects one window and not all
SITE = "021001"
MAX_BATCH = 500
PROBES, PROBING = 3, 16


class Mix:
    """Requests in those shares, each of waybills that no earlier one had."""

    def __init__(self, contender: Contender, folder: Path) -> None:
        self._contender = contender
        keys = credentials(folder)
        self._viewers = {
            LABEL: ("label", cycle([keys["dispute-officer"], keys["dispute-officer-2"]])),
            COURIER: ("courier", cycle([keys["courier"], keys["courier-2"]])),
        }
        self._supply = Waybills("MX", 1)
        self._random = random.Random(1)
        self._in_custody: Iterator[str] = iter(())

    def store(self, count: int) -> None:
        """Tokenize so many waybills that couriers hold."""
        numbers: list[str] = []
        while len(numbers) < count:
            batch = self._supply.records(MAX_BATCH)
            wanted = {"records": batch, "custody": {"site": SITE}}
            self._contender.call("POST", self._contender.paths["tokenize"], wanted)
            numbers += [record["waybill_no"] for record in batch]
        self._in_custody = iter(numbers)

    def requests(self, count: int, rate: float) -> list[load.Request]:
        """So many requests in random order, at random moments, `rate` a second."""
        kinds = [kind for kind, share in SHARES.items() for _ in range(count * share // 100)]
        self._random.shuffle(kinds)
        due, found = 0.0, []
        for kind in kinds:
            found.append(load.Request(self._request(kind), kind, due))
            due += self._random.expovariate(rate) if rate < inf else 0.0
        return found

    def _request(self, kind: str) -> bytes:
        if kind in self._viewers:
            profile, keys = self._viewers[kind]
            headers = {"Authorization": f"Bearer {next(keys)}"}
            return load.request(f"/v1/waybills/{next(self._in_custody)}?profile={profile}", headers)
        records = self._supply.records(1 if kind == ONE else MAX_BATCH)
        return load.request(self._contender.paths["tokenize"], self._contender.headers, records_body(records))


@dataclass(frozen=True)
class _Window:
    """What was answered in some seconds of a steady load, and whether the store's log was left alone meanwhile."""

    answers: Sequence[load.Answer]
    quiet: bool

    def waited(self, kind: str) -> Sequence[float]:
        """Milliseconds, in order, of those of a kind that were answered with 200."""
        found = sorted(one.seconds * 1e3 for one in self.answers if (one.kind, one.status) == (kind, 200))
        if not found:
            raise RuntimeError(f"no {kind} was answered")
        return found


def measure(
    contender: Contender,
    client: redis.Redis,
    folder: Path,
    shares: Sequence[float],
    *,
    probe: int,
    seconds: float,
    tick: Callable[[], None],
) -> list[Loaded]:
    """The latencies at so many shares of the saturation rate.

    Args:
        contender: a service under a policy whose budgets no run spends; `client` is of its store.
        probe: how many requests it takes to find the saturation rate; they are sent three times.
        seconds: of each window.
        tick: called after each window.
    """
    mix = Mix(contender, folder)
    mix.store(probe * (PROBES + 1))
    probes = (mix.requests(probe, inf) for _ in range(PROBES + 1))
    rates = [len(sent) / load.drive(contender.port, sent, connections=PROBING)[0] for sent in probes]
    most = statistics.median(rates[1:])  # the first one warms up
    found = []
    for share in shares:
        count = max(100, int(share * most * seconds))
        windows: list[_Window] = []
        for _ in range(WINDOWS):
            mix.store(count)
            requests = mix.requests(count, share * most)
            undisturbed = quiet(client)
            connections = MORE_CONNECTIONS if share > 1 else CONNECTIONS
            _, answers = load.drive(contender.port, requests, connections=connections, paced=True)
            windows.append(_Window(answers, undisturbed()))
            tick()
        found.append(_loaded(share, share * most, windows))
    return found


def _loaded(share: float, offered: float, windows: Sequence[_Window]) -> Loaded:
    answers = [answer for window in windows for answer in window.answers]
    statuses = Counter(answer.status for answer in answers)
    if set(statuses) - {200, 503}:
        raise RuntimeError(f"the mixed load was answered {dict(statuses)}")
    counted = [window for window in windows if window.quiet]
    kinds = {}
    for kind in SHARES:
        waited = [window.waited(kind) for window in counted or windows]
        p50 = statistics.median(load.percentile(each, 0.5) for each in waited)
        p99s = [load.percentile(each, 0.99) for each in waited]
        worst = max(load.percentile(window.waited(kind), 0.99) for window in windows)
        kinds[kind] = Latency(sum(map(len, waited)), p50, statistics.median(p99s), worst, p99s)
    slowest = max(answer.seconds for answer in answers) * 1e3
    return Loaded(share, offered, len(counted), len(windows), statuses[503] / len(answers), slowest, kinds)
