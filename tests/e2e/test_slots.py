"""A service whose audit log is spread over four slots of a real cluster, with its witness and its commands."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from redis.crc import key_slot

from masking_service.store.layout import AuditKeys
from tests import servers
from tests.clusters import Cluster
from tests.e2e.conftest import witness_of
from tests.e2e.processes import Running, invoke, run, wait_for
from tests.store.stores import ask

KEYS: Final = AuditKeys(4)
NUMBER: Final = "SF1234567890"
PHONE: Final = "13812345678"
CASE: Final = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "damaged"}
OPENING: Final = {"purpose": "dispute", "case": "D-1", "items": [{"waybill_no": NUMBER, "field": "/recipient/phone"}]}
MAX_VIEWS: Final = 200
"""Each is a new connection, so that every worker answers some."""


@dataclass(frozen=True)
class Day:
    """What was seen of a service that was used and stopped.

    Attributes:
        folder: of the service.
        cluster: its store.
        url: of the store.
        opened: the value that was opened.
        views: how many full views were answered.
        checkpoint: made when every slot had entries.
        paged, at_once: the ids of the audit pages, a few at a time and all in one.
        archived: what the witness has, after the service ended.
        log: what the service wrote to its own log.
    """

    folder: Path
    cluster: Cluster
    url: str
    opened: str
    views: int
    checkpoint: dict[str, Any]
    paged: list[str]
    at_once: list[str]
    archived: bytes
    log: str

    @property
    def settings(self) -> dict[str, str]:
        """Where a command finds this service's state and store."""
        return {"MASKING_STATE_DIR": str(self.folder / "state"), "MASKING_REDIS_URL": self.url}

    def command(self, *words: str, **settings: str) -> tuple[int, str]:
        """Exit status and output of a command on this service's state and store."""
        done = invoke(*words, **self.settings, **settings)
        return done.exit_code, done.output


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with ExitStack() as cleanup:
        yield _day(tmp_path_factory.mktemp("slots"), cleanup)


def _day(folder: Path, cleanup: ExitStack) -> Day:
    group = servers.make_cluster(folder, 3, 1)
    cleanup.callback(group.stop)
    settings = {"MASKING_REDIS_URL": group.url, "MASKING_AUDIT_SLOTS": str(KEYS.slots)}
    service = Running.serve(folder / "service", "--dev", "--workers", str(KEYS.slots), **settings)
    cleanup.callback(service.stop)
    wait_for(lambda: witness_of(service), "the witness has its archive")
    asked = service.asked
    record = {"waybill_no": NUMBER, "recipient": {"name": "张三", "phone": PHONE, "address": "样例路1号302室"}}
    asked("label-printer", "POST", "/v1/tokenize", {"records": [record], "custody": {"site": "021001"}})
    asked("service-desk", "POST", "/v1/cases", CASE)
    opened = asked("dispute-officer", "POST", "/v1/detokenize", OPENING)["results"][0]["value"]
    checkpoint: dict[str, Any] = {"heads": []}
    views = 0
    while {KEYS.slot_of(head["writer"]) for head in checkpoint["heads"]} != {0, 1, 2, 3} and views < MAX_VIEWS:
        for _ in range(10):
            who = ("courier", "courier-2")[views % 2]
            asked(who, "GET", f"/v1/waybills/{NUMBER}?profile=courier")
            views += 1
        checkpoint = asked("auditor", "GET", "/v1/audit/checkpoint")["checkpoint"]

    paged, page = list[str](), asked("auditor", "GET", "/v1/audit?limit=7")
    while page["entries"]:
        paged += [entry["id"] for entry in page["entries"]]
        page = asked("auditor", "GET", f"/v1/audit?limit=7&after={page['next']}")
    at_once = [entry["id"] for entry in asked("auditor", "GET", "/v1/audit?limit=1000")["entries"]]
    service.stop()
    seen = (opened, views, checkpoint, paged, at_once, service.archived(), service.log)
    return Day(service.folder, Cluster(group), group.url, *seen)


def test_a_value_is_opened(day: Day) -> None:
    assert day.opened == PHONE


def test_every_worker_writes_to_a_slot_of_its_own(day: Day) -> None:
    writers = [head["writer"] for head in day.checkpoint["heads"]]

    assert (sorted({*map(KEYS.slot_of, writers)}), day.checkpoint["slots"]) == ([0, 1, 2, 3], 4)


def test_pages_have_every_entry_once(day: Day) -> None:
    paged = day.paged[: len(day.at_once)]

    assert (len({*day.paged}), paged) == (len(day.paged), day.at_once)
    assert len(day.paged) >= day.views + 3


def test_the_entries_of_a_worker_are_in_their_order(day: Day) -> None:
    read: dict[str, list[int]] = {}
    for name in day.paged:
        writer, _, number = name.partition("-")
        read.setdefault(writer, []).append(int(number))

    assert all(numbers == sorted(numbers) for numbers in read.values())


def test_the_witness_has_the_log_of_all_slots_to_its_end(day: Day) -> None:
    lines = [json.loads(line) for line in day.archived.splitlines()]
    entries = [line["id"] for line in lines if "entry" in line]

    assert {*day.paged} <= {*entries}
    assert len(entries) == len({*entries})


def test_every_worker_ends_its_chain_under_a_checkpoint(day: Day) -> None:
    lines = [json.loads(line) for line in day.archived.splitlines()]
    ended = {line["id"] for line in lines if "entry" in line and line["entry"]["action"] == "close"}
    named = {
        f"{head['writer']}-{head['number']}" for line in lines for head in line.get("checkpoint", {}).get("heads", ())
    }

    assert (len(ended) >= KEYS.slots, ended <= named, "audit not ended" in day.log) == (True, True, False)


def test_an_export_is_verified_with_the_public_key_alone(day: Day) -> None:
    status, exported = day.command("audit", "export")
    log = day.folder / "log.ndjson"
    log.write_text(exported)
    key = str(day.folder / "state" / "audit-public.pem")
    verified = invoke("audit", "verify", log, "--public-key", key)

    assert (status, verified.exit_code) == (0, 0), verified.output
    assert len(exported.splitlines()) >= day.views + 3


def test_the_store_matches_its_log(day: Day) -> None:
    status, said = day.command("audit", "verify", "--store")

    assert status == 0, said


def test_another_number_of_slots_is_refused(day: Day) -> None:
    expected = "MASKING_AUDIT_SLOTS is 1, and the audit log of this store has 4"
    export = run("audit", "export", **day.settings, MASKING_AUDIT_SLOTS="1")
    found = [day.command("doctor", MASKING_AUDIT_SLOTS="1"), (export.returncode, export.stderr)]

    assert all(status for status, _ in found)
    assert all(expected in " ".join(said.split()) for _, said in found), found


def test_an_entry_that_was_cut_out_of_the_store_is_named_with_its_slot(day: Day) -> None:
    """Of every slot: `audit/slots/test_verifying.py`."""
    slot = 3
    writer = next(head["writer"] for head in day.checkpoint["heads"] if KEYS.slot_of(head["writer"]) == slot)
    client = day.cluster.primary(key_slot(KEYS.writers(slot))).client
    kept = ask(client, "DUMP", KEYS.stream(writer))
    try:
        ask(client, "XDEL", KEYS.stream(writer), "2-0")
        status, said = day.command("audit", "verify", "--archive", str(day.folder / "none"))
    finally:
        ask(client, "RESTORE", KEYS.stream(writer), 0, kept, "REPLACE")

    assert status == 1
    assert f"{writer}-2 in slot {slot}): dropped: " in said
