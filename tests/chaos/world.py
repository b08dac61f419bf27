"""A service with two workers on a store of its own, a wire between them, and what must be true after every fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import yaml

from masking_service.vault.embedded import DURABLE
from masking_service.vault.layout import audit_key
from tests.chaos.load import Account, Load, Record
from tests.chaos.power import Power
from tests.chaos.proxy import Proxy
from tests.e2e.processes import ROOT, Running, wait_for
from tests.servers import Node
from tests.vault.stores import ask

RECOVERY_SECONDS = 30.0  # of a machine that does other things; what it took is printed


class World:
    """Everything that a fault can be done to.

    Attributes:
        node: the store's server.
        wire: between service and store.
        power: between the server and its disk.
        service: the running service.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loads = 0
        self.power = Power(folder)
        self.node = Node(folder, {name: value for name, value in DURABLE if name != "save"} | {"save": '""'})
        self.start_node()
        self.wire = Proxy(self.node.port)
        self._policy = folder / "policy.yaml"
        self._policy.write_text(_wide_policy(), encoding="utf-8")
        self.service = self.start_service()

    def start_node(self) -> None:
        with self.power.loaded():
            self.node.start()

    def start_service(self) -> Running:
        settings = {"MASKING_REDIS_URL": self.wire.url, "MASKING_POLICY": str(self._policy)}
        self.service = Running.serve(self._folder / "service", "--dev", "--workers", "2", **settings)
        return self.service

    def stop(self) -> None:
        self.service.stop()
        self.wire.close()
        if self.node.running.poll() is None:
            self.node.stop()

    @contextmanager
    def under_load(self, seconds: float = 0) -> Iterator[Load]:
        """Load inside, and for so long after it; then the service has to be back, and what it acknowledged to hold."""
        self._loads += 1
        with Load(self.service, self._loads) as load:
            wait_for(lambda: len(load.account.kept) > 100, "load", RECOVERY_SECONDS)
            yield load
            before = len(load.account.kept)
            wait_for(
                lambda: len(load.account.kept) > before + 100, "acknowledgements after the fault", RECOVERY_SECONDS
            )
        self.check(load.account)

    def check(self, account: Account) -> None:
        """Every acknowledged token is the record's, no batch is half there, no release lacks its entry."""
        lost = sum(not same for same in self._same_tokens(account))
        halves = [found for batch in account.unanswered if (found := self._stored(batch)) not in (0, len(batch))]
        unlogged = set(account.released) - self._cases_in_the_log()
        print(
            f"\nacknowledged {len(account.kept):,} · lost {lost} · outage {account.outage:.1f} s · "
            f"not acknowledged {sum(map(len, account.unanswered)):,} · opened {len(account.released)}"
        )
        untrue = {"wrong": account.wrong, "lost": lost, "halves": halves, "unlogged": sorted(unlogged)}
        assert not any(untrue.values()), untrue

    def _same_tokens(self, account: Account) -> Iterator[bool]:
        """For each acknowledged record, sent again, whether it is known with the same tokens."""
        for at in range(0, len(account.kept), 500):
            part = account.kept[at : at + 500]
            body = {"records": [record for record, _ in part]}
            answered = self._call("label-printer", "/v1/tokenize", body)
            for (_, tokens), result in zip(part, answered, strict=True):
                yield result.get("tokens") == tokens and not result["created"]

    def _stored(self, batch: list[Record]) -> int:
        body = {"waybills": [record["waybill_no"] for record in batch], "profile": "label"}
        return sum("record" in result for result in self._call("dispute-officer", "/v1/waybills/view", body))

    def _call(self, who: str, path: str, body: object) -> list[dict[str, Any]]:
        def ask() -> list[dict[str, Any]] | None:
            status, _, content = self.service.call(self.service.credentials[who], "POST", path, body)
            return json.loads(content)["results"] if status == 200 else None

        found: list[dict[str, Any]] = wait_for(ask, f"an answer of {path}", RECOVERY_SECONDS)
        return found

    def _cases_in_the_log(self) -> set[str]:
        """Every case under which the log says that something was released."""
        cases = set()
        # Not by the list of writers: one that ended leaves it.
        for stream in self.node.client.scan_iter(audit_key("*"), count=1_000):
            for _, fields in ask(self.node.client, "XRANGE", stream, "-", "+"):
                entry = msgspec.json.decode(fields[b"entry"])
                if entry["action"] == "detokenize" and entry["outcome"] == "released":
                    cases.add(entry["case"])
        return cases


def _wide_policy() -> str:
    """The default policy with budgets that no load of a test fills, and a watch that sees none of it as a theft."""
    policy = yaml.safe_load((ROOT / "policy.yaml").read_text(encoding="utf-8"))
    most = 1_000_000
    for role in policy["roles"].values():
        if "budget" in role:
            role["budget"] = {what: dict.fromkeys(windows, most) for what, windows in role["budget"].items()}
    policy["budgets"] = {"conflicts": {"1h": most}, "case_waybills": {"1d": most}}
    policy["watch"] = {"misses": most, "refusals": most}
    return str(yaml.safe_dump(policy, allow_unicode=True))


Fault = Callable[[World], None]
