"""`python -m bench.search`: what search indexes cost: bytes of memory a waybill, and the rate of tokenizing.

It tokenizes the same kind of batches, by turns, with and without the indexes, in
one process over an embedded store, and then searches. Rates are by the time that
service and store compute, so that other programs disturb them little. Each pair
of batches gives one ratio; the median and the quartiles are shown. Before it
measures, it stores enough that nearly every part of the indexes has its expiry,
which is set once a day.
"""

import argparse
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import redis
import yaml
from rich.console import Console
from rich.table import Table

from bench.waybills import Waybills
from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.principals import DEFAULT_TENANT, Principal
from masking_service.service.search.use import Search
from masking_service.service.waybills.tokenize import CustodyAtStart, Tokenize, TokenizeRequest
from masking_service.shipped import shipped

BATCH = 500
WARM = 40
"""Batches of each side that are stored before rates are measured."""
LAST = 20
"""Batches, the last ones that are stored to be searched, of which the store's time is shown."""
SITE = "021001"
PRINTER = Principal("client/label-printer", DEFAULT_TENANT, ("label-printer",), frozenset(), "key")
NO_PROOF = SentProof("", "POST", "/", b"", b"", lambda _: None)
DESK = Principal("dev/desk", DEFAULT_TENANT, ("service-desk",), frozenset(), "jwt")


def parts_with(settings: Settings, folder: Path, name: str, **search: bool) -> Parts:
    """A process that keeps these indexes, with a budget of searches that is never spent."""
    document = yaml.safe_load(shipped("policy.yaml").read_text("utf-8"))
    document |= {"search": search, "watch": {"misses": 1_000_000}, "factors": {"role": 1_000, "tenant": 1_000}}
    document["roles"]["service-desk"]["budget"]["searches"] = {"1d": 1_000_000}
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    parts = assemble(replace(settings, policy=path))
    admit_store(parts)
    parts.store.trust()
    return parts


class Load:
    """Batches whose recipients' phones are drawn from so many."""

    def __init__(self, seed: int) -> None:
        self._waybills = Waybills("SB", seed)
        self._draw = random.Random(seed)

    def batch(self, phones: int) -> list[dict[str, Any]]:
        records = self._waybills.records(BATCH)
        for record in records:
            record["recipient"]["phone"] = f"139{self._draw.randrange(phones):08}"
        return records


def tokenize(parts: Parts, records: list[dict[str, Any]], site: str | None = None) -> None:
    """Tokenize a batch."""
    context, custody = RequestContext(PRINTER, "bench", clock()), CustodyAtStart(site) if site else None
    parts.acting.of(Tokenize)(context, TokenizeRequest(records, custody=custody))


def computed(client: redis.Redis, parts: Parts, batch: list[dict[str, Any]], site: str | None) -> tuple[float, float]:
    """Microseconds a waybill that the service and the store compute for a batch."""
    service, store = time.process_time(), _store_seconds(client)
    tokenize(parts, batch, site)
    return (time.process_time() - service) / BATCH * 1e6, (_store_seconds(client) - store) / BATCH * 1e6


def _store_seconds(client: redis.Redis) -> float:
    used = client.info("cpu")
    return float(used["used_cpu_sys"]) + float(used["used_cpu_user"])


def rates(client: redis.Redis, sides: Sequence[Parts], load: Load, rounds: int, site: str | None) -> tuple[str, str]:
    """The rate with indexes as a share of that without, and the microseconds a waybill of service and store."""
    for parts in sides:
        for _ in range(WARM):
            tokenize(parts, load.batch(10**8), site)
    found: list[list[tuple[float, float]]] = [[] for _ in sides]
    for number in range(rounds):
        for at in (0, 1) if number % 2 else (1, 0):
            found[at].append(computed(client, sides[at], load.batch(10**8), site))
    ratios = [sum(without) / sum(with_them) for without, with_them in zip(*found, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    medians = [[statistics.median(times) for times in zip(*each, strict=True)] for each in found]
    took = " · ".join(f"{service:.0f} + {store:.0f} µs" for service, store in medians)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})", took


def entry_bytes(client: redis.Redis, pattern: str) -> tuple[float, float]:
    """Return how many bytes an entry of these indexes takes, its share of the key included; delete the indexes.

    The first figure is from `MEMORY USAGE` of each key, the second from the memory that their deletion frees.
    """
    keys = list(client.scan_iter(pattern, count=10_000))
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.memory_usage(key, samples=0)
        pipeline.scard(key)
    found = pipeline.execute()
    entries = sum(found[1::2]) - len(keys)  # each part has one member that is no entry
    before = client.info("memory")["used_memory"]
    for at in range(0, len(keys), 1_000):
        client.delete(*keys[at : at + 1_000])
    return sum(found[::2]) / entries, (before - client.info("memory")["used_memory"]) / entries


def searched(parts: Parts, count: int, asked: Callable[[int], dict[str, str | None]]) -> str:
    """Milliseconds that searches took, without HTTP."""
    taken, shown = [], 0
    for at in range(count):
        began = time.perf_counter()
        context = RequestContext(DESK, "bench", clock())
        shown += len(parts.acting.of(Search)(context, None, NO_PROOF, **asked(at)).results)
        taken.append((time.perf_counter() - began) * 1_000)
    quantiles = statistics.quantiles(taken, n=100)
    return f"{quantiles[49]:.1f} / {quantiles[98]:.1f} ms, {shown / count:.1f} found"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("--waybills", type=int, default=50_000, help="for each figure of memory")
    parser.add_argument("--of-a-phone", type=int, default=12, help="waybills of one phone")
    parser.add_argument("--rounds", type=int, default=40, help="batches of each side")
    parser.add_argument("--stored", type=int, default=100_000, help="waybills among which is searched")
    asked = parser.parse_args()
    table = Table("what", "figure")
    os.environ.pop("MASKING_POLICY", None)
    with tempfile.TemporaryDirectory() as name, EmbeddedServer(Path(name) / "store") as server:
        folder = Path(name)
        with Development({"MASKING_STATE_DIR": str(folder / "state"), "MASKING_REDIS_URL": server.url}) as made:
            settings = made.settings
        client, load = redis.Redis.from_url(server.url, protocol=2), Load(1)
        off, both = (
            parts_with(settings, folder, label, phone=on, last4=on) for label, on in (("off", False), ("both", True))
        )
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)  # as a worker has it
        for site, where in ((None, "one entry each"), (SITE, "two entries each, and custody")):
            ratio, took = rates(client, (off, both), load, asked.rounds, site)
            table.add_row(f"tokenize, both indexes / none, {where}", ratio)
            table.add_row("computed a waybill by service + store, none · both", took)
        client.delete(*client.scan_iter("wm:{f:*"), *client.scan_iter("wm:{s:*"))
        for label, kept, phones, site, pattern in (
            (f"phone, {asked.of_a_phone} waybills each", "phone", asked.waybills // asked.of_a_phone, None, "wm:{f:*"),
            ("phone, one waybill each", "phone", 10**8, None, "wm:{f:*"),
            ("last four digits, one site", "last4", 10**8, SITE, "wm:{s:*"),
        ):
            parts = parts_with(
                settings, folder, f"{kept}-{phones}", **{kept: True}
            )  # a process of its own: the parts are new
            for _ in range(asked.waybills // BATCH):
                tokenize(parts, load.batch(phones), site)
            usage, used = entry_bytes(client, pattern)
            table.add_row(f"bytes a waybill, {label}: by key / by all memory", f"{usage:.0f} / {used:.0f}")
        parts, phones = parts_with(settings, folder, "search", phone=True, last4=True), asked.stored // 3
        stored = [
            computed(client, parts, load.batch(phones), f"021{at % 100:03}") for at in range(asked.stored // BATCH)
        ]
        slow = statistics.median(store for _, store in stored[-LAST:])
        table.add_row(
            f"computed a waybill by the store, both indexes and custody, at {asked.stored:,}", f"{slow:.0f} µs"
        )
        draw = random.Random(2)
        by_phone = searched(
            parts, 500, lambda _: {"phone": f"139{draw.randrange(phones):08}", "last4": None, "site": None}
        )
        table.add_row(f"a search by phone among {asked.stored:,}, p50 / p99", by_phone)
        at_site = searched(
            parts, 500, lambda at: {"phone": None, "last4": f"{draw.randrange(10_000):04}", "site": f"021{at % 100:03}"}
        )
        table.add_row("by last four digits at a site", at_site)
    Console().print(table)


if __name__ == "__main__":
    main()
