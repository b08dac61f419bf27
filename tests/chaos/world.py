"""A service under load, and what must hold after every fault."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import redis
import yaml

from masking_service.audit.stored import unpack
from masking_service.store.layout import AuditKeys
from tests.chaos.load import Account, Load, Shape, record_of
from tests.e2e.processes import ROOT, Running, command, wait_for
from tests.store.stores import ask

RECOVERY_SECONDS = 30.0  # of a machine that does other things; what it took is printed
ASKED_AGAIN = 500
VIEWED = 50  # numbers in a view, as the contract has it
READINESS_ASKED = 40  # new connections, so that each worker answers some, also if one takes most of them
READINESS_PAUSE = 0.05
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
AUDIT = AuditKeys(4)
"""The audit log of every store: spread over slots, one for each worker."""


class Flapped(AssertionError):
    """A worker stopped being ready after the recovery."""


class World:
    """A service with a worker for each slot of its audit log, under load.

    A subclass says which servers the store has.

    Args:
        folder: where all of it is.
        shape: what its printers send.
        url: of the store.
        environment: more settings of the service.

    Attributes:
        atomic: whether a batch that is not acknowledged is stored whole or not at all; in a cluster it may be in part.
        service: the running service.
        acknowledged: how many tokens were acknowledged so far.
    """

    atomic = True

    def __init__(self, folder: Path, shape: Shape, url: str, environment: Mapping[str, str] = NO_SETTINGS) -> None:
        self.folder = folder
        self._shape = shape
        self._loads = 0
        self._load: Load | None = None
        self._everything: list[tuple[str, bytes]] = []
        self._held = ""
        self.acknowledged = 0
        policy = folder / "policy.yaml"
        policy.write_text(_wide_policy(), encoding="utf-8")
        slots = {"MASKING_AUDIT_SLOTS": str(AUDIT.slots)}
        self._settings = {"MASKING_REDIS_URL": url, "MASKING_POLICY": str(policy), **slots, **environment}
        self.service = self.start_service()

    @property
    def clients(self) -> list[redis.Redis]:
        """A plain client of each server that takes writes."""
        raise NotImplementedError

    def start_service(self) -> Running:
        self.service = Running.serve(self.folder / "service", "--dev", "--workers", str(AUDIT.slots), **self._settings)
        if self._load is not None:
            self._load.service = self.service
        return self.service

    def restart_service(self) -> None:
        """Kill the service and start it again."""
        self.service.kill()
        self.start_service()

    def stop(self) -> None:
        self.service.stop()

    def ready(self) -> bool:
        """Whether many new connections all find a ready worker."""
        return {self.service.status(None, "GET", "/readyz") for _ in range(READINESS_ASKED)} == {200}

    def is_refused(self, word: bytes) -> bool:
        """Whether the service refuses its store, with this word."""
        status, _, content = self.service.call(None, "GET", "/readyz")
        return status == 503 and word in content

    @property
    def load(self) -> Load:
        assert self._load is not None, "there is no load now"
        return self._load

    @contextmanager
    def under_load(self, tokens: int = 0, steady: float = 0.0) -> Iterator[Load]:
        """Run load inside, and until the service has recovered.

        That is when it was ready for `steady` seconds and has acknowledged `tokens` more. Then check the account.
        """
        self._loads += 1
        with Load(self.service, self._loads, self._shape) as load:
            self._load = load
            wait_for(lambda: len(load.account.kept) > 100, "load", RECOVERY_SECONDS)
            if not self._held:
                self._hold(load.account.kept[0][0])
            yield load
            load.account.fault_is_over()
            before, wanted = len(load.account.kept), load.account.tokens + tokens
            wait_for(
                lambda: len(load.account.kept) > before + 100, "acknowledgements after the fault", RECOVERY_SECONDS
            )
            wait_for(self.ready, "every worker is ready", RECOVERY_SECONDS)
            load.account.service_is_ready()
            until = time.monotonic() + steady
            while time.monotonic() < until:
                time.sleep(READINESS_PAUSE)
                status, _, content = self.service.call(None, "GET", "/readyz")
                if status != 200:
                    load.account.flaps.append(content)
            wait_for(lambda: load.account.tokens >= wanted, "so many tokens", 10 * RECOVERY_SECONDS)
        self._load = None
        self.check(load.account)
        if load.account.flaps:
            raise Flapped(Counter(fault["reason"] for one in load.account.flaps for fault in json.loads(one)["faults"]))

    def check(self, account: Account) -> None:
        """Check tokens, batches and audit entries of an account, and the legal hold."""
        kept = [(number, _digest(tokens)) for number, tokens in account.kept]
        lost = self.lost(kept)
        unanswered = account.unanswered if self.atomic else []
        halves = [found for batch in unanswered if (found := self._stored(batch)) not in (0, len(batch))]
        unlogged = set(account.released) - self._cases_in_the_log()
        print(
            f"\nacknowledged {account.tokens:,} tokens of {len(kept):,} waybills · lost {lost} · "
            f"outage {account.outage:.1f} s, {account.recovery:.1f} s of it after the fault · "
            f"not acknowledged {sum(map(len, account.unanswered)):,} waybills · opened {len(account.released)}",
            file=sys.stderr,
            flush=True,
        )
        self.acknowledged += account.tokens
        self._everything += kept
        untrue = {"wrong": account.wrong, "lost": lost, "halves": halves, "unlogged": sorted(unlogged)}
        untrue["erasable"] = [] if self._is_held() else [self._held]
        assert not any(untrue.values()), untrue

    def lost_of_everything(self) -> int:
        """Return how many waybills of all loads have lost their tokens."""
        return self.lost(self._everything)

    def lost(self, kept: Iterable[tuple[str, bytes]]) -> int:
        """Return how many, sent again, are unknown or have other tokens."""
        wanted = [*kept]
        lost = 0
        for at in range(0, len(wanted), ASKED_AGAIN):
            part = wanted[at : at + ASKED_AGAIN]
            body = {"records": [record_of(number, self._shape) for number, _ in part]}
            answered = self._call("label-printer", "/v1/tokenize", body)
            for (_, digest), result in zip(part, answered, strict=True):
                lost += result.get("created") is not False or _digest(result["tokens"]) != digest
        return lost

    def _hold(self, number: str) -> None:
        """Keep a waybill by a hold that two people set, for as long as there is this world."""
        state = self.service.state
        other = command("token", "mint", "--role", "privacy-officer", "--sub", "privacy-luo", "--state-dir", state)
        body = {"hold": "H-1", "reason": "chaos", "waybills": [number]}
        proposed = self.service.status(self.service.credentials["privacy-officer"], "POST", "/v1/holds", body)
        assert (proposed, self.service.status(other, "POST", "/v1/holds/H-1/set")) == (201, 200)
        self._held = number

    def _is_held(self) -> bool:
        """Whether the service refuses to erase the held waybill."""

        def ask() -> tuple[int, str] | None:
            key = self.service.credentials["privacy-officer"]
            status, _, content = self.service.call(key, "DELETE", f"/v1/waybills/{self._held}")
            return None if status == 503 else (status, json.loads(content or b"{}").get("code", ""))

        answered: tuple[int, str] = wait_for(ask, "an answer about the hold", RECOVERY_SECONDS)
        return answered == (409, "held")

    def _stored(self, batch: list[str]) -> int:
        found = 0
        for at in range(0, len(batch), VIEWED):
            body = {"waybills": batch[at : at + VIEWED], "profile": "label"}
            found += sum("record" in result for result in self._call("dispute-officer", "/v1/waybills/view", body))
        return found

    def _call(self, who: str, path: str, body: object) -> list[dict[str, Any]]:
        def ask() -> list[dict[str, Any]] | None:
            status, _, content = self.service.call(self.service.credentials[who], "POST", path, body)
            return json.loads(content)["results"] if status == 200 else None

        found: list[dict[str, Any]] = wait_for(ask, f"an answer of {path}", RECOVERY_SECONDS)
        return found

    def _cases_in_the_log(self) -> set[str]:
        """Return the cases for which the log has a release."""
        cases = set()
        # Not by the list of writers: one that ended leaves it.
        streams = [(one, stream) for one in self.clients for stream in one.scan_iter("wm:{audit:*}w:*", count=1_000)]
        for client, stream in streams:
            for _, fields in ask(client, "XRANGE", stream, "-", "+"):
                entry = unpack(fields[b"entry"])
                if entry["action"] == "detokenize" and entry["outcome"] == "released":
                    cases.add(entry["case"])
        return cases


def _digest(tokens: dict[str, str]) -> bytes:
    """Return a hash of tokens: a million tokens would be too many to keep."""
    return sha256("".join(pointer + token for pointer, token in sorted(tokens.items())).encode()).digest()[:16]


def _wide_policy() -> str:
    """Return the default policy with unlimited budgets and no alerts."""
    policy = yaml.safe_load((ROOT / "policy.yaml").read_text(encoding="utf-8"))
    most = 1_000_000
    for role in policy["roles"].values():
        if "budget" in role:
            role["budget"] = {what: dict.fromkeys(windows, most) for what, windows in role["budget"].items()}
    policy["budgets"] = {"conflicts": {"1h": most}, "case_waybills": {"1d": most}}
    policy["watch"] = {"misses": most, "refusals": most}
    return str(yaml.safe_dump(policy, allow_unicode=True))
