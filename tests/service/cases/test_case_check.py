"""The ticket system is asked once, within its time, and only a signed answer to this question confirms a case."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples.case_check.sidecar import Ticket
from keys.messages import MessageKey
from masking_service.service.cases import case_check
from masking_service.service.cases.case_check import CaseCheck, Confirmation, load_case_check
from masking_service.service.cases.problems import CaseCheckUnavailable, TicketMismatch, UnknownCaseNumber
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.service.people.rules import CheckRule
from masking_service.shipped import ROOT
from tests.every import every
from tests.hostile import Answers
from tests.http_servers import Handler, Json
from tests.service.people.policies import DEFAULT, FILE, edited, faults, policy
from tests.store.stores import foreseen
from tests.ticket_systems import KEY, TicketSystem, answering, ticket_system

NUMBER = "SF1234567890"
LIN, CHEN = "staff/lin", "staff/chen"


@pytest.fixture
def system() -> Iterator[TicketSystem]:
    with ticket_system() as found:
        found.tickets = {"D-1": Ticket(True, [NUMBER, "yt8800212345678"])}
        yield found


def checking(url: str, outcomes: list[str] | None = None, *, by_assignee: bool = False) -> CaseCheck:
    rule = CheckRule(url, "key", pending_on_failure=False, again_after=900, by_assignee=by_assignee)
    counted = (outcomes if outcomes is not None else []).append
    return CaseCheck(rule, MessageKey(KEY), clock=lambda: int(time.time()), random=foreseen("nonces"), counted=counted)


def confirm(check: CaseCheck, case: str = "D-1", *waybills: str, officer: str | None = None) -> Confirmation:
    return check.confirm("default", case, "dispute", waybills or (NUMBER,), officer, int(time.time()))


def test_a_ticket_that_lists_the_waybills_confirms_the_case(system: TicketSystem) -> None:
    outcomes: list[str] = []
    digest, officer = confirm(checking(system.url, outcomes), "D-1", NUMBER, "YT8800212345678")

    assert (len(digest), officer, outcomes, system.asked) == (64, None, ["confirmed"], ["D-1"])


def test_an_unknown_ticket_is_told_apart(system: TicketSystem) -> None:
    outcomes: list[str] = []
    with pytest.raises(UnknownCaseNumber):
        confirm(checking(system.url, outcomes), "D-2")

    assert outcomes == ["unknown"]


@pytest.mark.parametrize(
    "ticket",
    [
        Ticket(False, [NUMBER]),
        Ticket(True, []),
        Ticket(True, ["SF0000000000", "x"]),
        Ticket(True, [NUMBER], case="D-2"),
        Ticket(True, [NUMBER], case="d-1"),
        Ticket(True, [NUMBER], case=""),
    ],
    ids=["closed", "lists nothing", "lists others", "another case's", "spelt otherwise", "no case's"],
)
def test_a_ticket_that_does_not_cover_the_case_confirms_nothing(system: TicketSystem, ticket: Ticket) -> None:
    system.tickets["D-1"] = ticket

    with pytest.raises(TicketMismatch):
        confirm(checking(system.url))


def test_a_ticket_that_names_the_case_confirms_it(system: TicketSystem) -> None:
    system.tickets["D-1"] = Ticket(True, [NUMBER], case="D-1")

    assert confirm(checking(system.url)).officer is None


def test_by_assignee_the_ticket_says_who_opens_values(system: TicketSystem) -> None:
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=LIN)
    check = checking(system.url, by_assignee=True)

    assert confirm(check).officer == confirm(check, officer=LIN).officer == LIN
    with pytest.raises(TicketMismatch):
        confirm(check, officer=CHEN)


@pytest.mark.parametrize("assignee", ["", "lin", 7, None], ids=repr)
def test_by_assignee_a_ticket_without_a_person_confirms_nothing(system: TicketSystem, assignee: Any) -> None:
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=assignee)

    assert confirm(checking(system.url)).officer is None
    with pytest.raises(TicketMismatch):
        confirm(checking(system.url, by_assignee=True))


def test_a_confirmation_is_of_one_case_of_one_tenant(system: TicketSystem) -> None:
    check, now = checking(system.url), int(time.time())
    confirm(check)

    asked = [("default", "D-1"), ("other", "D-1"), ("default", "D-2")]
    assert [check.due(tenant, case, LIN, 0, now) for tenant, case in asked] == [False, True, True]


def test_by_assignee_a_case_is_due_for_each_other_officer(system: TicketSystem) -> None:
    system.tickets["D-1"] = Ticket(True, [NUMBER], assignee=LIN)
    check = checking(system.url, by_assignee=True)
    confirm(check)
    now = int(time.time())

    assert [check.due("default", "D-1", who, 0, now) for who in (LIN, CHEN)] == [False, True]


def test_the_question_names_no_waybill_and_is_signed() -> None:
    asked: list[tuple[dict[str, str], Json]] = []

    def keep(handler: Handler, question: Json) -> None:
        asked.append((dict(handler.headers), question))
        ANSWERS.honest(handler, question)

    with answering(keep) as url:
        confirm(checking(url))
        confirm(checking(url))

    headers, question = asked[0]
    assert question | {"nonce": ""} == {"v": 1, "nonce": "", "tenant": "default", "case": "D-1", "purpose": "dispute"}
    body = json.dumps(question, separators=(",", ":")).encode()
    assert headers["Masking-Signature"] == "v1=" + MessageKey(KEY).sign(headers["Masking-Timestamp"].encode(), body)


ANSWERS = Answers(KEY, {"open": True, "waybills": [NUMBER]})


def huge(handler: Handler, question: Json) -> None:
    replace(ANSWERS, right={"open": True, "waybills": [NUMBER] * 50_000}).honest(handler, question)


def malformed(handler: Handler, question: Json) -> None:
    replace(ANSWERS, right={"open": "yes", "waybills": NUMBER}).honest(handler, question)


HOSTILE = [*ANSWERS.hostile, huge, malformed]


@every("answer", HOSTILE)
def test_a_hostile_ticket_system_confirms_nothing_and_is_asked_once(answer: Any) -> None:
    asked: list[str] = []
    outcomes: list[str] = []

    def once(handler: Handler, question: Json) -> None:
        asked.append(handler.path)
        answer(handler, question)

    with answering(once) as url, pytest.raises(CaseCheckUnavailable):
        confirm(checking(url, outcomes))

    assert (asked, outcomes) == (["/check"], ["failed"])


def test_a_slow_ticket_system_does_not_hold_the_threads() -> None:
    with answering(ANSWERS.dripping) as url:
        check = checking(url)
        started = time.monotonic()
        for _ in range(3):
            with pytest.raises(CaseCheckUnavailable):
                confirm(check)

    assert time.monotonic() - started < 10


def test_after_failures_it_is_left_alone_for_a_moment() -> None:
    asked: list[str] = []

    def count(handler: Handler, question: Json) -> None:
        asked.append(question["nonce"])
        ANSWERS.failing(handler, question)

    with answering(count) as url:
        check = checking(url)
        for _ in range(6):
            with pytest.raises(CaseCheckUnavailable):
                confirm(check)

    assert (len(asked), len(set(asked))) == (3, 3)


def test_a_case_is_due_again_after_its_time(system: TicketSystem) -> None:
    check = checking(system.url)
    now = int(time.time())

    assert check.due("default", "D-1", LIN, 0, now)
    assert [check.due("default", "D-1", LIN, now, at) for at in (now, now + 899, now + 900, now - 1)] == [
        False,
        False,
        True,
        True,
    ]
    confirm(check)
    assert not check.due("default", "D-1", LIN, 0, now + 60)
    assert check.due("other", "D-1", LIN, 0, now + 60)


CHECK = {"url": "https://tickets.example.com/check", "key": "case-check.key"}


def test_a_policy_names_the_ticket_system() -> None:
    rules = policy(lambda document: document["cases"].update(check=CHECK)).rules.cases

    assert rules.check == CheckRule(
        CHECK["url"], CHECK["key"], pending_on_failure=False, again_after=900, by_assignee=False
    )


@pytest.mark.parametrize(("word", "by_assignee"), [("any", False), ("assignee", True)])
def test_a_policy_says_who_opens_values_under_a_ticket(word: str, by_assignee: bool) -> None:
    rules = policy(lambda document: document["cases"].update(check={**CHECK, "officer": word})).rules.cases

    assert rules.check is not None
    assert rules.check.by_assignee == by_assignee


@every(
    ("change", "path"),
    [
        ({"url": "http://tickets.example.com"}, "cases.check.url"),
        ({"url": "ftp://127.0.0.1/x"}, "cases.check.url"),
        ({"url": "https://user@tickets.example.com"}, "cases.check.url"),
        ({"url": "https://tickets.example.com:x"}, "cases.check.url"),
        ({"url": "https://"}, "cases.check.url"),
        ({"on_failure": "open"}, "cases.check.on_failure"),
        ({"officer": "staff/lin"}, "cases.check.officer"),
        ({"again_after": "2d"}, "cases.check.again_after"),
        ({"again_after": 0}, "cases.check.again_after"),
        ({"retries": 3}, "cases.check.retries"),
    ],
)
def test_a_faulty_check_is_a_fault_of_the_policy(change: dict[str, Any], path: str) -> None:
    assert path in faults(edited(lambda document: document["cases"].update(check=CHECK | change)))


def loaded(url: str, folder: Path, *, development: bool) -> CaseCheck | None:
    rule = CheckRule(url, "case-check.key", pending_on_failure=False, again_after=900, by_assignee=False)
    return load_case_check(
        rule, folder, development=development, clock=lambda: 0, random=foreseen("x"), counted=lambda _: None
    )


def test_http_is_for_development_only(tmp_path: Path) -> None:
    key = tmp_path / "case-check.key"
    key.write_bytes(KEY)
    key.chmod(0o600)

    assert loaded("http://127.0.0.1:8090/", tmp_path, development=True) is not None
    with pytest.raises(PolicyError, match="https"):
        loaded("http://127.0.0.1:8090/", tmp_path, development=False)


def test_without_its_key_the_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"cases\.check\.key"):
        loaded(CHECK["url"], tmp_path, development=False)


def test_the_time_is_within_what_an_answer_may_take() -> None:
    assert case_check.TIMEOUT_SECONDS <= 0.8


def test_the_documentation_states_the_size_of_an_answer() -> None:
    document = (ROOT / "docs" / "case-check.md").read_text("utf-8")

    assert case_check.MAX_ANSWER_BYTES % 1024 == 0
    assert f"with at most {case_check.MAX_ANSWER_BYTES // 1024} KiB" in document


def test_the_recommended_policy_is_sound() -> None:
    text = (FILE.parent / "examples" / "policy-recommended.yaml").read_text("utf-8")
    rules = Policy.parse(text, development=False).rules

    assert rules.cases.check is not None
    assert rules.roles["ticket-system"].permissions == {"case:close"}
    assert {name for name in rules.roles if name != "ticket-system"} == set(DEFAULT.rules.roles)
