"""`python -m bench.search`: what search indexes cost: bytes of memory a waybill, and the rate of tokenizing.

It tokenizes the same kind of batches, by turns, with and without the indexes, in
one process over an embedded store, and then searches. Figures are medians.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import redis
import yaml
from rich.console import Console
from rich.table import Table

from bench.waybills import Waybills
from masking_service.access.custody import Custody
from masking_service.access.principals import DEFAULT_TENANT, Principal
from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.shipped import shipped
from masking_service.usecases.recorder import Call

BATCH = 500
SITE = "021001"
PRINTER = Principal("client/label-printer", DEFAULT_TENANT, ("label-printer",), frozenset(), "key")
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


def tokenize(parts: Parts, records: list[dict[str, Any]], site: str | None = None) -> float:
    """Tokenize a batch; return the seconds it took."""
    call, custody = Call(PRINTER, "bench", clock()), Custody(site) if site else None
    began = time.perf_counter()
    parts.acting.tokenize(
        call,
        "standard",
        None,
        records,
        replace="mask",
        revise=False,
        custody=custody,
        mask_if_unavailable=False,
    )
    return time.perf_counter() - began


def grown(client: redis.Redis, parts: Parts, batches: Sequence[list[dict[str, Any]]], site: str | None) -> float:
    """Bytes of memory that a waybill of these batches takes."""
    before = int(client.info("memory")["used_memory"])
    for batch in batches:
        tokenize(parts, batch, site)
    return (int(client.info("memory")["used_memory"]) - before) / (BATCH * len(batches))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("--waybills", type=int, default=50_000, help="for each figure of memory")
    parser.add_argument("--of-a-phone", type=int, default=12, help="waybills of one phone in a quarter")
    parser.add_argument("--rounds", type=int, default=40, help="batches of each side")
    asked = parser.parse_args()
    table = Table("what", "figure")
    os.environ.pop("MASKING_POLICY", None)
    with tempfile.TemporaryDirectory() as name, EmbeddedServer(Path(name) / "store") as server:
        folder = Path(name)
        with Development({"MASKING_STATE_DIR": str(folder / "state"), "MASKING_REDIS_URL": server.url}) as made:
            settings = made.settings
        off, phone, last4, both = (
            parts_with(settings, folder, label, phone=label in ("phone", "both"), last4=label in ("last4", "both"))
            for label in ("off", "phone", "last4", "both")
        )
        client, load = redis.Redis.from_url(server.url, protocol=2), Load(1)
        for site, where in ((None, "without custody"), (SITE, "with custody")):
            pairs = [
                (tokenize(off, load.batch(10**8), site), tokenize(both, load.batch(10**8), site))
                for _ in range(asked.rounds)
            ]
            rates = [BATCH / statistics.median(side) for side in zip(*pairs, strict=True)]
            table.add_row(f"tokenize, both indexes / none, {where}", f"{rates[1] / rates[0]:.2f}")
        count = asked.waybills // BATCH
        for label, parts, phones, site in (
            (f"phone, {asked.of_a_phone} waybills each", phone, asked.waybills // asked.of_a_phone, None),
            ("phone, one waybill each", phone, 10**8, None),
            ("last four digits at one site", last4, 10**8, SITE),
        ):
            record = grown(client, off, [load.batch(phones) for _ in range(count)], site)
            client.flushall()  # so that the tables of both sides grow alike
            for each in (off, parts):
                each.log.reset()
                tokenize(each, load.batch(phones), site)
            indexed = grown(client, parts, [load.batch(phones) for _ in range(count)], site)
            table.add_row(f"bytes a waybill: {label}", f"{indexed - record:.0f}")
        taken = []
        for at in range(500):
            began = time.perf_counter()
            phone.acting.search(Call(DESK, "bench", clock()), None, phone=f"139{at:08}", last4=None, site=None)
            taken.append((time.perf_counter() - began) * 1_000)
        quantiles = statistics.quantiles(taken, n=100)
        table.add_row("a search, p50 / p99", f"{quantiles[49]:.1f} / {quantiles[98]:.1f} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
