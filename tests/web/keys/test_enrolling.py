"""Which keys people enrol, and what is kept of one that waits for approval."""

from __future__ import annotations

import pytest

from keys.public_keys import b64
from masking_service.service.acts.state import KeyRequest, PersonKey, as_approved
from tests.authenticators import PRESENT, Authenticator
from tests.web.api import Api, content, refusal
from tests.web.calls import freeze
from tests.web.signing import Person


def test_a_new_key_waits_for_another_person(
    api: Api, boss: Person, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[str] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, *_: raised.append(kind))
    officer.token = api.mint("dispute-officer", "officer", device="laptop-7", network="198.51.100.0/24")
    made = content(officer.enrol(), 201)

    (waiting,) = content(boss.get("/v1/principals/keys"))["keys"]

    assert made == {"key": officer.key.key_id, "status": "pending"}
    assert waiting == {
        "principal": officer.id,
        "roles": ["dispute-officer"],
        "key": officer.key.key_id,
        "name": "work laptop",
        "since": waiting["since"],
        "device": "laptop-7",
        "network": "198.51.100.0/24",
        "model": None,
        "synced": False,
        "others": 0,
    }
    assert [(one["status"], one["last_used"]) for one in officer.own_keys()] == [("pending", None)]
    assert raised == ["key-pending"]


def test_all_that_is_kept_of_a_key_while_it_waits_and_when_it_is_approved(api: Api, boss: Person) -> None:
    """Its name is masked; device, network and roles are those of the sign-in."""
    key = Authenticator(synced=True)
    officer = Person(
        api, "dispute-officer", "officer", key, device="laptop-7", network="198.51.100.0/24", phone="13900000001"
    )
    content(officer.enrol(name="  13812345678 laptop "), 201)
    parts = api.parts
    waiting = parts.keyholders.requests_question("default", 0)
    parts.store.ask(waiting)
    (request,) = waiting.answer()
    content(boss.approve(officer))

    kept = KeyRequest(
        id=key.key_id,
        principal=officer.id,
        credential=b64(key.credential),
        cose=request.cose,
        public_key=b64(key.public_key),
        name="*******5678 laptop",
        since=request.since,
        device="laptop-7",
        network="198.51.100.0/24",
        roles=("dispute-officer",),
        synced=True,
    )
    (approved,) = parts.keyholders.known_keys("default", officer.id)
    at = approved.approved_at
    assert (request, approved) == (kept, as_approved(PersonKey, kept, boss.id, approved.approvals, at, works_from=at))
    assert (len(approved.approvals), 0 <= at - request.since < 60) == (1, True)


@pytest.mark.parametrize("name", ["a\nb", "laptop\n", "a\u202eb", "a\u200bb", "\x1b[2J", " ", ""])
def test_a_name_shows_one_line_as_it_is(officer: Person, name: str) -> None:
    answered = officer.enrol(name=name)

    assert refusal(answered) == (422, "invalid-request")
    assert [one["pointer"] for one in answered.get_json()["errors"]] == ["/name"]
    assert officer.own_keys() == []


@pytest.mark.parametrize("name", ["李*的手机", "work laptop", "téléphone 📱", "a"])
def test_a_name_is_in_any_script(officer: Person, name: str) -> None:
    assert officer.enrol(name=name).status_code == 201


def test_new_key_options_are_good_for_one_key(officer: Person) -> None:
    options = content(officer.post("/v1/me/keys/options", {}))
    body = {"name": "x", "options": options["options"], "credential": officer.key.create(options["publicKey"])}

    first, second = officer.post("/v1/me/keys", body), officer.post("/v1/me/keys", body)

    assert first.status_code == 201
    assert refusal(second) == (403, "signature-invalid")


def test_new_key_options_are_the_callers_own(api: Api, officer: Person) -> None:
    other = Person(api, "dispute-officer", "other")
    options = content(officer.post("/v1/me/keys/options", {}))
    body = {"name": "x", "options": options["options"], "credential": other.key.create(options["publicKey"])}

    assert refusal(other.post("/v1/me/keys", body)) == (403, "signature-invalid")


def test_options_leave_out_the_keys_that_are_active(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    first = officer.key
    content(boss.decide(officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)

    left_out = content(officer.post("/v1/me/keys/options", {}))["publicKey"]["excludeCredentials"]

    assert [one["id"] for one in left_out] == [b64(officer.key.credential)] != [b64(first.credential)]


def test_a_key_that_the_person_has_is_not_enrolled_again_under_another_credential_or_key(
    api: Api, officer: Person
) -> None:
    officer.bootstrap()
    same_key, same_credential = (Person(api, "dispute-officer", "officer", Authenticator()) for _ in range(2))
    same_key.key._key = officer.key._key
    same_credential.key.credential = officer.key.credential

    answers = [person.enrol() for person in (officer, same_key, same_credential)]

    assert [refusal(one) for one in answers] == [(422, "invalid-request")] * 3
    assert [[fault["pointer"] for fault in one.get_json()["errors"]] for one in answers] == [["/credential"]] * 3
    assert len(officer.own_keys()) == 1


@pytest.mark.parametrize("fault", ["origin", "rp_id", "flags"])
def test_a_key_that_was_made_elsewhere_or_without_the_person_is_refused(officer: Person, fault: str) -> None:
    setattr(officer.key, fault, {"origin": "https://desk.example.org", "rp_id": "example.org", "flags": PRESENT}[fault])

    assert refusal(officer.enrol()) == (422, "invalid-request")


def test_only_active_keys_count_beside_one_that_waits(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    content(boss.decide(officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)
    officer.key = Authenticator()
    content(officer.enrol(), 201)

    (waiting,) = content(boss.get("/v1/principals/keys"))["keys"]

    assert (waiting["key"], waiting["others"]) == (officer.key.key_id, 1)


def test_a_frozen_person_neither_reads_nor_adds_keys(api: Api, officer: Person) -> None:
    options = content(officer.post("/v1/me/keys/options", {}))
    body = {"name": "x", "options": options["options"], "credential": officer.key.create(options["publicKey"])}
    freeze(api, officer.id)

    answers = (
        officer.get("/v1/me/keys"),
        officer.post("/v1/me/keys/options", {}),
        officer.post("/v1/me/keys", body),
    )

    assert [refusal(one) for one in answers] == [(403, "frozen")] * 3
