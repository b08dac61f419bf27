"""A pack is about one tenant, whichever others have entries in the log."""

import os
from pathlib import Path

import pytest

from keys import keyset
from keys.keyring import Keyring
from masking_audit.format.entries import Item
from masking_service.audit.log import AuditLog
from masking_service.runtime.clock import clock
from tests.audit.logs import entry
from tests.cli.conftest import Command
from tests.store import stores

PERIOD = ("--from", "2020-01-01", "--to", "2100-01-01")
OWN, OTHER = "a" * 32, "b" * 32


@pytest.mark.parametrize(
    ("pack", "own"),
    [
        (("incident", "--principal", "staff/u-1", "--no-persons"), f",{OWN},,phone,/recipient/phone,"),
        (("incident", "--list"), ",staff/u-1,officer,1,1,"),
        (("report",), "Openings by person,staff/u-1,1,1,1"),
        (("sharing",), ",staff/u-1,officer,detokenize,1,1,1,phone"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_pack_shows_nothing_of_another_tenant(
    command: Command, state: Path, valkey: str, pack: tuple[str, ...], own: str
) -> None:
    keyring = Keyring(keyset.load(state / "keyset.json"))
    (listed,) = keyring.tenant("default").waybill_hashes(keyring.tenant("default").bases([stores.NUMBER]))
    log = AuditLog(stores.admitted(valkey), keyring.audit_signer, os.urandom, clock)
    for tenant, waybills in (("default", [listed if "--list" in pack else OWN]), ("other", [OTHER, listed])):
        items = [Item(waybill, "released", "/recipient/phone", "phone") for waybill in waybills]
        given = {"action": "detokenize", "outcome": "released", "role": "officer", "count": len(items), "items": items}
        log.append(entry(at=clock(), tenant=keyring.tenant(tenant).tenant_hash, **given))
    (state / "list.txt").write_text(f"{stores.NUMBER}\n", "utf-8")
    given_list = (str(state / "list.txt"), "--no-persons") if "--list" in pack else ()

    made = command("audit", *pack, *given_list, *PERIOD, "--output", str(state / "pack"))

    assert made.exit_code == 0, made.output
    written = b"".join(path.read_bytes() for path in (state / "pack").iterdir()).decode()
    assert own in written, written
    assert OTHER not in written
