"""Everything that one run measured, as it is saved: the page and the pictures are made of this and of nothing else."""

import platform
import re
import statistics
from datetime import UTC, datetime
from os import cpu_count, sysconf
from pathlib import Path

import msgspec

ENCRYPT = "encrypt"


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


class Rate(msgspec.Struct):
    """How fast one contender does one thing in batches of one size.

    Attributes:
        size: waybills a request.
        rounds: waybills a second, one figure a round.
        client: the share of one processor that the load generator took.
    """

    contender: str
    use_case: str
    size: float
    rounds: list[float]
    client: float

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
    """

    count: int
    p50: float
    p99: float
    worst: float


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
        return sorted({int(rate.size) for rate in self.rates if rate.use_case != ENCRYPT})

    @property
    def stage_names(self) -> list[str]:
        """Every stage, in the order in which they happen."""
        return list(max(self.stages, key=lambda one: len(one.stages)).stages)

    def of(self, contender: str, use_case: str, size: float) -> Rate:
        """One of `rates`. OpenBao has batches of one size only."""
        return next(
            rate
            for rate in self.rates
            if (rate.contender, rate.use_case) == (contender, use_case) and (rate.size == size or use_case == ENCRYPT)
        )

    def ratio(self, use_case: str, size: float, contender: str, instead: str = "") -> float:
        """The service's rate divided by a contender's: the median over the rounds.

        Args:
            instead: what the contender does instead of the use case.
        """
        ours, theirs = self.of("service", use_case, size), self.of(contender, instead or use_case, size)
        return statistics.median(a / b for a, b in zip(ours.rounds, theirs.rounds, strict=True))


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
