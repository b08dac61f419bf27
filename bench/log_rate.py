"""`python -m bench.log_rate`: entries a second that a log makes durable, and entries a second that a witness verifies.

The log is spread over the slots of a cluster with as many shards: of four, each has one slot. A process for each slot
writes commits of 32 entries. In turns with them, on the same servers, the limit: the same commits, made beforehand and
sent by bare clients. The witness then archives all slots. What counts is the ratio of two figures of one run.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import redis
from redis.crc import key_slot
from rich.console import Console
from rich.table import Table

from bench.figures import MIN_PAIRS, Measured, quotients, spread
from keys.signatures import Verifier
from keys.signers import LogSigner
from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_audit.format.entries import Entry, Fact, Item
from masking_service.audit.log import AuditLog, _Pending
from masking_service.audit.streams import Streams
from masking_service.runtime.clock import clock
from masking_service.store.client import Command, Identity, Store
from masking_service.store.layout import AuditKeys
from masking_service.store.pipeline import Script
from tests.clusters import Cluster
from tests.servers import make_cluster

SLOTS = 4
COMMIT = 32
READY_SECONDS = 0.5
"""All processes begin this long after they were told to, so that they begin together."""


@dataclass(frozen=True)
class Took:
    """What one process did: from when to when (monotonic clock), and for how many processor seconds."""

    began: float
    ended: float
    processor: float


@dataclass(frozen=True)
class Rates:
    """Entries a second, round by round.

    Attributes:
        log, bare: made durable, over all slots.
        log_core: made durable, for each second of a processor that the processes of the log took.
        witness: verified and archived, for each second of a processor that the witness took.
    """

    log: Measured
    bare: Measured
    log_core: Measured
    witness: Measured


def measure(folder: Path, *, slots: int, commits: int, rounds: int) -> Rates:
    """Measure a log of so many slots, in rounds of so many commits a slot."""
    keys = AuditKeys(slots)
    with ExitStack() as running:
        group = make_cluster(folder, slots)
        running.callback(group.stop)
        cluster = Cluster(group)
        owners = [cluster.primary(key_slot(keys.writers(slot))).url for slot in range(slots)]
        pool = running.enter_context(ProcessPoolExecutor(slots, get_context("spawn")))
        found: dict[str, list[float]] = {"log": [], "bare": [], "log_core": []}
        for number in range(rounds + 1):
            written = _together(pool, write, [(group.url, keys)] * slots, commits)
            sent = _together(pool, send, [(url, keys, slot) for slot, url in enumerate(owners)], commits)
            if number:  # the first round warms up
                entries = slots * commits * COMMIT
                found["log"].append(entries / _lasted(written))
                found["bare"].append(entries / _lasted(sent))
                found["log_core"].append(entries / sum(one.processor for one in written))
        archives = [folder / f"archive-{number}" for number in range(rounds + 1)]
        found["witness"] = [pool.submit(follow, group.url, keys, archive).result() for archive in archives][1:]
    return Rates(**{name: Measured(rates) for name, rates in found.items()})


def write(url: str, keys: AuditKeys, commits: int, begin: float) -> Took:
    """Append entries as the service does, in a process of its own, which takes the next slot."""
    store = _store(url, keys)
    log = _log(store)
    entries = _entries(commits + 1)
    _commit(log, entries.pop())  # connects, and takes the slot

    def commit_all() -> None:
        for batch in entries:
            _commit(log, batch)

    taken = _timed(begin, commit_all)
    store.close()
    return taken


def send(url: str, keys: AuditKeys, slot: int, commits: int, begin: float) -> Took:
    """Send commits that were made beforehand, with nothing around them, in a process of its own."""
    made = _Made(keys, slot)
    log = _log(cast("Store", made))
    for batch in _entries(commits):
        _commit(log, batch)
    connection = redis.Redis.from_url(url, protocol=2).connection_pool.get_connection()
    packed = [connection.pack_command(*command) for command in made.commands]

    def send_all() -> None:
        for command in packed:
            connection.send_packed_command(command)
            connection.read_response()

    connection.send_command("SCRIPT", "LOAD", made.source)
    connection.read_response()
    taken = _timed(begin, send_all)
    connection.disconnect()
    return taken


def follow(url: str, keys: AuditKeys, folder: Path) -> float:
    """Archive the log, and return entries for each processor second."""
    store = _store(url, keys)
    with Archive(folder, Verifier(_signer().public_pem())) as archive:
        follower = Follower(Streams(store), archive, clock, keep_hours=30 * 24)
        began = time.process_time()
        while follower.archive_new():
            pass
        took = time.process_time() - began
        entries = archive.verification.summary().entries
    store.close()
    return entries / took


class _Made:
    """Keeps the commits of a log in a slot, in the place of its store."""

    slotted = True

    def __init__(self, keys: AuditKeys, slot: int) -> None:
        self.identity = Identity()
        self.identity.audit = keys
        self._slot = slot
        self.commands: list[Sequence[bytes | int]] = []
        self.source = b""

    def write(self, _: Sequence[Command]) -> list[int]:
        """Give the log its slot."""
        return [self._slot + 1]

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> None:
        """Keep a call."""
        self.source = script.source
        self.commands.append((b"EVALSHA", script.digest, len(keys), *keys, *args))


def _together(
    pool: ProcessPoolExecutor, work: Callable[..., Took], arguments: Sequence[tuple[Any, ...]], commits: int
) -> list[Took]:
    begin = time.monotonic() + READY_SECONDS + commits / 1_000
    return [one.result() for one in [pool.submit(work, *some, commits, begin) for some in arguments]]


def _lasted(took: Sequence[Took]) -> float:
    return max(one.ended for one in took) - min(one.began for one in took)


def _timed(begin: float, work: Callable[[], Any]) -> Took:
    time.sleep(max(0.0, begin - time.monotonic()))
    began, processor = time.monotonic(), time.process_time()
    work()
    return Took(began, time.monotonic(), time.process_time() - processor)


def _store(url: str, keys: AuditKeys) -> Store:
    store = Store(url)
    store.trust()
    store.identity.audit = keys
    return store


def _log(store: Store) -> AuditLog:
    return AuditLog(store, _signer(), os.urandom, clock)


def _commit(log: AuditLog, entries: Sequence[Entry]) -> None:
    log._commit([*map(_Pending, entries)])  # noqa: SLF001 - `append` from many threads makes commits of other sizes


def _signer() -> LogSigner:
    return LogSigner({0: bytes(32)}, 0, 0)  # what is measured is thrown away


def _entries(commits: int) -> list[list[Entry]]:
    return [[_entry(at * COMMIT + number) for number in range(COMMIT)] for at in range(commits)]


def _entry(number: int) -> Entry:
    """Return the entry of a full view, as a courier makes it."""
    unique = f"{number:032x}"
    return Entry(
        at=clock(),
        action="view",
        outcome="released",
        principal="client/c-10234567",
        role="courier",
        tenant="6b" * 16,
        request=unique[::-1],
        policy="9f" * 32,
        profile="courier",
        count=1,
        items=[Item(unique, "released")],
        approved_by=[],
        facts=[Fact(unique, unique[::-1], clock() + 180 * 86_400)],
    )


def show(rates: Rates, slots: int) -> Table:
    """Return the table of the figures."""
    title = f"commits of {COMMIT} entries, {slots} slots: median (lowest to highest)"
    table = Table("what", "entries /s", "of the limit", title=title)
    ratio = quotients(rates.log.values, rates.bare.values)
    table.add_row("limit: the same commits, sent by bare clients", spread(rates.bare), "1.00")
    table.add_row("log, durable", spread(rates.log), spread(ratio))
    table.add_row("log, for each processor second of its processes", spread(rates.log_core), "")
    table.add_row("witness, for each processor second", spread(rates.witness), "")
    return table


def report(*, quick: bool) -> Iterator[Table]:
    """Measure one slot, then four, and yield a table for each."""
    rounds, commits = (1, 20) if quick else (MIN_PAIRS, 200)
    for slots in (1, SLOTS):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            yield show(measure(Path(name), slots=slots, commits=commits, rounds=rounds), slots)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.log_rate")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to prove that it works")
    for table in report(quick=parser.parse_args().quick):
        Console().print(table)


if __name__ == "__main__":
    main()
