"""Measures all contenders in turns: waybills a second by contender, use case, size of the batch and kind of records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.contenders import Contender, records_body, values_body
from bench.figures import ENCRYPT, Rate
from bench.waybills import KINDS, USUAL, Waybills

CONNECTIONS = 8  # enough for both workers to get some: with few, one of them may get all


@dataclass(frozen=True, eq=False)
class Workload:
    """What a contender is asked: which use case, how many waybills a request, and which kind of records."""

    contender: Contender
    use_case: str
    size: int
    records: str = USUAL

    def bodies(self, supply: Waybills, count: int) -> list[bytes]:
        """So many requests of waybills that were never sent before."""
        encode = values_body if self.use_case == ENCRYPT else records_body
        return [encode(supply.records(self.size)) for _ in range(count)]


def measure(
    contenders: Sequence[Contender], sizes: Sequence[int], *, rounds: int, seconds: float, tick: Callable[[], None]
) -> list[Rate]:
    """Measure every contender and use case once a round, in alternating order.

    Args:
        seconds: how long each of them is busy each time, about; slow ones get one request a connection at least.
        tick: called after each.
    """
    supplies = {
        (contender.name, kind): Waybills(f"{chr(65 + at)}{chr(65 + of)}", at, kind)
        for at, contender in enumerate(contenders)
        for of, kind in enumerate(KINDS)
    }
    workloads = list(_workloads(contenders, sizes))
    expected = dict.fromkeys(workloads, 0.0)  # requests a second, by the round before
    found: dict[Workload, Rate] = {}
    for number in range(rounds + 1):
        for workload in workloads if number % 2 else reversed(workloads):
            contender = workload.contender
            supply = supplies[contender.name, workload.records]
            bodies = workload.bodies(supply, max(CONNECTIONS, int(expected[workload] * seconds)))
            resend = workload.records != USUAL  # the last of eight slow batches may have waited for too long
            took = contender.load(workload.use_case, bodies, CONNECTIONS, resend=resend)
            expected[workload] = took.requests / took.seconds
            if number:  # the first round warms up, and says how many requests the next ones take
                new = Rate(contender.name, workload.use_case, workload.size, [], 0.0, workload.records)
                rate = found.setdefault(workload, new)
                rate.rounds.append(workload.size * took.requests / took.seconds)
                rate.client = max(rate.client, took.client_seconds / took.seconds)
            tick()
    return [found[workload] for workload in workloads]


def count(contenders: Sequence[Contender], sizes: Sequence[int], rounds: int) -> int:
    """How often `measure` ticks."""
    return len(list(_workloads(contenders, sizes))) * (rounds + 1)


def _workloads(contenders: Sequence[Contender], sizes: Sequence[int]) -> Iterator[Workload]:
    """Yield contenders of the same use case one after the other, so that they meet the same minute of the machine."""
    for use_case in ("mask", "tokenize"):
        for size in sizes:
            for contender in contenders:
                if use_case in contender.paths:
                    yield Workload(contender, use_case, size)
                elif use_case == "tokenize" and ENCRYPT in contender.paths:
                    yield Workload(contender, ENCRYPT, size)
        for contender in contenders:
            if contender.name == "service":
                yield from (Workload(contender, use_case, sizes[-1], kind) for kind in KINDS if kind != USUAL)
