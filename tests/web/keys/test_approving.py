"""People's keys are approved, denied and revoked by another person, are limited, and are listed and logged."""

from __future__ import annotations

import pytest

from masking_service.service.acts.state import MAX_ACTIVE
from tests.authenticators import Authenticator
from tests.web.api import Api, content, refusal, results
from tests.web.calls import outline
from tests.web.keys.conftest import PHONE
from tests.web.people import AUDITOR
from tests.web.signing import Person


def test_an_approved_key_is_active_and_says_when_it_was_used(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    results(officer.open(PHONE))

    (mine,) = officer.own_keys()

    assert mine["status"] == "active"
    assert mine["last_used"] is not None


@pytest.mark.parametrize("spelling", ["{}", "{} ", " {}"])
def test_the_code_is_read_in_any_spelling(boss: Person, officer: Person, spelling: str) -> None:
    content(officer.enrol(), 201)

    code = spelling.format(f"{officer.key.code[:5]}-{officer.key.code[5:]}".lower())

    assert content(boss.approve(officer, code=code))["status"] == "active"


@pytest.mark.parametrize("code", ["ABCDEFGHJK", "é", "一二三四五六七八九十"], ids=ascii)
def test_another_code_approves_nothing(api: Api, boss: Person, officer: Person, code: str) -> None:
    content(officer.enrol(), 201)

    answered = boss.approve(officer, code=code)

    assert refusal(answered) == (422, "invalid-request")
    assert officer.own_keys()[0]["status"] == "pending"


def test_no_person_approves_a_key_of_their_own(boss: Person) -> None:
    second = Person(boss.api, "supervisor", "boss")
    content(second.enrol(), 201)
    mine = {"act": "key-approve", "principal": boss.id, "key": second.key.key_id}
    path = f"/v1/principals/{boss.id}/keys/{second.key.key_id}/approve"

    answered = boss.post(path, {"code": second.key.code, "signed": boss.sign(mine)})

    assert refusal(answered) == (403, "forbidden")


def test_an_approval_without_a_signature_is_none(boss: Person, officer: Person) -> None:
    content(officer.enrol(), 201)

    assert refusal(boss.approve(officer, signed=None)) == (401, "signature-required")


def test_an_approval_is_of_the_key_that_was_signed(api: Api, boss: Person, officer: Person) -> None:
    attacker = Person(api, "dispute-officer", "officer")
    content(officer.enrol(), 201)
    content(attacker.enrol(), 201)
    over_mine = boss.sign({"act": "key-approve", "principal": officer.id, "key": officer.key.key_id})

    answered = boss.approve(attacker, signed=over_mine)

    assert refusal(answered) == (403, "signature-invalid")


def test_a_denied_key_is_gone(boss: Person, officer: Person) -> None:
    content(officer.enrol(), 201)

    denied = content(boss.decide(officer, "deny"))

    assert denied == {"key": officer.key.key_id, "status": "revoked"}
    act = {"act": "key-approve", "principal": officer.id, "key": officer.key.key_id}
    assert officer.own_keys() == []
    assert boss.post("/v1/acts", act).status_code == 404


def test_a_revoked_key_signs_nothing_from_the_next_call_on(api: Api, boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    ready = officer.sign({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    revoked = content(boss.decide(officer, "revoke"))

    assert revoked == {"key": officer.key.key_id, "status": "revoked"}
    assert refusal(officer.open(PHONE, signature=ready)) == (403, "signature-invalid")
    assert officer.own_keys()[0]["status"] == "revoked"


def test_a_sixth_key_is_refused(api: Api, boss: Person) -> None:
    people = [Person(api, "dispute-officer", "officer") for _ in range(MAX_ACTIVE + 1)]
    for one in people[:-1]:
        one.approved_by(boss)
    content(people[-1].enrol(), 201)

    assert refusal(boss.approve(people[-1])) == (409, "too-many-keys")


def test_revoked_keys_leave_room_for_as_many(boss: Person, officer: Person) -> None:
    for _ in range(MAX_ACTIVE):
        officer.key = Authenticator()
        officer.approved_by(boss)
    content(boss.decide(officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)

    assert [one["status"] for one in officer.own_keys()].count("active") == MAX_ACTIVE


def test_a_key_is_approved_through_at_most_sixteen_others(api: Api, boss: Person) -> None:
    approver = boss
    for number in range(16):
        approver = Person(api, "supervisor", f"approver-{number}").approved_by(approver)
    beyond = Person(api, "supervisor", "beyond")
    content(beyond.enrol(), 201)

    assert refusal(approver.approve(beyond)) == (409, "too-many-keys")
    assert [one["status"] for one in beyond.own_keys()] == ["pending"]


def test_a_persons_keys_are_told_without_those_of_others(api: Api, boss: Person, officer: Person) -> None:
    """Those that are active, and those that wait; an active one has no time from which it works."""
    officer.approved_by(boss)
    active = officer.key
    officer.key = Authenticator()
    content(officer.enrol(name="second"), 201)
    content(Person(api, "dispute-officer", "other").enrol(name="another person's"), 201)

    told = officer.own_keys()
    of_person = content(boss.get(f"/v1/principals/{officer.id}/keys"))

    (first, second), (one, two) = told, of_person["keys"]
    since, later = first["since"], second["since"]
    laptop = {"name": "work laptop", "since": since}
    waits = {"name": "second", "status": "pending", "since": later}
    assert first == laptop | {"key": active.key_id, "status": "active", "last_used": None}
    assert second == waits | {"key": officer.key.key_id, "last_used": None}
    approved = {"approved_by": boss.id, "works_from": one["works_from"]}
    assert one == laptop | approved | {"key": active.key_id, "status": "active"}
    assert two == waits | {"key": officer.key.key_id, "approved_by": None, "works_from": None}
    assert one["works_from"] >= since


def test_the_log_holds_what_was_done_to_keys(api: Api, boss: Person, officer: Person) -> None:
    """Each with the approver's role and the person it is about; also a code that was wrong, and what was denied."""
    content(officer.enrol(), 201)
    assert refusal(boss.approve(officer, code="ABCDEFGHJK")) == (422, "invalid-request")
    content(boss.approve(officer))
    content(boss.decide(officer, "revoke"))
    content(boss.decide(officer, "revoke"))
    other = Person(api, "dispute-officer", "other")
    content(other.enrol(), 201)
    content(boss.decide(other, "deny"))

    found = content(api.get(AUDITOR, "/v1/audit?limit=1000"))["entries"]

    done = [one for one in found if one["action"].startswith("key-") and one["principal"] != "service/command-line"]
    assert [outline(one) for one in done][-7:] == [
        {
            "action": action,
            "principal": by.id,
            "role": role,
            "outcome": outcome,
            "subject": about.id,
            "approved_by": [],
            "items": [],
            "facts": facts,
            "signed": signatures,
        }
        for action, by, role, outcome, signatures, about, facts in (
            ("key-enrol", officer, "", "done", 0, officer, True),
            ("key-approve", boss, "", "wrong-code", 0, officer, False),
            ("key-approve", boss, "supervisor", "done", 1, officer, True),
            ("key-revoke", boss, "supervisor", "done", 1, officer, True),
            ("key-revoke", boss, "supervisor", "done", 1, officer, True),
            ("key-enrol", other, "", "done", 0, other, True),
            ("key-deny", boss, "supervisor", "done", 1, other, True),
        )
    ]
