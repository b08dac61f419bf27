"""`python -m bench.audited`: audited opens and full views a second, over HTTP, with everything on.

Beside them, in the same run and on the same store, the baseline: bare XADD
commits of one entry each on as many connections, each acknowledged when it is on
disk; and what the log of one process takes alone. Figures are medians of the rounds.
Then `bench.log_rate`: commits of 32 entries on one slot and on four, and the witness.
"""

import argparse
import itertools
import json
import os
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from rich.console import Console
from rich.table import Table

from bench import load, log_rate
from bench.contenders import Contender, credentials, service, store_of
from bench.figures import MIN_PAIRS, quotients, spread
from bench.waybills import Waybills
from keys import keyset
from keys.keyring import Keyring
from masking_audit.format.entries import Entry, Item
from masking_service.audit.log import AuditLog
from masking_service.runtime.clock import clock
from masking_service.shipped import ROOT
from masking_service.store.client import Store

CONNECTIONS = 16  # as many as two workers have threads
IN_A_CASE = 10  # as many as a case may name without an approval
VIEWED = 500  # each parcel is viewed a few times
SITE = "021001"
VIEWS_ALONE = "full views, one a call"
BARE, ALONE = "baseline: bare XADD commits", "the log alone, one process"


@dataclass(frozen=True)
class Workload:
    """What is asked: by whom, where, how many fields or waybills a call, how many calls a round."""

    name: str
    who: str
    path: str
    size: int
    calls: int
    body: Callable[[int], bytes]


class Bench:
    """A running service, and what is measured of it."""

    def __init__(self, folder: Path, checkout: Path = ROOT, module: str = "masking_service") -> None:
        environment = {"MASKING_POLICY": str(generous_policy(folder, checkout))}
        self._folder = folder
        self._contender: Contender = service(folder, environment, checkout=checkout, module=module)
        self._url = store_of(folder)

    def stop(self) -> None:
        """End the service."""
        self._contender.stop()

    def prepare(self) -> list[Workload]:
        """What to ask, once there are waybills in custody and a case that names them."""
        supply = Waybills("AU", 1)
        records = supply.records(VIEWED)
        numbers = [record["waybill_no"] for record in records]
        made = self._call("label-printer", "/v1/tokenize", {"records": records, "custody": {"site": SITE}})["results"]
        self._call(
            "service-desk",
            "/v1/cases",
            {"case": "B-1", "purpose": "dispute", "waybills": numbers[:IN_A_CASE], "reason": "bench"},
        )
        opening = itertools.cycle([result["tokens"]["/recipient/phone"] for result in made[:IN_A_CASE]])
        viewing = itertools.cycle(numbers)

        def opens(size: int) -> bytes:
            items = [{"token": next(opening)} for _ in range(size)]
            return json.dumps({"purpose": "dispute", "case": "B-1", "items": items}).encode()

        def views(size: int) -> bytes:
            return json.dumps({"profile": "courier", "waybills": [next(viewing) for _ in range(size)]}).encode()

        return [
            Workload("opens, one a call", "dispute-officer", "/v1/detokenize", 1, 2_000, opens),
            Workload("opens, ten a call", "dispute-officer", "/v1/detokenize", 10, 1_000, opens),
            Workload(VIEWS_ALONE, "courier", "/v1/waybills/view", 1, 2_000, views),
            Workload("full views, fifty a call", "courier", "/v1/waybills/view", 50, 500, views),
        ]

    def processor_seconds(self) -> float:
        """What service, store and witness have taken of the processors so far."""
        return self._contender.processor_seconds()

    def rate(self, workload: Workload, calls: int) -> float:
        """Calls a second, over so many of them."""
        bodies = [workload.body(workload.size) for _ in range(calls)]
        headers = self._headers(workload.who)
        took = load.run(self._contender.port, workload.path, bodies, connections=CONNECTIONS, headers=headers)
        return took.requests / took.seconds

    def bare(self, share: int) -> float:
        """Commits a second of one entry each, with nothing around them."""
        clients = [redis.Redis.from_url(self._url, protocol=2) for _ in range(CONNECTIONS)]

        def commit(at: int) -> None:
            clients[at].execute_command("XADD", f"bench:{at}", "*", "entry", b"x" * 450)

        rate = _in_threads(commit, 4_000 // share)
        for at, client in enumerate(clients):
            client.delete(f"bench:{at}")
            client.close()
        return rate

    def alone(self, share: int) -> float:
        """Entries a second that the log of one process makes durable, chained and signed."""
        store = Store(self._url)
        store.trust()
        signer = Keyring(keyset.load(self._folder / "keyset.json")).audit_signer
        log = AuditLog(store, signer, os.urandom, clock)
        entry = Entry(
            at=clock(),
            action="detokenize",
            outcome="released",
            principal="staff/officer-7",
            role="dispute-officer",
            tenant="0" * 32,
            request="0" * 32,
            policy="0" * 16,
            purpose="dispute",
            case="B-1",
            count=1,
            items=[Item("0" * 32, "released", "/recipient/phone", "phone")],
        )
        rate = _in_threads(lambda _: log.append(entry), 4_000 // share)
        log.close()
        store.close()
        return rate

    def _call(self, who: str, path: str, body: object) -> Any:
        return self._contender.call("POST", path, body, self._headers(who))

    def _headers(self, who: str) -> dict[str, str]:
        return self._contender.headers | {"Authorization": f"Bearer {credentials(self._folder)[who]}"}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.audited")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to prove that it works")
    quick = parser.parse_args().quick
    rounds, share = (1, 10) if quick else (MIN_PAIRS, 1)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        bench = Bench(Path(name))
        try:
            workloads = bench.prepare()
            rates: dict[str, list[float]] = {}
            for number in range(rounds + 1):
                figures = {BARE: bench.bare(share), ALONE: bench.alone(share)}
                figures |= {workload.name: bench.rate(workload, workload.calls // share) for workload in workloads}
                for what, figure in figures.items() if number else ():  # the first round warms up
                    rates.setdefault(what, []).append(figure)
        finally:
            bench.stop()
    _show(rates, workloads, rounds)
    for table in log_rate.report(quick=quick):
        Console().print(table)


def generous_policy(folder: Path, checkout: Path = ROOT) -> Path:
    """The default policy of a checkout with budgets that no run spends; everything else is as it is shipped."""
    text = (checkout / "policy.yaml").read_text()
    text = re.sub(r"(fields|full_views): \{.*\}", r"\1: {1m: 1000000, 1d: 1000000}", text)
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def _in_threads(work: Callable[[int], object], count: int) -> float:
    """How often a second `work` is done, by one thread for each connection."""
    begin = threading.Barrier(CONNECTIONS + 1)

    def run(at: int) -> None:
        begin.wait()
        for _ in range(count // CONNECTIONS):
            work(at)

    threads = [threading.Thread(target=run, args=[at]) for at in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return count // CONNECTIONS * CONNECTIONS / (time.perf_counter() - started)


def _show(rates: dict[str, list[float]], workloads: list[Workload], rounds: int) -> None:
    """Print the medians; what counts is the ratio of two figures of the same round."""
    heads = ("what", "calls /s", "fields or waybills /s", "calls / baseline (lowest to highest)")
    table = Table(*heads, title=f"median of {rounds} rounds")
    sizes = {BARE: 1, ALONE: 1} | {workload.name: workload.size for workload in workloads}
    for what, size in sizes.items():
        rate = statistics.median(rates[what])
        table.add_row(what, f"{rate:,.0f}", f"{rate * size:,.0f}", spread(quotients(rates[what], rates[BARE])))
    Console().print(table)


if __name__ == "__main__":
    main()
