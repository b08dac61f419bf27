"""The saved results of one run. The page and the charts are made from these alone."""

import platform
import re
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from os import cpu_count, sysconf
from pathlib import Path

import msgspec

from bench.waybills import USUAL

ENCRYPT = "encrypt"
MIN_PAIRS = 9
"""Of fewer pairs the lowest and the highest say too little: no aim is judged by them."""


class Machine(msgspec.Struct, frozen=True):
    """Where and when the figures were taken."""

    date: str
    processor: str
    cores: int
    memory_gib: int
    python: str
    store: str

    @property
    def line(self) -> str:
        """The line under every picture."""
        return (
            f"{self.date} · {self.cores} cores of an {self.processor}, {self.memory_gib} GiB · "
            f"Python {self.python} · {self.store}"
        )


class Measured(msgspec.Struct, frozen=True):
    """A figure that was measured several times, in the order in which that was.

    Attributes:
        once: True for a figure that is itself the highest or the whole of everything, so that it has no spread.
    """

    values: list[float]
    once: bool = False

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The lowest one."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The highest one."""
        return max(self.values)

    @property
    def enough(self) -> bool:
        """Whether lowest and highest may judge an aim."""
        return self.once or len(self.values) >= MIN_PAIRS


def spread(found: Measured) -> str:
    """The median, and the lowest and the highest."""
    return f"{short(found.median)} ({short(found.low)} to {short(found.high)})"


def short(value: float) -> str:
    """Three digits."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def quotients(ours: Sequence[float], theirs: Sequence[float]) -> Measured:
    """One figure divided by another, pair by pair."""
    return Measured([a / b for a, b in zip(ours, theirs, strict=True)])


class Rate(msgspec.Struct):
    """How fast one contender does one thing in batches of one size.

    Attributes:
        size: waybills a request.
        rounds: waybills a second, one figure a round.
        client: the share of one processor that the load generator took.
        records: which waybills, a kind of `bench.waybills`.
    """

    contender: str
    use_case: str
    size: int
    rounds: list[float]
    client: float
    records: str = USUAL

    @property
    def median(self) -> float:
        """Waybills a second."""
        return statistics.median(self.rounds)


class Latency(msgspec.Struct):
    """How long one kind of request took under load, in milliseconds since it was due.

    Attributes:
        count: how many were answered.
        p50, p99: medians of those windows in which the store's log was not rewritten.
        worst: the highest p99 of all windows.
        p99s: the p99 of each window that `p99` is the median of.
    """

    count: int
    p50: float
    p99: float
    worst: float
    p99s: list[float] = []


class Loaded(msgspec.Struct):
    """What a steady mixed load met.

    Attributes:
        share: of the saturation rate.
        offered: requests a second.
        quiet, windows: in how many of how many windows the store's log was not rewritten.
        refused: of all requests, the share that was answered with 503.
        slowest: milliseconds that the last of all answers took, refusals among them.
        kinds: of those that were answered with 200.
    """

    share: float
    offered: float
    quiet: int
    windows: int
    refused: float
    slowest: float
    kinds: dict[str, Latency]


class Staged(msgspec.Struct):
    """What a waybill costs inside the service, in µs, by stage; `whole` is measured without looking inside."""

    use_case: str
    size: int
    stages: dict[str, float]
    whole: float


class Grown(msgspec.Struct):
    """The service once so many waybills are stored.

    Attributes:
        tokenize, mask: waybills a second, medians of those rounds in which the log was not rewritten.
        quiet, rounds: how many of how many rounds these were.
        memory: bytes of the store for each waybill.
    """

    stored: int
    tokenize: float
    mask: float
    quiet: int
    rounds: int
    memory: float


class Bytes(msgspec.Struct):
    """Where a stored waybill's bytes are: means of some hundred records.

    Attributes:
        name: the key.
        body: schema and values as JSON.
        header: salt, key version and expiry, sealed with the body.
        padding: spaces, sealed with the body.
        seal: format, algorithm, key id, nonce and tag.
        held: what the server says that key and value take (``MEMORY USAGE``).
    """

    name: float
    body: float
    header: float
    padding: float
    seal: float
    held: float


class Sharded(msgspec.Struct):
    """Tokenizing on a cluster of so many shards.

    Attributes:
        rounds: waybills a second, one figure a round.
        store: processor seconds of all shards for a million waybills.
        busiest: the largest share of those that one shard had.
        stored: by shard, the share of the keys.
    """

    shards: int
    rounds: list[float]
    store: float
    busiest: float
    stored: list[float]

    @property
    def median(self) -> float:
        """Waybills a second."""
        return statistics.median(self.rounds)

    def of(self, other: "Sharded") -> Measured:
        """Its rate divided by another's, round by round."""
        return quotients(self.rounds, other.rounds)


class Figures(msgspec.Struct):
    """One run.

    Attributes:
        full_to_fresh: the rate of tokenizing on the store that has grown to that on a fresh one, round by round.
    """

    machine: Machine
    quick: bool
    rates: list[Rate]
    stages: list[Staged]
    growth: list[Grown]
    full_to_fresh: list[float]
    bytes: Bytes
    load: list[Loaded]
    shards: list[Sharded]

    @property
    def sizes(self) -> list[int]:
        """The sizes of batches, the smallest first."""
        return sorted({rate.size for rate in self.rates if rate.use_case != ENCRYPT})

    @property
    def stage_names(self) -> list[str]:
        """Every stage, in the order in which they happen."""
        return list(max(self.stages, key=lambda one: len(one.stages)).stages)

    def has(self, contender: str, use_case: str, size: int, records: str = USUAL) -> bool:
        """Whether that was measured."""
        return any(_is(rate, contender, use_case, size, records) for rate in self.rates)

    def of(self, contender: str, use_case: str, size: int, records: str = USUAL) -> Rate:
        """One of `rates`."""
        return next(rate for rate in self.rates if _is(rate, contender, use_case, size, records))

    def ratio(self, use_case: str, size: int, contender: str, instead: str = "") -> Measured:
        """The service's rate divided by a contender's, round by round.

        Args:
            instead: what the contender does instead of the use case.
        """
        return quotients(
            self.of("service", use_case, size).rounds, self.of(contender, instead or use_case, size).rounds
        )

    def of_usual(self, use_case: str, size: int, records: str) -> Measured:
        """The service's rate on some records divided by its rate on usual ones, round by round."""
        return quotients(self.of("service", use_case, size, records).rounds, self.of("service", use_case, size).rounds)


def _is(rate: Rate, contender: str, use_case: str, size: int, records: str) -> bool:
    return (rate.contender, rate.use_case, rate.size, rate.records) == (contender, use_case, size, records)


def machine(store: str) -> Machine:
    """This machine, now."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return Machine(
        date=str(datetime.now(UTC).date()),
        processor=model[1].strip() if model else platform.machine(),
        cores=cpu_count() or 1,
        memory_gib=sysconf("SC_PAGE_SIZE") * sysconf("SC_PHYS_PAGES") >> 30,
        python=platform.python_version(),
        store=store,
    )
