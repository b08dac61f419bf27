"""Replays sampled person-days of the model through the real application, call by call, and compares the outcomes.

The windows, misses and refusals that the model had before a call of the day's first are put into a real Valkey; from
then on the application counts for itself. Other people's spending reaches the windows of role and tenant before each
call. The clock is set to each call's time.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import redis
import yaml

from bench.theft.defences import write_keyset
from bench.theft.steps import DAY, PURPOSE, Step
from bench.theft.work import BEGIN, PHANTOMS, POOL
from examples.case_check import sidecar
from examples.case_check.sidecar import Ticket
from keys.files import read_secret_file, write_secret_file
from masking_service.dev.development import Development
from masking_service.http.app import create_app
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.runtime.wiring import assemble
from masking_service.service.call.budgets import Budgets
from masking_service.service.cases.state import Case, Cases
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.people.issuers import mint
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.store.client import Clocks
from masking_service.store.connection import OPEN_SECONDS

FIELDS = ("/recipient/phone", "/recipient/name", "/sender/phone", "/sender/name")
"""What is opened of a waybill that a call names several times."""
CLOCK = "masking_service.http.app.time"
REQUEST_LOG = "masking_service.http.app.log"
PATIENCE = "masking_service.service.cases.case_check.TIMEOUT_SECONDS"
"""A slow machine is no ticket system that does not answer."""
KEY = b"k" * 64


class TicketSystem:
    """A ticket system on this machine, which answers as the model's did before the call that is replayed."""

    def __init__(self) -> None:
        self._server = sidecar.create_server(self._lookup, KEY, 0)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._ticket: Ticket | None = None
        self._answers = True

    def __enter__(self) -> "TicketSystem":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def set(self, step: Step) -> None:
        """Answer as it did before a call; wait until the service asks again after it failed."""
        if step.answers and not self._answers:
            time.sleep(OPEN_SECONDS + 0.1)
        kept = step.ticket
        self._ticket = Ticket(kept.open, kept.waybills, assignee=kept.assignee) if kept else None
        self._answers = step.answers

    def policy(self, policy: Path, folder: Path) -> Path:
        """Return the policy with this ticket system in it, where it asks one, and without signatures and device proofs.

        The people of the model have no keys; `signatures.py` says what signing changes.
        """
        document = yaml.safe_load(policy.read_text("utf-8"))
        for section in ("signed", "devices"):
            document.pop(section, None)
        key, changed = folder / "case-check.key", folder / "policy.yaml"
        check = document["cases"].get("check")
        if check is not None:
            write_secret_file(key, KEY, replace=False)
            check |= {"url": f"http://127.0.0.1:{self._server.server_port}/check", "key": key.name}
        changed.write_text(yaml.safe_dump(document), "utf-8")
        return changed

    def _lookup(self, case: str) -> Ticket | None:
        del case
        if not self._answers:
            raise ConnectionError
        return self._ticket


class Application:
    """The real application in this process, over a Valkey of its own."""

    def __init__(self, development: Development, policy: Path, tickets: TicketSystem) -> None:
        self._tickets = tickets
        settings = replace(development.settings, policy=policy)
        self._parts = assemble(settings)
        self._parts.store.trust()
        self._client = create_app(self._parts).test_client()
        self._issuer = read_secret_file(settings.state_dir / DEVELOPMENT_ISSUER_KEY)
        acting = self._parts.acting
        self._budgets = Budgets(
            self._parts.store, self._parts.keyring, acting.policy.rules.factors, os.urandom, self._parts.metrics
        )
        self._stored_cases = Cases(self._parts.store, self._parts.keyring, os.urandom)
        self._custodies = Custodies(self._parts.store, self._parts.keyring, os.urandom, self._parts.vault.record_keys)
        self._valkey = redis.Redis.from_url(settings.redis_url or "")
        self._valkey.config_set("appendfsync", "no")  # what is replayed need not outlive this process
        self._now = BEGIN
        self._filled_until = 0
        self._custody: dict[str, str] = {}
        self._cases: dict[str, int] = {}
        self._days: set[tuple[str, int]] = set()

    def plant(self) -> None:
        """Mark the decoys of the model."""
        body = {"waybills": [f"SP{number:010d}" for number in range(PHANTOMS)], "kind": "phantom"}
        answered = self._post("privacy-officer", "privacy", "/v1/decoys", body)
        assert answered.status_code < 300, answered.text

    def each(self, companies: Sequence[Sequence[Step]]) -> Iterator[Step]:
        """Yield the steps of each company; people of the next one may have the same ids."""
        for steps in companies:
            self._days.clear()
            yield from sorted(steps, key=lambda step: step.at)

    def replay(self, step: Step) -> str:
        """Do a call of the model; return the outcome that the model would name."""
        self._fill(step.at)
        self._now = step.at
        self._prepare(step)
        match step.action:
            case "case-open":
                return self._open_case(step)
            case "detokenize":
                return self._detokenize(step)
            case "view":
                return self._view(step)
        return self._tokenize(step)

    def now(self) -> int:
        """Return the time of the call that is replayed."""
        return self._now

    def _prepare(self, step: Step) -> None:
        """Put what the model knew before the call into the store."""
        self._tickets.set(step)
        first = (step.who.id, step.at // DAY) not in self._days
        self._days.add((step.who.id, step.at // DAY))
        grant = step.grant
        if grant is not None and grant.budget is not None:
            keys = self._budgets.window_keys(step.who, grant.role, grant.budget)
            mine = len(grant.budget.windows)
            for at, (key, value) in enumerate(zip(keys, step.windows, strict=True)):
                if at >= mine or first:
                    self._valkey.set(key, value) if value else self._valkey.delete(key)
        freezes = self._parts.freezes
        if first:
            if not step.frozen:
                freezes.prepare_unfreeze(DEFAULT_TENANT, step.who.id).write()
            freezes.forget_counts(DEFAULT_TENANT, step.who.id)
            if step.misses:
                freezes.set_misses(step.who, step.misses)
        elif not step.refusals and step.action in ("detokenize", "view"):
            # The store's own clock, which ends the minute of refusals, cannot be set.
            misses = freezes.refuse_live(step.who) if not step.frozen else 0
            freezes.forget_counts(DEFAULT_TENANT, step.who.id)
            freezes.set_misses(step.who, misses)
        if step.case is not None and step.action == "detokenize":
            self._write_case(step.case)
        if step.action == "view" and step.grant is not None and step.grant.scope == "custody":
            self._hold(step.who.id, step.held)

    def _write_case(self, case: Case) -> None:
        """Write a case that people opened and decided whose days are not replayed."""
        cases, name = self._stored_cases, case.opening.case
        if name not in self._cases:
            cases.prepare_opening(DEFAULT_TENANT, case.opening).write()
            self._cases[name] = 0
        for act in case.acts[self._cases[name] :]:
            cases.prepare_act(DEFAULT_TENANT, case.opening, act).write()
        self._cases[name] = len(case.acts)

    def _fill(self, at: int) -> None:
        """Store every waybill of the model, again when they have expired."""
        if at < self._filled_until:
            return
        self._now = at
        for first in range(0, POOL, 500):
            records = [_record(f"SF{number:010d}") for number in range(first, first + 500)]
            answered = self._post("label-printer", "filler", "/v1/tokenize", {"records": records})
            assert answered.status_code == 200, answered.text
        days = self._parts.acting.policy.retention_days(DEFAULT_TENANT)
        self._filled_until = at + days * DAY
        self._custody.clear()

    def _hold(self, courier: str, held: frozenset[str]) -> None:
        """Give waybills to a courier."""
        moved = sorted(number for number in held if self._custody.get(number) != courier)
        bases = self._parts.keyring.tenant(DEFAULT_TENANT).bases(moved)
        custodies, ends = [Custody("021001", courier)] * len(moved), [self._filled_until] * len(moved)
        self._custodies.prepare(DEFAULT_TENANT, bases, custodies, ends).write()
        self._custody |= dict.fromkeys(moved, courier)

    def _open_case(self, step: Step) -> str:
        body = {"case": step.name, "purpose": PURPOSE, "waybills": step.numbers, "reason": "asked by the sender"}
        answered = self._ask(step, "/v1/cases", body)
        if answered.status_code != 201:
            return _code(answered)
        self._cases[step.name] = 0
        status: str = answered.get_json()["status"]
        return f"{status} {len(step.numbers)}"

    def _detokenize(self, step: Step) -> str:
        times: dict[str, int] = {}
        items = []
        for number in step.numbers:
            items.append({"waybill_no": number, "field": FIELDS[times.get(number, 0)]})
            times[number] = times.get(number, 0) + 1
        answered = self._ask(step, "/v1/detokenize", {"purpose": PURPOSE, "case": step.name, "items": items})
        return _results(answered, "value")

    def _view(self, step: Step) -> str:
        return _results(self._ask(step, "/v1/waybills/view", {"waybills": step.numbers}), "record")

    def _tokenize(self, step: Step) -> str:
        right = len(step.numbers) - step.conflicts
        records = [_record(number, wrong=at >= right) for at, number in enumerate(step.numbers)]
        answered = self._ask(step, "/v1/tokenize", {"records": records})
        if answered.status_code != 200:
            return _code(answered)
        refused = {one["error"]["code"] for one in answered.get_json()["results"] if "error" in one}
        return "done 0" if refused <= {"conflict"} else sorted(refused)[0]

    def _ask(self, step: Step, path: str, body: object) -> Any:
        return self._post(step.who.roles[0], step.who.id.partition("/")[2], path, body)

    def _post(self, role: str, sub: str, path: str, body: object) -> Any:
        bearer = mint(self._issuer, sub=sub, roles=[role], sites=["021001"], ttl=600, now=self._now)
        return self._client.post(path, json=body, headers={"Authorization": f"Bearer {bearer}"})


def _code(answered: Any) -> str:
    return f"{answered.get_json()['code']} 0"


def _results(answered: Any, member: str) -> str:
    if answered.status_code != 200:
        return _code(answered)
    released = sum(member in one for one in answered.get_json()["results"])
    return f"released {released}" if released else "not-found 0"


def _record(number: str, *, wrong: bool = False) -> dict[str, Any]:
    phone = f"138{int(number[2:]) + (5_000_000 if wrong else 0):08d}"
    party = {"name": "张三", "phone": phone, "address": "华志路1685号3号楼2单元402室"}
    return {"waybill_no": number, "sender": party, "recipient": party}


@contextmanager
def application(policy: Path, seed: int) -> Iterator[Application]:
    """Start the application under a policy file, with a seed's keys, over an empty store, with a clock that is set."""
    with tempfile.TemporaryDirectory() as folder, TicketSystem() as tickets:
        write_keyset(Path(folder) / "keyset.json", seed)
        with Development({"MASKING_STATE_DIR": folder}) as development:
            made = Application(development, tickets.policy(policy, Path(folder)), tickets)
            with (
                patch(CLOCK, made.now),
                patch(REQUEST_LOG),
                patch(PATIENCE, 10.0),
                patch("http.server.BaseHTTPRequestHandler.log_message"),
                patch.object(Clocks, "check", lambda *_: None),
            ):
                made.plant()
                yield made


def disagreements(policy: Path, seed: int, companies: Sequence[Sequence[Step]]) -> list[str]:
    """Replay the steps of one company after the other, each in the order of its times; return what differs."""
    found = []
    with application(policy, seed) as app:
        for step in app.each(companies):
            outcome = app.replay(step)
            expected = f"{step.done.outcome} {step.done.released}"
            if outcome != expected:
                found.append(f"{step.who.id} at {step.at}, {step.action}: {expected} in the model, {outcome} really")
    return found
