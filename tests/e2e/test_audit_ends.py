"""The audit log around the life of processes: ended when they stop, under checkpoints, and no store may go back."""

import shutil
from collections.abc import Callable

import msgspec
import pytest
import redis

from masking_audit.format.entries import Entry
from masking_audit.format.lines import CheckpointLine, read_line
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.layout import ONE_SLOT
from tests.audit.logs import stream
from tests.e2e.conftest import REFUSED, Stopped
from tests.e2e.processes import Running, run, wait_for
from tests.store.stores import ask

Start = Callable[..., Running]


def newest_checkpoint(service: Running) -> CheckpointLine:
    line = read_line((service.state / "checkpoint.json").read_bytes())
    assert isinstance(line, CheckpointLine)
    return line


def write_something(service: Running) -> None:
    """A refused opening."""
    assert service.status(service.credentials["dispute-officer"], "POST", "/v1/detokenize", REFUSED) == 400


@pytest.mark.xdist_group("e2e/service")  # one process starts the service that they share
def test_every_chain_is_ended_under_a_checkpoint_when_the_service_stops(stopped: Stopped) -> None:
    assert stopped.ended == 0

    with EmbeddedServer(stopped.service.state) as server, redis.Redis.from_url(server.url) as client:
        writers = [key.decode().partition("}w:")[2] for key in ask(client, "KEYS", ONE_SLOT.stream("*"))]
        chains = {writer: stream(client, writer) for writer in writers}
        listed = ask(client, "SMEMBERS", ONE_SLOT.writers())
    entries = [[msgspec.json.decode(one.entry, type=Entry) for one in chain] for chain in chains.values()]
    assert {(chain[0].action, chain[-1].action) for chain in entries} == {("start", "close")}
    # Each process has written the first refused call, and at its end how many came after it.
    assert sum(one.times for chain in entries for one in chain if one.action == "detokenize") == 40
    assert set(listed) == set()
    assert "audit not ended" not in stopped.log


def test_a_checkpoint_is_made_at_the_start_and_remembered_beside_the_process(start: Start) -> None:
    service = start("--dev", "--workers", "1")

    wait_for((service.state / "checkpoint.json").exists, "a checkpoint")
    first = newest_checkpoint(service).checkpoint.epoch
    write_something(service)
    asked = service.asked("auditor", "GET", "/v1/audit/checkpoint")["checkpoint"]["epoch"]
    assert asked > first
    assert newest_checkpoint(service).checkpoint.epoch == asked


def test_a_development_service_says_so_when_its_store_was_thrown_away(start: Start) -> None:
    service = start("--dev", "--workers", "1")
    write_something(service)
    service.stop()
    shutil.rmtree(service.state / "valkey")

    refused = run("serve", "--dev", "--port", "0", "--state-dir", str(service.state))

    assert refused.returncode != 0
    assert "of the audit log was seen before" in refused.stderr
    assert "audit accept-store" in refused.stderr
