"""A primary dies under load: the service is back without a restart, and whatever it acknowledged is still true."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.e2e.processes import Running, wait_for
from tests.e2e.test_production import Setup
from tests.together import repeating

SENDERS = 3
BATCH = 20
Make = Callable[..., servers.Group]


class Printer:
    """Sends new waybills as fast as it can, and notes the tokens of those that were acknowledged."""

    def __init__(self, service: Running, key: str, name: int) -> None:
        self._service, self._key, self._name = service, key, name
        self._sent = 0
        self.acknowledged: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.statuses: set[int] = set()
        self.outage, self._last = 0.0, time.monotonic()

    def send_next(self) -> None:
        self.send([self._record() for _ in range(BATCH)])

    def _record(self) -> dict[str, Any]:
        self._sent += 1
        phone = f"138{self._name}{self._sent:07}"
        return {"waybill_no": f"SF{self._name}{self._sent:09}", "sender": {"name": "张三", "phone": phone}}

    def send(self, records: list[dict[str, Any]]) -> None:
        status, _, content = self._service.call(self._key, "POST", "/v1/tokenize", {"records": records})
        self.statuses.add(status)
        if status == 200:
            now = time.monotonic()
            self.outage, self._last = max(self.outage, now - self._last), now
            tokens = [result["tokens"] for result in json.loads(content)["results"]]
            self.acknowledged += zip(records, tokens, strict=True)


HELD, REVOKED = "a" * 43, "b" * 43
"""Thumbprints of two devices, each of a person of its own."""


def enrol_two_devices(setup: Setup) -> None:
    """Approve both, as an operator does, and revoke one."""
    file = setup.folder / "devices.csv"
    file.write_text(f"principal,thumbprint,phone\ndev/held,{HELD},\ndev/revoked,{REVOKED},\n", "utf-8")
    setup.command("people", "devices", "import", str(file))
    setup.command("people", "devices", "revoke", "--principal", "dev/revoked", REVOKED)


def statuses(setup: Setup) -> list[bool]:
    """Whether the one is still active, and the other still revoked."""
    return [
        f" {word}" in setup.command("people", "devices", "list", "--principal", f"dev/{person}")
        for person, word in (("held", "active"), ("revoked", "revoked"))
    ]


def answered(service: Running, key: str, body: object) -> bytes | None:
    """What is answered with 200, None else: a store under load may be asked again."""
    status, _, content = service.call(key, "POST", "/v1/tokenize", body)
    return content if status == 200 else None


def tokens_now(service: Running, key: str, records: list[dict[str, Any]]) -> list[tuple[bool, dict[str, str]]]:
    """Whether each is new, and its tokens: those of a record that was stored before are the same again."""
    found = []
    for at in range(0, len(records), 500):
        body = {"records": records[at : at + 500]}
        content = wait_for(lambda body=body: answered(service, key, body), "an answer", 10)
        found += [(result["created"], result["tokens"]) for result in json.loads(content)["results"]]
    return found


@pytest.mark.parametrize(
    ("family", "kind"),
    [("redis-server", "sentinel"), ("valkey-server", "cluster")],
    ids=["redis-sentinel", "valkey-cluster"],
)
def test_no_acknowledged_token_is_lost_and_the_service_is_back_within_ten_seconds(
    start: Callable[..., Running], make_sentinel: Make, make_cluster: Make, tmp_path: Path, family: str, kind: str
) -> None:
    binary = servers.debian(family)
    group = make_cluster(3, 2, binary) if kind == "cluster" else make_sentinel(binary=binary)
    setup = Setup(tmp_path, group.url)
    key = setup.add("printer-1")
    enrol_two_devices(setup)
    service = start("--workers", "2", MASKING_REDIS_URL=group.url)
    assert service.status(None, "GET", "/readyz") == 200
    printers = [Printer(service, key, name) for name in range(SENDERS)]
    with repeating(*(printer.send_next for printer in printers)):
        wait_for(lambda: all(printer.acknowledged for printer in printers), "the load runs")
        group.primaries[0].kill()
        wait_for(lambda: all(503 in printer.statuses for printer in printers), "the primary is missed")
        group.wait_for_promotion()
        before = [len(printer.acknowledged) for printer in printers]
        wait_for(
            lambda: all(len(p.acknowledged) > n + BATCH for p, n in zip(printers, before, strict=True)),
            "every printer is acknowledged again",
            10,
        )

    acknowledged = [one for printer in printers for one in printer.acknowledged]
    now = tokens_now(service, key, [record for record, _ in acknowledged])

    lost = sum(found != (False, tokens) for found, (_, tokens) in zip(now, acknowledged, strict=True))
    outage = max(printer.outage for printer in printers)
    print(f"\nacknowledged {len(acknowledged):,} waybills · lost {lost} · outage {outage:.1f} s")
    assert lost == 0
    assert statuses(setup) == [True, True]
    assert {status for printer in printers for status in printer.statuses} == {200, 503}
