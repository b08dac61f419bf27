"""The drill of docs/backup.md: a backup under load, the store lost, a restore elsewhere, and a service that goes on."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.backup.copies import back_up, put_back
from tests.e2e.processes import Running, invoke, wait_for
from tests.servers import HOST, Node, durable
from tests.together import repeating

PHONE = "13812345678"
LATE = "SF9999999999"
Tokens = dict[str, str]


def record(number: str) -> dict[str, Any]:
    return {"waybill_no": number, "sender": {"name": "张三", "phone": PHONE}}


class Site:
    """A running service, its users and its witness."""

    def __init__(self, folder: Path, url: str, slots: int) -> None:
        self._folder, self._url, self._slots = folder, url, slots
        self.service = self._start()

    def tokenize(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        body = {"records": [record(number) for number in numbers]}
        results: list[dict[str, Any]] = self.service.asked("label-printer", "POST", "/v1/tokenize", body)["results"]
        return results

    def open_case(self, case: str, *numbers: str) -> None:
        body = {"case": case, "purpose": "dispute", "waybills": numbers, "reason": "damaged"}
        self.service.asked("service-desk", "POST", "/v1/cases", body)

    def opened(self, case: str, *items: dict[str, str]) -> list[str]:
        """The values of items, or the codes of their refusal."""
        body = {"purpose": "dispute", "case": case, "items": items}
        results = self.service.asked("dispute-officer", "POST", "/v1/detokenize", body)["results"]
        return [result.get("value") or result["error"]["code"] for result in results]

    def command(self, *words: str) -> tuple[int, str]:
        """Exit status and output of a command on this service's state and store."""
        done = invoke(*words, MASKING_STATE_DIR=str(self.service.state), MASKING_REDIS_URL=self._url)
        return done.exit_code, done.stdout + done.stderr

    @property
    def witness_says(self) -> str:
        return (self.service.state / "audit-follow.log").read_text()

    def start_anew(self) -> None:
        self.service.stop()
        self.service = self._start()

    def _start(self) -> Running:
        """Start a worker for each slot of the log, at most two."""
        settings = {"MASKING_REDIS_URL": self._url, "MASKING_AUDIT_SLOTS": str(self._slots)}
        return Running.serve(self._folder, "--dev", "--workers", str(min(self._slots, 2)), **settings)

    @contextmanager
    def printing(self) -> Iterator[dict[str, Tokens]]:
        """Labels are printed inside; what is acknowledged is added to the tokens by number."""
        acknowledged: dict[str, Tokens] = {}
        batches = count()

        def work() -> None:
            batch = next(batches)
            numbers = [f"SF{batch:07}{at:03}" for at in range(20)]
            results = self.tokenize(numbers)
            acknowledged.update(zip(numbers, [result["tokens"] for result in results], strict=True))

        with repeating(work):
            yield acknowledged


@dataclass(frozen=True)
class Drill:
    """What was seen on the way.

    Attributes:
        promised: what was acknowledged before the backup began: tokens by number.
        late: the tokens of a record that came after it.
        added: the key of a client that was added after it.
        ready, masked, tokenized: what the service answered that had seen more than was restored.
        witness: what its witness said.
        outside: the archive of the witness, before the restore and after it.
        accepted: what `audit accept-store` said.
        lost_at: when the store was lost, by the clock that never goes back.
    """

    site: Site
    promised: dict[str, Tokens]
    late: Tokens
    added: str
    ready: str
    masked: int
    tokenized: int
    witness: str
    outside: tuple[bytes, bytes]
    accepted: tuple[int, str]
    lost_at: float


@pytest.fixture(scope="module", params=[1, 4], ids=["one slot", "four slots"])
def drill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with ExitStack() as cleanup:
        yield _drill(tmp_path_factory.mktemp("drill"), cleanup, request.param)


def _drill(folder: Path, cleanup: ExitStack, slots: int) -> Drill:
    node = Node(folder, durable()).start()
    cleanup.callback(node.kill)
    site = Site(folder / "service", node.url, slots)
    cleanup.callback(lambda: site.service.stop())  # it is another one after a restart

    with site.printing() as acknowledged:
        wait_for(lambda: len(acknowledged) > 200, "labels")
        site.open_case("D-1", "SF0000000000")
        site.open_case("D-2", "SF0000000001")
        promised = dict(acknowledged)
        backup = back_up(node, folder / "backup")
        wait_for(lambda: len(acknowledged) > len(promised) + 40, "labels after the backup")
    (late,) = site.tokenize([LATE])
    asked, archived = site.service.asked, site.service.archived
    asked("supervisor", "POST", "/v1/cases/D-2/close")
    asked("supervisor", "POST", "/v1/principals/client%2Fdispute-officer-2/freeze", {"why": "asked too much"})
    asked("privacy-officer", "DELETE", "/v1/waybills/SF0000000002")
    _, added = site.command("clients", "add", "late-printer", "--role", "label-printer")
    epoch = asked("auditor", "GET", "/v1/audit/checkpoint")["checkpoint"]["epoch"]
    wait_for(lambda: b'"epoch":%d,' % epoch in archived(), "the witness has the checkpoint")
    wait_for(lambda: [*site.service.state.glob("freezes-*.sealed")], "the list of the frozen is kept")
    lost_at = time.monotonic()
    node.kill()
    outside = archived()

    restored = put_back(backup, _at_the_address_of(node, folder))
    cleanup.callback(restored.kill)
    ready = wait_for(lambda: _refusal(site.service), "the service sees that the store went back")
    masked, tokenized = (
        site.service.status(
            site.service.credentials["label-printer"], "POST", path, {"records": [record("SF0000000000")]}
        )
        for path in ("/v1/mask", "/v1/tokenize")
    )
    witness = wait_for(lambda: _beside_the_outage(site.witness_says), "the witness ends")
    after = archived()
    accepted = site.command("audit", "accept-store")
    site.start_anew()

    return Drill(
        site=site,
        promised=promised,
        late=late["tokens"],
        added=added.split()[0],
        ready=ready,
        masked=masked,
        tokenized=tokenized,
        witness=witness,
        outside=(outside, after),
        accepted=accepted,
        lost_at=lost_at,
    )


def _at_the_address_of(lost: Node, folder: Path) -> Node:
    """Another server with a directory of its own, which clients find where they found the lost one."""
    node = Node(folder, durable(port=lost.port))
    node.port, node.client = lost.port, redis.Redis(host=HOST, port=lost.port)
    return node


def _refusal(service: Running) -> str:
    """Why a service is not ready, once it says that its store went back."""
    faults = json.loads(service.call(None, "GET", "/readyz")[2]).get("faults", [])
    return next((fault["reason"] for fault in faults if "rolled back" in fault["reason"]), "")


def _beside_the_outage(said: str) -> str:
    """What a witness ended with: while it ran it may have met the time between the two servers, and said so."""
    return "\n".join(line for line in said.splitlines() if "nothing is archived until it does" not in line)


def test_a_service_that_saw_more_refuses_the_store_and_says_what_to_do(drill: Drill) -> None:
    assert "the store ends at" in drill.ready
    assert "python -m masking_service audit accept-store" in drill.ready


def test_until_it_is_accepted_labels_are_masked_and_nothing_is_acknowledged(drill: Drill) -> None:
    assert (drill.masked, drill.tokenized) == (200, 503)


def test_the_witness_does_not_go_back(drill: Drill) -> None:
    assert "it was rolled back" in drill.witness
    assert drill.outside[0] == drill.outside[1]


def test_the_command_accepts_it_and_puts_the_archive_aside(drill: Drill) -> None:
    status, said = drill.accepted
    aside = said.partition("is kept: ")[2].splitlines()[0]

    assert status == 0
    assert drill.site.service.archived(Path(aside).name) == drill.outside[0]


def test_the_log_says_that_it_was_accepted_and_is_whole(drill: Drill) -> None:
    _, log = drill.site.command("audit", "export")
    verified, said = drill.site.command("audit", "verify", "--store")

    assert '"action":"store-accept"' in log
    assert verified == 0, said


def test_the_witness_follows_the_log_that_goes_on(drill: Drill) -> None:
    wait_for(lambda: b'"action":"store-accept"' in drill.site.service.archived(), "the witness archives again")


def test_clients_are_those_that_were_seen_last(drill: Drill) -> None:
    batch = {"records": [record("SF0000000000")]}

    assert drill.site.service.status(drill.added, "POST", "/v1/tokenize", batch) == 200


def test_who_was_frozen_since_the_backup_stays_frozen(drill: Drill) -> None:
    found = drill.site.service.asked("supervisor", "GET", "/v1/principals/frozen")["principals"]

    assert [one["id"] for one in found] == ["client/dispute-officer-2"]


def test_everything_acknowledged_before_the_backup_has_its_tokens(drill: Drill) -> None:
    numbers = [*drill.promised]
    found = [result for at in range(0, len(numbers), 500) for result in drill.site.tokenize(numbers[at : at + 500])]

    assert [result["tokens"] for result in found] == [*drill.promised.values()]
    assert {result["created"] for result in found} == {False}


def test_a_case_from_before_the_backup_opens_values(drill: Drill) -> None:
    token = drill.promised["SF0000000000"]["/sender/phone"]

    assert drill.site.opened("D-1", {"token": token}) == [PHONE]


def test_what_came_after_the_backup_is_sent_again_and_has_new_tokens(drill: Drill) -> None:
    (again,) = drill.site.tokenize([LATE])
    drill.site.open_case("D-3", LATE)

    opened = drill.site.opened(
        "D-3",
        {"token": drill.late["/sender/phone"]},
        {"token": again["tokens"]["/sender/phone"]},
        {"waybill_no": LATE, "field": "/sender/phone"},
    )

    assert (again["created"], opened) == (True, ["not-found", PHONE, PHONE])


@pytest.fixture(scope="module")
def forgot(drill: Drill, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the log outside, held against the restored store, says of it."""
    log = tmp_path_factory.mktemp("outside") / "before.ndjson"
    log.write_bytes(drill.outside[0])
    # What was announced within ten seconds is not judged yet.
    time.sleep(max(0.0, drill.lost_at + 11 - time.monotonic()))
    return drill.site.command("audit", "verify", str(log), "--store")[1]


@pytest.mark.parametrize("what", ["case D-2", "tombstone"])
def test_the_log_outside_tells_what_the_store_forgot(forgot: str, what: str) -> None:
    assert any(line.startswith(f"store: {what} at ") for line in forgot.splitlines()), forgot
