"""`python -m bench.cluster`: tokenizing on clusters of one, two and three shards, as far as one machine shows it.

Service, load and all shards share the machine's cores, so the rate cannot rise with the shards. What can be seen is
what a shard has to do for each waybill, and whether the shards have equal parts of it.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bench.contenders import records_body, service
from bench.figures import MIN_PAIRS, Sharded
from bench.rates import CONNECTIONS
from bench.tables import shard_table
from bench.waybills import Waybills
from tests.servers import Group, Node, make_cluster

SHARDS = (1, 2, 3)
BATCH = 500


def measure(
    folder: Path, *, shards: Sequence[int], rounds: int, requests: int, tick: Callable[[], None]
) -> list[Sharded]:
    """All clusters in turns, each with a service of its own; the first round warms up.

    Args:
        requests: how many batches of 500 a round.
        tick: called after each round of each cluster.
    """
    rooms = []
    try:
        for count in shards:
            rooms.append(_Room(folder / f"shards-{count}", count))
        for number in range(rounds + 1):
            for room in rooms if number % 2 else reversed(rooms):
                room.round(requests, counts=number > 0)
                tick()
        return [room.found() for room in rooms]
    finally:
        for room in reversed(rooms):
            room.stop()


class _Room:
    """A cluster, a service on it, and what was seen of both."""

    def __init__(self, folder: Path, shards: int) -> None:
        folder.mkdir()
        self._group: Group = make_cluster(folder, shards)
        try:
            # No replicas: they would be further processes on the same cores.
            environment = {"MASKING_REDIS_URL": self._group.url, "MASKING_REDIS_REPLICAS": "0"}
            self._contender = service(folder / "state", environment)
        except BaseException:
            self._group.stop()
            raise
        self._supply = Waybills("CL", shards)
        self._rates: list[float] = []
        self._spent = [0.0] * shards
        self._sent = 0

    def round(self, requests: int, *, counts: bool) -> None:
        bodies = [records_body(self._supply.records(BATCH)) for _ in range(requests)]
        before = [_spent(node) for node in self._group.primaries]
        took = self._contender.load("tokenize", bodies, CONNECTIONS)
        if counts:
            self._rates.append(BATCH * requests / took.seconds)
            self._sent += BATCH * requests
            for at, node in enumerate(self._group.primaries):
                self._spent[at] += _spent(node) - before[at]

    def found(self) -> Sharded:
        keys = [int(node.client.dbsize()) for node in self._group.primaries]
        together = sum(self._spent)
        return Sharded(
            shards=len(keys),
            rounds=self._rates,
            store=together / self._sent * 1e6,
            busiest=max(self._spent) / together,
            stored=[count / sum(keys) for count in keys],
        )

    def stop(self) -> None:
        self._contender.stop()
        self._group.stop()


def _spent(node: Node) -> float:
    said = node.client.info("cpu")
    return float(said["used_cpu_user"] + said["used_cpu_sys"])


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to prove that it works")
    rounds, requests = (1, CONNECTIONS) if parser.parse_args().quick else (MIN_PAIRS, 60)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        found = measure(Path(name), shards=SHARDS, rounds=rounds, requests=requests, tick=lambda: None)
    Console().print(Markdown(shard_table(found)))


if __name__ == "__main__":
    main()
