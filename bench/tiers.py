"""What two tiers cost beside one: `python -m bench.tiers`. Both are in this process, over one store, in turns.

Prints the ratios of medians; a ratio of 1 says that a split service stores as many records as one tier.
"""

import itertools
import json
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from keys import tiers
from keys.files import read_secret_file
from keys.keyset_file import NamedRoot
from keys.rotation import activate, distribute
from masking_service.cli.keys.opened import root
from masking_service.dev.development import Development
from masking_service.http.app import create_app
from masking_service.runtime.clock import clock, today
from masking_service.runtime.intake import IntakeParts
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import CREDENTIALS
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts
from masking_service.server.forward_port import ForwardPort
from masking_service.service.tiers.sealing import HourKeyMaker, SealedRecords
from masking_service.service.vault.vault import Vault

BATCH: Final = 500
VIEWED: Final = 50
NUMBERS: Final = itertools.count(int(time.time()) * 1_000)


def records(count: int) -> list[dict[str, Any]]:
    """Return new records of two parties."""
    party = {"name": "欧阳娜娜", "phone": "13812345678", "address": "上海市青浦区华志路1685号3号楼2单元402室"}
    return [{"waybill_no": f"YT{next(NUMBERS)}", "sender": party, "recipient": party} for _ in range(count)]


class Tiers:
    """One tier, an intake host and an opening tier over one store."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        opened = tiers.begin_split(settings.keyset, today())
        (folder / "intake").mkdir()
        entry = tiers.make_intake_keyset(opened, "intake-1", folder / "intake" / "keyset.json", today())
        tiers.enrol(settings.keyset, entry, today())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = probe.getsockname()
        self.one = self._started(settings)
        self.opening = self._started(replace(settings, tier="opening", forward_address=address))
        self.opening.publish()
        ForwardPort(address, self.opening).start()
        url = f"https://127.0.0.1:{address[1]}"
        here = replace(settings, tier="intake", state_dir=folder / "intake", opening_url=url)
        self.intake = IntakeParts(here, open_keyring(here))
        key = json.loads(read_secret_file(folder / CREDENTIALS))["label-printer"]
        self._headers = {"Authorization": f"Bearer {key}"}
        self.clients = {"one": create_app(self.one).test_client(), "split": create_app(self.intake).test_client()}

    def tokenize(self, which: str, batch: list[dict[str, Any]]) -> None:
        """Send a batch to the one tier, or to the intake host."""
        body = {"profile": "label", "records": batch}
        answered = self.clients[which].post("/v1/tokenize", json=body, headers=self._headers)
        content: Any = answered.json
        assert (answered.status_code, content["failed"]) == (200, 0), content

    def keep_open(self) -> None:
        """Renew the leases of all processes."""
        admit_store(self.one)
        admit_store(self.opening)
        self.intake.admit_store()

    @staticmethod
    def _started(settings: Settings) -> Parts:
        parts = Parts(settings, open_keyring(settings))
        admit_store(parts)
        parts.registry.refresh()
        parts.freezes.refresh(parts.tenants)
        return parts


def took(run: Callable[[], object]) -> tuple[float, float]:
    """Return how long a call takes, in milliseconds: the time that passes, and that of the processor.

    Other programs disturb the second one little.
    """
    began, computed = time.perf_counter(), time.thread_time()
    run()
    return 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - computed)


def in_turns(both: Tiers, size: int, turns: int, *, again: bool = False) -> dict[str, tuple[float, float]]:
    """Return the median times of a batch, each way, see `took`; with `again`, of one that was stored before."""
    times: dict[str, list[tuple[float, float]]] = {"one": [], "split": []}
    for turn in range(turns):
        both.keep_open()
        for which in sorted(times, reverse=turn % 2 > 0):  # each is the first one as often
            mine = times[which]
            batch = records(size)
            if again:
                both.tokenize(which, batch)
                batch = [json.loads(json.dumps(one)) for one in records_again(batch)]
            mine.append(took(partial(both.tokenize, which, batch)))
    return {which: medians(mine) for which, mine in times.items()}


def medians(times: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the median of each of both times."""
    passed, computed = map(statistics.median, zip(*times, strict=True))
    return passed, computed


def records_again(batch: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the records of a batch as they were before they were masked."""
    for sent, fresh in zip(batch, records(len(batch)), strict=True):
        yield {**fresh, "waybill_no": sent["waybill_no"]}


def unknown_hour_keys(both: Tiers, turns: int) -> tuple[list[float], list[float]]:
    """Return how long it takes to read 50 waybills under 50 hour keys in a process that has seen no key.

    So the provider of the root key is asked once, for the data key of the day.

    Each sorted, see `took`.
    """
    numbers = []
    for _ in range(VIEWED):
        parts = both.intake
        maker = HourKeyMaker(parts.store, parts.keyring, parts.published, parts.lifetime, os.urandom)
        writer = SealedRecords(parts.store, parts.keyring, maker, os.urandom)
        [one] = records(1)
        body = b'["standard",3,"\xe6\xac\xa7\xe9\x98\xb3"]'
        drafts = writer.drafts("default", [one["waybill_no"]], [body], now=clock(), expires_at=clock() + 86_400)
        assert writer.put("default", drafts, clock()) == []
        numbers.append(one["waybill_no"])
    times = []
    for _ in range(turns):
        both.keep_open()
        vault = Vault(both.opening.store, both.opening.keyring, os.urandom)  # knows no key
        times.append(took(partial(vault.newest, "default", numbers, clock())))
    passed, computed = map(sorted, zip(*times, strict=True))
    return passed, computed


@click.command()
@click.option("--turns", default=30, show_default=True, help="How often each is measured.")
@root
def main(turns: int, named: NamedRoot | None) -> None:
    """Measure both, in turns."""
    with tempfile.TemporaryDirectory() as name, Development({"MASKING_STATE_DIR": name}) as made:
        if named is not None:
            distribute(made.settings.keyset, "root", today(), named)
            activate(made.settings.keyset, "root", today())
        both = Tiers(made.settings, Path(name))
        for what, size, times, again in (
            (f"tokenize {BATCH}", BATCH, turns, False),
            ("tokenize one", 1, turns * 10, False),
            (f"tokenize {BATCH} known", BATCH, turns, True),
        ):
            in_turns(both, size, 2, again=again)
            before = both.intake.forwarding.exchanges
            found = in_turns(both, size, times, again=again)
            exchanges = (both.intake.forwarding.exchanges - before) / times
            for at, kind in enumerate(("passed", "computed")):
                one, split = found["one"][at], found["split"][at]
                click.echo(f"{what}, {kind}: one tier {one:.2f} ms, split {split:.2f} ms, rate {one / split:.3f}")
            click.echo(f"{what}: {exchanges:g} exchanges between tiers a batch")
        for what, seen in zip(("passed", "computed"), unknown_hour_keys(both, turns * 5), strict=True):
            middle, worst = statistics.median(seen), seen[int(len(seen) * 0.99)]
            click.echo(
                f"{VIEWED} waybills, {VIEWED} unknown hour keys, {what}: median {middle:.1f} ms, p99 {worst:.1f} ms"
            )


if __name__ == "__main__":
    main()
