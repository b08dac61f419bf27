"""`make turnover`: every key turns over under load, and a holder of the old ones is left with nothing."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import redis

from keys import keyset
from keys.aead import SealingKey, key_id_of
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.audit.log import AuditLog
from masking_service.audit.places import PLACES, RECORD
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import running_url
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.layout import record_key, record_stems
from tests.audit.logs import full_entry
from tests.e2e.processes import Running, invoke
from tests.e2e.test_rotation import Load, keys, record, values
from tests.store import stores
from tests.together import repeating

AT_ONCE: Final = 500
STEPS: Final = (
    "rotate token",
    "rotate root",
    "rewrap",
    "rotate data",
    "rotate clients",
    "rotate state",
    "rotate index",
    "rotate search",
    "rotate audit",
    "reseal",
)
SAMPLE: Final = 2_000
LEFT: Final = "A holder of the old keys opens 0 values, finds 0 numbers and forges 0 entries."


def main() -> None:
    """Fill a store, turn every key over under load, and check."""
    parser = argparse.ArgumentParser(prog="python -m tests.turnover", description=__doc__)
    parser.add_argument("--waybills", type=int, default=1_000_000, help="stored before the first key turns over")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Running.serve(Path(folder), "--dev", "--workers", "2")
        try:
            failed = run(service, given.waybills)
        finally:
            service.stop()
    sys.exit(1 if failed else 0)


def run(service: Running, waybills: int) -> list[str]:
    """Return what failed, and print what was done."""
    took = {"fill": timed(lambda: fill(service, waybills))}
    thief = Thief(service)
    load = Load(service, "9")
    with repeating(*load.senders(), pause=0):
        for step in STEPS:
            took[step] = timed(partial(keys, service, *step.split()))
    load.check()
    verified = invoke("audit", "verify", "--store", "--state-dir", service.state)
    print("| step | seconds |\n|---|---|")
    for step, seconds in took.items():
        print(f"| {step} | {seconds:.1f} |")
    print(f"Calls under load: {dict(load.statuses)}; tokens that changed: {len(load.others)}; waybills: {waybills:,}.")
    thief.forges()
    forged = invoke("audit", "verify", "--state-dir", service.state)
    checks = {
        "a token does not resolve": values(service, load.tokens, "D-TURNOVER") == {"13812345678"},
        "a number has another token": not load.others,
        "an old key opens a value": thief.opens() == 0,
        "an old key finds a number": thief.finds(waybills) == 0,
        "the log does not explain the store": verified.exit_code == 0,
        "an entry under the old key verifies": forged.exit_code == 1 and "its key ended" in forged.output,
    }
    failed = [what for what, passed in checks.items() if not passed]
    print("failed: " + "; ".join(failed) if failed else LEFT)
    if verified.exit_code:
        print(verified.output)
    return failed


def timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def fill(service: Running, waybills: int) -> None:
    """Tokenize so many waybills, with custody, in batches."""
    key = service.credentials["label-printer"]
    for numbers in batches(waybills):
        body = {"records": [record(number) for number in numbers], "custody": {"site": "021001"}}
        status, _, content = service.call(key, "POST", "/v1/tokenize", body)
        assert status == 200, content


def batches(waybills: int) -> Iterator[Sequence[str]]:
    for begin in range(0, waybills, AT_ONCE):
        yield [f"YT{number:010}" for number in range(begin, min(begin + AT_ONCE, waybills))]


class Thief:
    """Has the keyset and every data key of before, and gets a fresh copy of the store."""

    def __init__(self, service: Running) -> None:
        self._url = running_url(service.state) or ""
        self._keyring = Keyring(keyset.load(service.state / "keyset.json"))
        wrapped = WrappedKeys(stores.admitted(self._url), self._keyring, bytes)
        self._data_keys: dict[bytes, SealingKey] = {
            key_id: self._keyring.open_data_key(stored.tenant, key_id, stored.wrapped)
            for batch in wrapped.all()
            for key_id, (stored, _) in batch.items()
            if stored.wrapped is not None
        }

    def opens(self) -> int:
        """How many of the records and custodies the old keys open."""
        client, found = redis.Redis.from_url(self._url), 0
        state = self._keyring.tenant("default").state
        for key in client.scan_iter(b"wm:*", count=1_000):
            kind = next((what for what, _, names in PLACES if names.fullmatch(key)), "")
            value = client.get(key) if kind in {RECORD, "custody"} else None
            if not isinstance(value, bytes):
                continue
            opener = self._data_keys.get(key_id_of(value), state)
            try:
                opener.open(value, key)
            except IntegrityError:
                continue
            found += 1
        return found

    def forges(self) -> None:
        """Add an entry to the log in the store."""
        store = stores.admitted(self._url)
        AuditLog(store, self._keyring.audit_signer, os.urandom, clock).append(full_entry(1))

    def finds(self, waybills: int) -> int:
        """How many of a sample of numbers are at the places that the old secret gives."""
        client, tenant = redis.Redis.from_url(self._url), self._keyring.tenant("default")
        numbers = [f"YT{number:010}" for number in random.sample(range(waybills), min(waybills, SAMPLE))]
        places = [record_key(stem, 0) for stem in record_stems(tenant.bases(numbers))]
        return sum(value is not None for value in client.mget(places))


if __name__ == "__main__":
    main()
