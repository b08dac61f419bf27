"""`python -m bench.life`: the bytes of memory that one waybill's life takes, and those of a view's entry in the log.

A life is: tokenized with custody, moved three times, and viewed in full in a call of its own, so that the view's entry
shares its commit and its signature with no other. What lasts is outside the audit log: ``MEMORY USAGE`` of the
waybill's keys is the same in every run. The server's two tables add 55 to 110 bytes to its three keys, because they
double as they grow.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.memory import MAX_BATCH, SITE, Grown, Measurement, batches
from bench.waybills import Waybills

MOVES = ({"site": "310115"}, {"site": SITE}, {"site": SITE, "courier": "client/courier"})
"""In at the last site, out with a courier, and what a carrier changes between."""


WARM_UP = 200
"""Waybills that live before those which are measured: the first of a day make keys, chains and connections."""


@dataclass(frozen=True)
class Life:
    """Bytes of memory.

    Attributes:
        lasting: of a waybill's keys, outside the audit log.
        used: the same as a difference of ``used_memory``, with the tables and what else the server needed meanwhile.
        entries: of a waybill, in the audit log.
        view: of these, the entry of the view.
    """

    lasting: float
    used: float
    entries: float
    view: float


def measure(measurement: Measurement, count: int) -> Life:
    """Measure the lives of `count` waybills."""
    grown: dict[str, Grown] = {}
    supply = Waybills("LF", count)
    _live(measurement, {}, supply.records(WARM_UP))
    _live(measurement, grown, supply.records(count))
    memory, entries = (sum(getattr(one, part) for one in grown.values()) for part in ("memory", "streams"))
    lasting = measurement.of_waybills() / (WARM_UP + count)
    return Life(lasting, (memory - entries) / count, entries / count, grown["viewed"].streams / count)


def _live(measurement: Measurement, grown: dict[str, Grown], records: Sequence[dict[str, Any]]) -> None:
    numbers = [record["waybill_no"] for record in records]
    with measurement.step(grown, "tokenized with custody"):
        for batch in batches(records, MAX_BATCH):
            measurement.call("label-printer", "/v1/tokenize", {"records": batch, "custody": {"site": SITE}})
    with measurement.step(grown, "moved"):
        for move in MOVES:
            for names in batches(numbers, MAX_BATCH):
                items = [{"waybill_no": name, **move} for name in names]
                measurement.call("tracking", "/v1/custody", {"items": items})
    with measurement.step(grown, "viewed"):
        for name in numbers:
            measurement.call("courier", "/v1/waybills/view", {"profile": "courier", "waybills": [name]})


def main() -> None:
    """Measure, and print a line each."""
    parser = argparse.ArgumentParser(prog="python -m bench.life")
    parser.add_argument("count", nargs="?", type=int, default=5_000, help="how many waybills")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        measurement = Measurement(Path(name))
        try:
            life = measure(measurement, count)
        finally:
            measurement.stop()
    console = Console()
    console.print(f"a waybill's life, {count:,} waybills, bytes of memory each")
    console.print(f"lasting, outside the audit log: {life.lasting:,.0f} (by used_memory: {life.used:,.0f})")
    console.print(f"in the audit log: {life.entries:,.0f}, of it the entry of the view: {life.view:,.0f}")


if __name__ == "__main__":
    main()
