"""`python -m bench.cell`: the busiest hour of one cell's audit log, simulated.

Calls arrive at random, in waves. Each worker commits what arrived while its last commit was under way; each slot of the
log executes the commits that wait, syncs once, and answers all of them. One follower reads all slots, archives, and
trims what is older than the log is kept. In the middle of the hour a slot's primary fails, and a replica takes over.

It prints whether a queue grows, how long entries wait, and how much of the log is in memory. What was measured and
what is assumed is at the top; `docs/scaling.md` shows the result. A simulation finds queues that grow. It does not
prove that a real machine has the measured costs.
"""

import argparse
import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

HOUR = 3_600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Measured:
    """What one machine needs.

    Attributes:
        entry, commit: seconds of the server's processor for each entry, and for each commit beside its entries. By
            `INFO cpu` on Valkey 9.1.2 around commits of one entry (161 to 216 µs) and of 32 (532 to 593 µs).
        sync: seconds of a sync to the disk, the median. Assumed: NVMe disks take less.
        read: entries a second that the follower verifies and archives, on one core, by `python -m bench.log_rate` with
            four slots.
        trim: seconds of the server's processor for each trimmed entry: by `XTRIM` 0.1 µs in each of two streams.
        size: bytes of memory for each entry, by `python -m bench.memory` on Redis: a view alone in its commit.
        failover: seconds until a replica takes writes, and the service sends them there: the most that it may take.
    """

    entry: float = 12e-6
    commit: float = 180e-6
    sync: float = 1.5e-3
    read: float = 19_000.0
    trim: float = 0.2e-6
    size: float = 426.0
    failover: float = 10.0


@dataclass(frozen=True)
class Cell:
    """What a cell has to do, and what it has.

    Attributes:
        waybills: a day.
        slots: of its audit log, each on a server of its own.
        workers: processes that write entries, spread over the slots.
        threads: of each worker; so many entries wait in it at most, the next call is refused and sent again.
        peak: the busiest hour against the mean of the day.
        batch: waybills in a call that tokenizes.
        moves: changes of custody after the first, each a call of its own.
        views: full views, each a call of its own.
        keep: seconds for which entries stay in the store.
        trim_every: seconds between two rounds of trimming.
    """

    waybills: float = 40e6
    slots: int = 4
    workers: int = 32
    threads: int = 16
    peak: float = 4.0
    batch: int = 50
    moves: float = 3.0
    views: float = 1.0
    keep: float = 2.0 * HOUR
    trim_every: float = 300.0

    @property
    def rate(self) -> float:
        """Entries a second in the busiest hour."""
        return self.waybills / DAY * self.peak * (1 / self.batch + self.moves + self.views)


WAVE_SECONDS, WAVE = 600.0, 0.3
"""The rate goes up and down by this part of it."""
TAIL, TAIL_FACTOR = 0.005, 20.0
"""So many syncs take so many times as long: the disk does something else."""
PATIENCE = 4.0
"""Seconds after which an entry that waits is refused. Its caller sends it again, about `RETRY_SECONDS` later."""
RETRY_SECONDS = 2.0
IDLE_SECONDS = 1e-4
"""A step of a server that has nothing to do."""
PIECE = 5_000
"""Entries that one command trims at most: a commit waits for one command, not for the whole trim."""


@dataclass
class Slot:
    """One slot's hour.

    Attributes:
        waits: of each step, how long its entries waited, in seconds, and how many they were.
        waiting: entries that wait or come again, at the end of each second.
        written: entries that became durable, in each second.
        busy: seconds in which the server's processor was at work.
        refused: how often an entry was refused, to be sent again.
    """

    waits: list[tuple[float, int]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    busy: float = 0.0
    refused: int = 0

    def grows(self) -> bool:
        """Whether more waits at the end than at the beginning, over a whole wave each."""
        return _grows(self.waiting)


def simulate_slot(cell: Cell, measured: Measured, draw: np.random.Generator, seconds: int, fails_at: float) -> Slot:
    """Simulate one slot; at `fails_at` its primary fails."""
    slot = Slot(written=[0] * (seconds + 60))
    workers, room = cell.workers / cell.slots, cell.workers // cell.slots * cell.threads
    rate = cell.rate / cell.slots
    again: list[tuple[float, int]] = []  # a heap of when refused entries come again, and how many
    now, waited, waiting, trim_at, to_trim = 0.0, 0.0, 0, cell.trim_every, 0

    def refuse(count: int, at: float) -> None:
        slot.refused += count
        pieces = min(count, 500)
        for piece, back in enumerate(at + RETRY_SECONDS * (0.5 + draw.random(pieces))):
            heapq.heappush(again, (back, count // pieces + (piece < count % pieces)))

    while now < seconds:
        work, sync = _step(measured, draw, waiting, workers)
        if to_trim:
            work += min(to_trim, PIECE) * measured.trim
            to_trim -= min(to_trim, PIECE)
        slot.busy += work
        took = work + sync
        if now <= fails_at < now + took:
            took += measured.failover
        if waited + took > PATIENCE:
            refuse(waiting, now + took)
        elif waiting:
            slot.waits.append((waited + took, waiting))
            slot.written[int(now + took)] += waiting
        wave = 1 + WAVE * math.sin(2 * math.pi * now / WAVE_SECONDS)
        waiting, waited = int(draw.poisson(rate * wave * took)), took / 2
        for second in range(int(now) + 1, int(now + took) + 1):
            slot.waiting.append(waiting + sum(count for _, count in again))
            if second >= trim_at:
                trim_at += cell.trim_every
                to_trim += int(rate * cell.trim_every)  # as if the hours before had been as busy
        now += took
        while again and again[0][0] <= now:
            waiting += heapq.heappop(again)[1]
        if waiting > room:
            refuse(waiting - room, now)
            waiting = room
    return slot


def _step(measured: Measured, draw: np.random.Generator, waiting: int, workers: float) -> tuple[float, float]:
    """Return how long the commits of what waits take the processor, and then the disk, in seconds."""
    if not waiting:
        return 0.0, IDLE_SECONDS
    commits = math.ceil(workers * (1 - (1 - 1 / workers) ** waiting))  # of so many workers, at random
    slow = TAIL_FACTOR if draw.random() < TAIL else 1.0
    work = waiting * measured.entry + commits * measured.commit
    return work, float(measured.sync * slow * draw.lognormal(0, 0.3))


def follower_lag(slots: list[Slot], measured: Measured, seconds: int) -> list[float]:
    """Return how many entries the follower has not read, at the end of each second."""
    lag, lags = 0.0, []
    for second in range(seconds):
        lag = max(0.0, lag + sum(slot.written[second] for slot in slots) - measured.read)
        lags.append(lag)
    return lags


def _grows(queue: Sequence[float]) -> bool:
    wave = int(WAVE_SECONDS)
    first, last = (sum(part) / len(part) for part in (queue[:wave], queue[-wave:]))
    return last > 1.5 * first + 1


@dataclass(frozen=True)
class Outcome:
    """What the hour was like.

    Attributes:
        rate: entries a second, the mean of the hour.
        busy: the part of the time in which the busiest server's processor was at work.
        p50, p99, longest: how long an entry waited until it was durable, in seconds.
        refused: how often an entry was refused and sent again.
        most_unread: entries that the follower had not read, at most.
        memory: bytes of the log in each slot, before a round of trimming.
        grows: the queues that grow.
    """

    rate: float
    busy: float
    p50: float
    p99: float
    longest: float
    refused: int
    most_unread: float
    memory: float
    grows: list[str]


def simulate(cell: Cell, measured: Measured, *, seed: int = 1, seconds: int = HOUR) -> Outcome:
    """Simulate all slots of a cell; the first one's primary fails halfway."""
    draws = np.random.default_rng(seed).spawn(cell.slots)
    never = seconds + 1.0
    slots = [
        simulate_slot(cell, measured, draw, seconds, never if number else seconds / 2)
        for number, draw in enumerate(draws)
    ]
    lags = follower_lag(slots, measured, seconds)
    waits = np.array([one for slot in slots for one in slot.waits])
    order = waits[:, 0].argsort()
    reached = waits[order, 1].cumsum() / waits[:, 1].sum()
    p50, p99 = (float(waits[order[reached.searchsorted(share)], 0]) for share in (0.5, 0.99))
    grows = [f"slot {number}" for number, slot in enumerate(slots) if slot.grows()]
    return Outcome(
        rate=sum(sum(slot.written) for slot in slots) / seconds,
        busy=max(slot.busy for slot in slots) / seconds,
        p50=p50,
        p99=p99,
        longest=float(waits[:, 0].max()),
        refused=sum(slot.refused for slot in slots),
        most_unread=max(lags),
        memory=cell.rate / cell.slots * (cell.keep + cell.trim_every) * measured.size,
        grows=grows + ["follower"] * _grows(lags),
    )


VOLUMES = (10e6, 40e6, 80e6, 160e6)


def table(outcomes: Mapping[float, Outcome]) -> str:
    """Return the outcomes of volumes side by side, in Markdown."""
    rows: list[tuple[str, Callable[[Outcome], str]]] = [
        ("entries a second", lambda one: f"{one.rate:,.0f}"),
        ("processor of the busiest slot's server", lambda one: f"{one.busy:.0%}"),
        ("an entry is durable after (p50, p99)", lambda one: f"{one.p50 * 1e3:.1f}, {one.p99 * 1e3:.1f} ms"),
        ("refused once, while a slot fails over", lambda one: f"{one.refused:,}"),
        ("entries the follower has not read, at most", lambda one: f"{one.most_unread:,.0f}"),
        ("memory of a slot", lambda one: f"{one.memory / 1e9:.1f} GB"),
        ("queues that grow", lambda one: ", ".join(one.grows) or "none"),
    ]
    head = "| waybills a day | " + " | ".join(f"{volume / 1e6:,.0f} million" for volume in outcomes) + " |"
    lines = [f"| {name} | " + " | ".join(show(one) for one in outcomes.values()) + " |" for name, show in rows]
    return "\n".join([head, "|---" * (len(outcomes) + 1) + "|", *lines])


def main() -> None:
    """Simulate several volumes, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cell")
    parser.add_argument("volumes", nargs="*", type=float, default=VOLUMES, help="waybills a day")
    parser.add_argument("--slots", type=int, default=Cell.slots)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    cell = Cell(slots=wanted.slots)
    print(
        table(
            {
                volume: simulate(replace(cell, waybills=volume), Measured(), seed=wanted.seed)
                for volume in wanted.volumes
            }
        )
    )


if __name__ == "__main__":
    main()
