"""`python -m bench.memory`: what a waybill costs, in bytes: of memory, of the append-only log, and of the archive.

It runs the service with everything on, sends it waybills with six values, and
looks at the store before and after each step. `docs/scaling.md` is made of what
it prints. With ``MASKING_REDIS_URL`` it measures that server, which it empties.
"""

import argparse
import http.client
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import redis
from rich.console import Console
from rich.table import Table

from bench.audited import generous_policy
from bench.contenders import Contender, credentials, service, store_of
from bench.waybills import Waybills
from masking_service.dev.embedded import EmbeddedServer
from masking_service.runtime.set_up import running_url

MAX_BATCH = 500
SITE = "021001"
OPENED = 200  # of any number of waybills: opening is rare
ALONE = 0.1  # the share of waybills that are viewed one a call, as couriers do
VIEWED_TOGETHER, VIEWED_ALONE, OPENINGS = "full view, fifty a call", "full view, one a call", "opening, one a call"
BUFFERS = ("mem_clients_normal", "mem_aof_buffer")  # of connections: they come and go


@dataclass(frozen=True)
class Grown:
    """What one step added, in bytes: to memory, to the streams of the audit log in it, to the log, to the archive."""

    memory: int
    streams: int
    log: int
    archive: int


class Measurement:
    """A running service, and the store that is looked at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contender: Contender = service(folder, {"MASKING_POLICY": str(generous_policy(folder))})
        self._seen: tuple[int, int, int, int] | None = None
        url = os.environ.get("MASKING_REDIS_URL") or store_of(folder)
        self.client = redis.Redis.from_url(url, protocol=2, socket_timeout=600)
        self.client.config_set("auto-aof-rewrite-percentage", 0)  # or the log would shrink in the middle of a step

    def stop(self) -> None:
        """End the service."""
        self.client.close()
        self._contender.stop()

    def call(self, who: str, path: str, body: object) -> Any:
        """What is answered; a service that has too much to do is asked again."""
        headers = self._contender.headers | {"Authorization": f"Bearer {credentials(self._folder)[who]}"}
        status = 503
        while status == 503:
            link = http.client.HTTPConnection("127.0.0.1", self._contender.port, timeout=60)
            link.request("POST", path, json.dumps(body), headers)
            answer = link.getresponse()
            status, content = answer.status, answer.read()
            link.close()
            time.sleep(1 if status == 503 else 0)
        assert status < 300, f"{path} answered {status}: {content[:200]!r}"
        return json.loads(content)

    @contextmanager
    def step(self, grown: dict[str, Grown], name: str) -> Iterator[None]:
        """Note what everything inside adds; what it began with is what the step before ended with."""
        before = self._seen or self._look()
        yield
        self._seen = self._look()
        grown[name] = Grown(*(now - then for now, then in zip(self._seen, before, strict=True)))

    def parts_of_a_record(self) -> dict[str, float]:
        """What one record's bytes are: the mean of a few hundred."""
        keys = list(islice(self.client.scan_iter("wm:{????????????????}0", 1000), 500))
        names = sum(map(len, keys)) / len(keys)
        values = sum(self.client.strlen(key) for key in keys) / len(keys)
        held = sum(self._held(key, 5) for key in keys) / len(keys)
        return {"key": names, "value": values, "MEMORY USAGE": held}

    def of_waybills(self) -> int:
        """``MEMORY USAGE`` of the keys of all waybills."""
        return sum(self._held(key, 0) for key in self.client.scan_iter("wm:{????????????????}*", 1000))

    def rewritten(self) -> tuple[int, float]:
        """The size of the append-only log after a rewrite, and the seconds that took."""
        started = time.perf_counter()
        self.client.bgrewriteaof()
        while self.client.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.01)
        return int(self.client.info("persistence")["aof_current_size"]), time.perf_counter() - started

    def _held(self, key: bytes, samples: int) -> int:
        return self.client.memory_usage(key, samples) or 0

    def _look(self) -> tuple[int, int, int, int]:
        archive = _settled(self._folder / "audit-archive")
        streams = sum(self._held(key, 0) for key in self.client.scan_iter("wm:{audit}*", 1000))
        said = self.client.info("all")
        memory = said["used_memory"] - sum(said[buffers] for buffers in BUFFERS)
        return memory, streams, said["aof_current_size"], archive


def measure(measurement: Measurement, count: int) -> dict[str, Grown]:
    """What each step of `count` waybills' lives adds."""
    grown: dict[str, Grown] = {}
    supply = Waybills("BY", count)
    records = [supply.record() for _ in range(count)]
    numbers = [record["waybill_no"] for record in records]
    measurement.call("label-printer", "/v1/tokenize", {"records": [supply.record()]})  # makes the day's data key

    with measurement.step(grown, "record"):
        for batch in batches(records, MAX_BATCH):
            measurement.call("label-printer", "/v1/tokenize", {"records": batch})
    with measurement.step(grown, "custody, set at tokenizing"):
        for batch in batches(records, MAX_BATCH):
            measurement.call("label-printer", "/v1/tokenize", {"records": batch, "custody": {"site": SITE}})
    with measurement.step(grown, "custody, moved to a courier"):
        for names in batches(numbers, MAX_BATCH):
            items = [{"waybill_no": name, "site": SITE, "courier": "client/courier"} for name in names]
            measurement.call("tracking", "/v1/custody", {"items": items})
    alone = int(count * ALONE)
    for step, size, viewed in ((VIEWED_TOGETHER, 50, numbers[alone:]), (VIEWED_ALONE, 1, numbers[:alone])):
        with measurement.step(grown, step):
            for names in batches(viewed, size):
                measurement.call("courier", "/v1/waybills/view", {"profile": "courier", "waybills": names})
    with measurement.step(grown, OPENINGS):
        _open(measurement, numbers[:OPENED])
    return grown


def _open(measurement: Measurement, numbers: Sequence[str]) -> None:
    for at, names in enumerate(batches(numbers, 10)):
        case = f"M-{at}"
        wanted = {"case": case, "purpose": "dispute", "waybills": names, "reason": "bench"}
        measurement.call("service-desk", "/v1/cases", wanted)
        for name in names:
            items = [{"waybill_no": name, "field": "/recipient/phone"}]
            measurement.call("dispute-officer", "/v1/detokenize", {"purpose": "dispute", "case": case, "items": items})


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield the items, so many at a time."""
    return (items[at : at + size] for at in range(0, len(items), size))


def loading(folder: Path) -> float:
    """Seconds until a server that is started on a copy of the store's log answers."""
    log = folder / "valkey" / "appendonlydir"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        other = Path(name) / "valkey" / "appendonlydir"
        other.mkdir(parents=True)
        for path in log.iterdir():
            (other / path.name).write_bytes(path.read_bytes())
        started = time.perf_counter()
        with EmbeddedServer(Path(name)):
            return time.perf_counter() - started


def _settled(folder: Path) -> int:
    """The bytes of an archive, once the witness, which looks every second, adds nothing more."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 1.5:
        now = sum(path.stat().st_size for path in folder.glob("audit-*.ndjson"))
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.1)
    return size


def _packed(folder: Path) -> float:
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("audit-*.ndjson")))
    return len(zlib.compress(content)) / len(content)


def main() -> None:
    """Measure, and print what it is made of."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory")
    parser.add_argument("counts", nargs="*", type=int, default=[20_000], help="how many waybills")
    console = Console()
    for count in parser.parse_args().counts:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            measurement = Measurement(Path(name))
            try:
                server = measurement.client.info("server")
                grown = measure(measurement, count)
                parts = measurement.parts_of_a_record()
                rewritten, took = measurement.rewritten()
                loaded = loading(Path(name)) if running_url(Path(name)) else 0.0
                keys = measurement.client.dbsize()
                packed = _packed(Path(name) / "audit-archive")
            finally:
                measurement.stop()
        console.print(_table(grown, count, _named(server)))
        console.print("of a record: " + ", ".join(f"{what} {size:,.0f} B" for what, size in parts.items()))
        console.print(f"{keys:,} keys: log rewritten to {rewritten:,} B in {took:.1f} s, loaded in {loaded:.1f} s")
        console.print(f"the archive packed (zlib): {packed:.0%} of its size\n")


def _named(server: dict[str, Any]) -> str:
    valkey = server.get("valkey_version")
    return f"Valkey {valkey}" if valkey else f"Redis {server['redis_version']}"


def _table(grown: dict[str, Grown], count: int, server: str) -> Table:
    table = Table(
        "bytes for each", "memory", "of it audit", "append-only log", "archive", title=f"{count:,} waybills, {server}"
    )
    alone = int(count * ALONE)
    fewer = {VIEWED_TOGETHER: count - alone, VIEWED_ALONE: alone, OPENINGS: min(count, OPENED)}
    for name, what in grown.items():
        each = fewer.get(name, count)
        sizes = (what.memory, what.streams, what.log, what.archive)
        table.add_row(name, *(f"{size / each:,.0f}" for size in sizes))
    return table


if __name__ == "__main__":
    main()
