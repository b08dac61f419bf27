"""`python -m bench.leaks`: how long the pack about a leak takes, by the size of the log.

Nine leaks are looked for in one signed log, each as `audit incident` does it: a first pass that verifies every entry
and finds what belongs, and a second that takes the signed commits out; for leaked keys, backups and hosts the first
alone. Then the distinct persons of stored records are counted, and of the keyset those under every data key. The passes
are timed in processor seconds, and extrapolated to ten million entries: both read each line once.

    python -m bench.leaks --entries 10000000 --leak "sold list"

looks for one leak in a log of that size (5.4 GB), which takes less than ten minutes and 3 GB of memory. Ten million
`--records` need 8 GB beside it.
"""

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rich.console import Console
from rich.table import Table

from keys.signatures import Verifier
from keys.signers import LogSigner
from masking_audit.format.entries import Entry, Item
from masking_audit.format.lines import EntryLine, write_line
from masking_audit.format.links import FIRST_LINK, commit_message, encode, entry_id, link
from masking_audit.packs.evidence import entry_of, excerpt
from masking_audit.packs.incident import Incident
from masking_audit.packs.persons import BOTH, StoredPersons
from masking_audit.packs.sold_list import SoldList
from masking_audit.packs.subject import Subject
from masking_audit.verify.verifier import Verification
from tests.keys.known import known_keyring
from tests.servers import Node, durable
from tests.store import stores

WHOLE = 10_000_000
COMMIT = 8
TENANT = "0" * 32
PEOPLE = 1_000
SITES = 100
BEGIN = 1_796_000_000


@dataclass(frozen=True)
class Timed:
    """Processor seconds of the two passes over the log for one leak, and how many entries belong to it."""

    first: float
    second: float
    belong: int


def waybill(number: int) -> str:
    """Return the hash that entries have of a waybill."""
    return blake2b(str(number).encode(), digest_size=16).hexdigest()


def log_of(entries: int, signer: LogSigner) -> Iterator[bytes]:
    """Yield the lines of a signed log: views and openings by many people, and parcels that move."""
    chance = random.Random(1)  # the same log each time
    head, writer = FIRST_LINK, "0" * 15 + "1"
    for number in range(1, entries + 1):
        who = chance.randrange(PEOPLE)
        action, outcome = ("view", "released") if who % 3 else ("detokenize", "released")
        site = ""
        if who % 10 == 0:
            action, outcome, site = "custody-move", "done", f"{chance.randrange(SITES):06}"
        item = Item(waybill(chance.randrange(entries)), outcome, "/recipient/phone", "phone", site)
        entry = Entry(
            at=BEGIN + number // 100,
            action=action,
            outcome=outcome,
            principal=f"{'staff' if who % 2 else 'client'}/u-{who}",
            role="dispute-officer",
            tenant=TENANT,
            request=f"req-{number}",
            policy="0" * 64,
            purpose="dispute",
            case=f"D-{who}",
            count=1,
            items=[item],
        )
        content = encode(entry)
        head = link(head, writer, number, content)
        signature = signer.sign(commit_message(writer, number, head)) if number % COMMIT == 0 else b""
        yield write_line(EntryLine(writer, number, content, head, signature))


def timed(
    lines: Callable[[], Iterator[bytes]],
    verifier: Verifier,
    find: Callable[[Iterator[tuple[str, Entry]]], None],
    belongs: Callable[[str, Entry], bool] | None,
) -> Timed:
    """Run both passes of a leak; without `belongs` the first alone."""
    began = time.process_time()
    verification = Verification(verifier)

    def verified() -> Iterator[tuple[str, Entry]]:
        for line in lines():
            parsed = verification.add(line)
            if isinstance(parsed, EntryLine) and (entry := entry_of(parsed)):
                yield entry_id(parsed.writer, parsed.number), entry

    find(verified())
    between = time.process_time()
    if belongs is None:
        return Timed(between - began, 0, 0)
    belong = sum(1 for _ in excerpt(lines(), belongs))
    return Timed(between - began, time.process_time() - between, belong)


def drain(entries: Iterator[tuple[str, Entry]]) -> None:
    """Verify a log from which nothing is taken: what keys open is in the store."""
    for _ in entries:
        pass


def leaks(entries: int) -> dict[str, Incident | SoldList | None]:
    """Return the nine leaks that are looked for; None where the log is only verified."""
    end = BEGIN + entries
    listed = {waybill(number): f"SF{number:010}" for number in range(0, entries, 50)}
    made: dict[str, Incident | SoldList | None] = {
        name: Incident(subject, BEGIN, end)
        for name, subject in (
            ("login", Subject("principal", "staff/u-7")),
            ("API key", Subject("principal", "client/u-8")),
            ("issuer's key", Subject("issuer", "staff")),
            ("site", Subject("site", "000007")),
            ("courier's phone", Subject("courier", "client/u-14")),
            ("printer", Subject("principal", "client/u-20")),
        )
    }
    made["sold list"] = SoldList(listed, len(listed), BEGIN, end)
    made["short list"] = SoldList(dict([*listed.items()][:100]), 100, BEGIN, end)
    made["keyset, host or backup"] = None
    return made


def persons(records: int) -> float:
    """Return the seconds in which the distinct persons of stored records are counted: each has two of them."""
    keyring, people = known_keyring(), records // 2
    with tempfile.TemporaryDirectory() as folder:
        node = Node(Path(folder), durable())
        node.start()
        try:
            store = stores.admitted(node.url)
            vault = stores.vault(store)
            for begin in range(0, records, 1_000):
                numbers = [f"SF{at:010}" for at in range(begin, begin + 1_000)]
                phones = [f"139{at % people:08}" for at in range(begin, begin + 1_000)]
                stores.write(vault, [(n, stores.body(phone=p)) for n, p in zip(numbers, phones, strict=True)])
            keys = keyring.tenant("default")
            hashes = keys.waybill_hashes(keys.bases([f"SF{at:010}" for at in range(records)]))
            began = time.perf_counter()
            (counted,) = StoredPersons(store, keyring, "default").of(dict.fromkeys(hashes, BOTH))
            took = time.perf_counter() - began
            if counted.persons != people:
                raise SystemExit(f"{counted.persons} persons counted instead of {people}")
            return took
        finally:
            node.stop()


def main() -> None:
    """Print the times, or as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.leaks")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--leak", action="append", help="only this one; again for more")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    signer = known_keyring().audit_signer
    verifier = Verifier(signer.public_pem())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.ndjson"
        with path.open("wb") as file:
            file.writelines(log_of(options.entries, signer))

        def lines() -> Iterator[bytes]:
            with path.open("rb") as file:
                yield from file

        found = {}
        for name, leak in leaks(options.entries).items():
            if options.leak and name not in options.leak:
                continue
            if leak is None:
                found[name] = timed(lines, verifier, drain, None)
                continue
            find = leak.rank if isinstance(leak, SoldList) else leak.find_acts
            found[name] = timed(lines, verifier, find, leak.belongs)
    counting = persons(options.records)
    scale = WHOLE / options.entries / 60
    minutes = {name: (one.first + one.second) * scale for name, one in found.items()}
    if options.json:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rate = options.records / counting
        print(json.dumps({"minutes_of_ten_million": minutes, "records_a_second": rate, "peak_megabytes": peak}))
        return
    table = Table(
        "leak", "entries a second, 1st pass", "2nd pass", "commits that belong", "10,000,000 entries, minutes"
    )
    for name, one in found.items():
        rates = (f"{options.entries / each:,.0f}" if each else "no pass" for each in (one.first, one.second))
        table.add_row(name, *rates, f"{one.belong:,}", f"{minutes[name]:.1f}")
    Console().print(table)
    Console().print(f"persons: {options.records / counting:,.0f} records a second")


if __name__ == "__main__":
    main()
