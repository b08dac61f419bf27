"""`audit verify --store` compares the store with its log."""

from importlib import import_module
from pathlib import Path

import pytest
import redis

from masking_service.runtime.clock import clock
from masking_service.store.errors import StoreUnavailable
from masking_service.store.reasons import told
from tests.cli.conftest import Command
from tests.e2e.processes import ROOT


def test_a_store_is_compared_with_its_log(command: Command) -> None:
    verified = command("audit", "verify", "--store")

    assert (verified.exit_code, "The store matches the log" in verified.stdout) == (0, True)


def test_a_store_is_compared_with_a_file_and_newer_entries(command: Command, exported: Path) -> None:
    command("clients", "revoke", "printer-1")

    assert command("audit", "verify", str(exported), "--store").exit_code == 0


@pytest.mark.parametrize("file", ["with", "without"])
def test_a_value_that_was_deleted_from_the_store_is_named(
    command: Command, exported: Path, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    client.delete("wm:clients")
    monkeypatch.setattr(import_module("masking_audit.cli.verify_store"), "clock", lambda: clock() + 60)
    verified = command("audit", "verify", "--store", *([str(exported)] if file == "with" else []))

    assert verified.exit_code == 1
    assert "store: list of clients at " in verified.stdout
    assert ": deleted: the place is empty" in verified.stdout
    assert "(announced by " in verified.stdout
    assert "1 fault in the store" in verified.stdout


def test_a_log_that_begins_later_need_not_mention_a_place_and_still_names_what_was_deleted(
    command: Command, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = tmp_path / "since.ndjson"
    earlier = command("audit", "export").stdout_bytes.splitlines(keepends=True)
    since.write_bytes(earlier[-1])
    command("clients", "add", "printer-2", "--role", "label-printer")
    later = tmp_path / "later.ndjson"
    everything = command("audit", "export").stdout_bytes.splitlines(keepends=True)
    later.write_bytes(b"".join(line for line in everything if line not in earlier))
    arguments = ("audit", "verify", str(later), "--since", str(since), "--store")
    whole = command(*arguments)
    client.delete("wm:clients")
    monkeypatch.setattr(import_module("masking_audit.cli.verify_store"), "clock", lambda: clock() + 60)
    damaged = command(*arguments)

    assert (whole.exit_code, "this log, which begins later, does not mention" in whole.stdout) == (0, True), (
        whole.output
    )
    assert (damaged.exit_code, ": deleted: the place is empty" in damaged.stdout) == (1, True), damaged.output


def test_the_services_store_user_is_not_enough_and_the_right_one_is_named(
    command: Command, exported: Path, client: redis.Redis, valkey: str
) -> None:
    rule = (ROOT / "examples" / "redis.acl").read_text().replace("resetpass", ">x").split()
    client.execute_command("ACL", "SETUSER", "waybill", *rule[2:])
    try:
        refused = command(
            "audit", "verify", str(exported), "--store", store=f"unix://waybill:x@{valkey.partition('@')[2]}"
        )
    finally:
        client.execute_command("ACL", "DELUSER", "waybill")

    assert isinstance(refused.exception, StoreUnavailable)
    assert "Fix: let MASKING_REDIS_URL name the user of examples/redis-auditor.acl" in told(
        refused.exception
    ).in_language("en")


def test_with_a_file_the_auditors_store_user_is_enough(
    command: Command, exported: Path, client: redis.Redis, valkey: str
) -> None:
    rule = (ROOT / "examples" / "redis-auditor.acl").read_text().split()
    client.execute_command(
        "ACL", "SETUSER", "auditor", *["nopass" if word == "resetpass" else word for word in rule[2:]]
    )
    auditors = f"unix://auditor:x@{valkey.partition('@')[2]}"
    try:
        verified = command("audit", "verify", str(exported), "--store", store=auditors)
    finally:
        client.execute_command("ACL", "DELUSER", "auditor")

    assert (verified.exit_code, "The store matches the log" in verified.stdout) == (0, True)
