"""Keys turn over in the middle of load, by command, with two workers: nothing answers 5xx, and every token resolves."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keys import keyset
from masking_service.rotation import coordinator
from masking_service.runtime.clock import today
from masking_service.store.errors import StoreUnavailable
from tests.e2e.processes import ROOT, SERVICE, Running, command, environment, invoke, wait_for
from tests.together import repeating

Start = Callable[..., Running]
Tokens = dict[str, str]


def record(number: str) -> dict[str, Any]:
    return {"waybill_no": number, "sender": {"name": "张三", "phone": "13812345678"}}


class Load:
    """A client that tokenizes new and known numbers of a series all the time and checks the answers."""

    def __init__(self, service: Running, series: str = "0") -> None:
        self.service = service
        self.logged_before = len(service.log)
        self._series = series
        self.statuses: Counter[int] = Counter()
        self.tokens: Tokens = {}
        self.others: list[tuple[str, str]] = []

    def senders(self) -> list[Callable[[], None]]:
        """Return two senders. Each call sends one new and one known waybill number."""
        return [partial(self._send_next, name, count()) for name in range(2)]

    def _send_next(self, name: int, numbers: Iterator[int]) -> None:
        sent = next(numbers)
        self.send([f"SF{self._series}{name}{number:08}" for number in (sent, sent // 2)])

    def send(self, numbers: list[str]) -> None:
        key = self.service.credentials["label-printer"]
        body = {"records": [record(number) for number in numbers]}
        status, _, content = self.service.call(key, "POST", "/v1/tokenize", body)
        self.statuses[status] += 1
        if status == 200:
            for number, result in zip(numbers, json.loads(content)["results"], strict=True):
                token = result["tokens"]["/sender/phone"]
                first = self.tokens.setdefault(number, token)
                if first != token:
                    self.others.append((first, token))

    def check(self) -> None:
        """No key was the reason of a refusal, and every number kept its token.

        A machine that has too much to do lets the store miss its time now and then, with or without keys that turn
        over. The log tells that from what keys could do, and of all else nothing is let pass.
        """
        logged = self.service.log[self.logged_before :]
        failed = [line for line in logged.splitlines() if '"event":"failed"' in line]
        reasons = [json.loads(line)["reason"] for line in failed]
        assert {*reasons} <= LATE
        assert {*self.statuses} <= {200, 503}
        assert self.statuses[503] <= len(reasons) <= 5 + self.statuses[200] // 100
        assert self.others == []


LATE = {"timeout", "open-circuit"}
"""Why the log says that a call failed where the store answered late: the circuit opens after three in a row."""


def values(service: Running, tokens: Tokens, case: str) -> set[str | None]:
    """What an officer who has opened nothing yet opens of twenty of these tokens, spread over all of them."""
    some = sorted(tokens)[:: max(1, len(tokens) // 20)][:20]
    who = service.credentials
    sub = f"officer-{case}"
    officer = command("token", "mint", "--role", "dispute-officer", "--sub", sub, "--state-dir", service.state)
    wanted = {"case": case, "purpose": "dispute", "waybills": some, "reason": "lost", "officer": f"dev/{sub}"}
    opened = service.call(who["service-desk"], "POST", "/v1/cases", wanted)
    assert opened[0] == 201, opened[2]
    if json.loads(opened[2])["status"] == "pending":
        approved = service.status(who["supervisor"], "POST", f"/v1/cases/{case}/approve")
        assert approved == 200
    items = [{"token": tokens[number]} for number in some]
    body = {"purpose": "dispute", "case": case, "items": items}
    status, _, content = service.call(officer, "POST", "/v1/detokenize", body)
    assert status == 200, content
    return {result.get("value") for result in json.loads(content)["results"]}


@contextmanager
def loaded(service: Running, series: str = "0") -> Iterator[Load]:
    load = Load(service, series)
    with repeating(*load.senders()):
        yield load
        wait_for(lambda: len(load.tokens) > 20, "calls under load", 120)
    load.check()


def keys(service: Running, *arguments: str) -> str:
    """One command; it goes on from where it was where a store under load made it give up, as an operator's would."""
    for _ in range(5):
        done = invoke("keys", *arguments, "--state-dir", service.state)
        if not isinstance(done.exception, StoreUnavailable):
            break
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.fixture(autouse=True)
def short_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call takes a second here, so no command waits for six until calls have ended."""
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 1.0)


@pytest.fixture(scope="module")
def rotating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service of two workers whose keys are rotated again and again, each time under another series of numbers."""
    service = Running.serve(tmp_path_factory.mktemp("rotating"), "--dev", "--workers", "2")
    yield service
    service.stop()


@pytest.mark.parametrize(
    ("series", "lines"),
    [
        ("1", ["rotate token"]),
        ("2", ["rotate root", "rewrap"]),
        ("3", ["rotate data"]),
        ("5", ["rotate clients", "rotate audit", "rotate state"]),
        ("6", ["rotate index", "rotate search", "reseal"]),
    ],
)
def test_keys_are_rotated_in_the_middle_of_load(rotating: Running, series: str, lines: list[str]) -> None:
    service = rotating
    with loaded(service, series) as load:
        before = dict(load.tokens)
        for line in lines:
            keys(service, *line.split())

    assert values(service, load.tokens, f"D-{series}") == {"13812345678"}
    for number in sorted(load.tokens)[:50]:
        load.send([number])
    load.check()
    assert before.items() <= load.tokens.items()


@pytest.mark.parametrize(
    "line",
    ["state", "index", "clients", "search", "audit", "token", "root", "reseal"],
)
def test_a_command_that_is_killed_goes_on_when_it_is_run_again(rotating: Running, line: str) -> None:
    """Processes that SIGKILL ends at several moments of their work, under load."""
    service, words = rotating, [line] if line == "reseal" else ["rotate", line]
    privacy = command("token", "mint", "--role", "privacy-officer", "--sub", "p-1", "--state-dir", service.state)
    erased = f"SFERASED{line.upper()}"
    with loaded(service, f"K{line[:2].upper()}") as load:
        load.send([erased])
        assert service.status(privacy, "DELETE", f"/v1/waybills/{erased}") == 200
        for seconds in (1.5, 3.0, 5.0, 8.0):
            with suppress(subprocess.TimeoutExpired):  # `run` has killed it then
                subprocess.run(
                    [*SERVICE, "keys", *words, "--state-dir", str(service.state)],
                    cwd=ROOT,
                    env=environment(),
                    timeout=seconds,
                    check=False,
                )
        keys(service, *words)

    del load.tokens[erased]
    assert values(service, load.tokens, f"D-KILLED-{line.upper()}") == {"13812345678"}
    sent = {"records": [record(erased)]}
    assert b'"erased"' in service.call(service.credentials["label-printer"], "POST", "/v1/tokenize", sent)[2]
    verified = invoke("audit", "verify", "--store", "--state-dir", service.state)
    assert verified.exit_code == 0, verified.output


def test_days_are_shredded_in_the_middle_of_load(start: Start) -> None:
    service = start("--dev", "--workers", "2")
    with loaded(service) as load:
        told = keys(service, "shred", "--before", today(), "--inside-retention")

    assert "Shredded: 0 data keys" in told
    assert values(service, load.tokens, "D-1") == {"13812345678"}
    assert [root.state for root in keyset.read(service.state / "keyset.json")[0].roots] == ["active"]


def test_the_keyset_comes_back_from_its_backup(start: Start, tmp_path: Path) -> None:
    """The drill of docs/keys.md."""
    service = start("--dev", "--workers", "1")
    keys(service, "rotate", "token")
    load = Load(service)
    load.send(["SF0000000001"])
    file, backup = service.state / "keyset.json", tmp_path / "keyset-backup.json"
    shutil.copy2(file, backup)
    shown = keys(service, "status")
    service.stop()
    file.unlink()

    shutil.copy2(backup, file)

    again = start("--dev", "--workers", "1")
    load.service, load.logged_before = again, 0
    load.send(["SF0000000001"])
    load.check()
    assert re.findall(r"^│ token .*retired", shown, re.MULTILINE) == re.findall(
        r"^│ token .*retired", keys(again, "status"), re.MULTILINE
    )


def test_a_broken_keyset_file_under_a_running_service_changes_nothing_and_is_told(rotating: Running) -> None:
    service = rotating
    file = service.state / "keyset.json"
    whole = file.read_bytes()
    # The process that checked the set-up before them may still be listed.
    wait_for(lambda: keys(service, "status").count("this one") >= 2, "both workers say which keys they have")
    with loaded(service, "4") as load:
        file.write_bytes(whole[:200])
        wait_for(lambda: service.log.count('"error":"KeysetError"') >= 2, "both workers tell that it is broken")
        file.write_bytes(whole)

    assert "Traceback" not in service.log
    assert '"error":"KeysetError"' in service.log
    keys(service, "rotate", "token")
    load.send(sorted(load.tokens)[:20])
    load.check()
