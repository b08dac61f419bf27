"""Measures all contenders in turns: waybills a second by contender, use case and size of the batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.contenders import VALUES, VALUES_A_WAYBILL, Contender, records_body, values_body
from bench.figures import ENCRYPT, Rate
from bench.waybills import Waybills

CONNECTIONS = 8  # enough for both workers to get some: with few, one of them may get all
ENCRYPTED = VALUES / VALUES_A_WAYBILL


@dataclass(frozen=True)
class Workload:
    """What a contender is asked: which use case, how many waybills a request."""

    contender: Contender
    use_case: str
    size: float

    def bodies(self, supply: Waybills, count: int) -> list[bytes]:
        """So many requests of waybills that were never sent before."""
        encode = values_body if self.use_case == ENCRYPT else records_body
        records = -int(-self.size // 1)
        return [encode(supply.records(records)) for _ in range(count)]


def measure(
    contenders: Sequence[Contender], sizes: Sequence[int], *, rounds: int, seconds: float, tick: Callable[[], None]
) -> list[Rate]:
    """Measure every contender and use case once a round, in alternating order.

    Args:
        seconds: how long each of them is busy each time, about; slow ones get one request a connection at least.
        tick: called after each.
    """
    supplies = {contender.name: Waybills(f"{chr(65 + at)}A", at) for at, contender in enumerate(contenders)}
    workloads = list(_workloads(contenders, sizes))
    expected = dict.fromkeys(map(_key, workloads), 0.0)  # requests a second, by the round before
    found: dict[tuple[str, str, float], Rate] = {}
    for number in range(rounds + 1):
        for workload in workloads if number % 2 else reversed(workloads):
            key, contender = _key(workload), workload.contender
            bodies = workload.bodies(supplies[contender.name], max(CONNECTIONS, int(expected[key] * seconds)))
            took = contender.load(workload.use_case, bodies, CONNECTIONS)
            expected[key] = took.requests / took.seconds
            if number:  # the first round warms up, and says how many requests the next ones take
                rate = found.setdefault(key, Rate(*key, rounds=[], client=0.0))
                rate.rounds.append(workload.size * took.requests / took.seconds)
                rate.client = max(rate.client, took.client_seconds / took.seconds)
            tick()
    return [found[_key(workload)] for workload in workloads]


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
    for contender in contenders:
        if ENCRYPT in contender.paths:
            yield Workload(contender, ENCRYPT, ENCRYPTED)


def _key(workload: Workload) -> tuple[str, str, float]:
    return workload.contender.name, workload.use_case, float(workload.size)
