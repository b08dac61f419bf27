"""Enrolment of people's devices: by one person, approved by another, limited and revoked."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from masking_service.masking.timestamps import rfc3339
from masking_service.service.acts.state import MAX_REQUESTS_EACH
from masking_service.service.devices.state import RANDOM_BYTES, VALID_SECONDS, invite
from masking_service.service.devices.state import Device as StoredDevice
from masking_service.service.freezes.state import Freeze, Freezes
from tests.devices import Device
from tests.web.api import NUMBER, SITE, Api, Clock, Under, content, forget_keys, record, refusal, started
from tests.web.people import AUDITOR
from tests.web.proving import Proving, proven
from tests.web.signing import Person

NOW = 1_800_000_000


@pytest.fixture
def api(proving: Api) -> Api:
    proving.tokenize(record(), custody={"site": SITE})
    return proving


@pytest.fixture
def boss(api: Api) -> Person:
    return Person(api, "supervisor", "boss").bootstrap()


@pytest.fixture
def courier(api: Api) -> Proving:
    return Proving(api)


def decide(approver: Person, courier: Proving, what: str, **body: Any) -> Any:
    signature = approver.sign({"act": f"device-{what}", "principal": courier.id, "device": courier.device.id})
    return approver.post(courier.path(what), {"signed": signature} | body)


def approve(approver: Person, courier: Proving) -> Any:
    return decide(approver, courier, "approve", code=courier.device.code)


def test_a_name_shows_one_line_as_it_is(courier: Proving) -> None:
    answered = courier.enrol(name="a\nb\u202ec")

    assert refusal(answered) == (422, "invalid-request")
    assert courier.own() == []


def test_a_new_device_waits_for_another_person(
    api: Api, boss: Person, courier: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[tuple[str, str]] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, by, *_: raised.append((kind, by.id)))
    courier.token = courier.api.mint("courier", "c-1", sites=[SITE], phone="13900001111")
    made = content(courier.enrol(), 201)

    (waiting,) = content(boss.get("/v1/principals/devices"))["devices"]

    assert made == {"device": courier.device.id, "status": "pending"}
    assert (waiting["principal"], waiting["name"], waiting["others"]) == (courier.id, "round phone", 0)
    assert waiting["phone_ends"] == "1111"
    assert [one["status"] for one in courier.own()] == ["pending"]
    assert raised == [("key-pending", courier.id)]


def test_an_approved_device_shows_the_round(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)

    assert content(approve(boss, courier))["status"] == "active"

    assert courier.view(NUMBER).status_code == 200
    (held,) = content(boss.get(f"/v1/principals/{courier.id}/devices"))["devices"]
    assert (held["status"], held["approved_by"]) == ("active", boss.id)


def test_a_frozen_person_enrols_no_device_from_that_moment_on(api: Api, courier: Proving) -> None:
    """Live: this process has not heard of it yet."""
    of_another = Freezes(api.parts.store, api.parts.keyring, os.urandom)
    _, change = of_another.prepare_freeze("default", Freeze(courier.id, int(time.time()), "x", "dev/boss"))
    assert change.write()

    assert refusal(courier.enrol()) == (403, "frozen")


def test_a_device_enrols_with_a_proof_only(api: Api, courier: Proving) -> None:
    body = {"name": "x"}

    assert refusal(api.post(courier.token, "/v1/me/devices", body)) == (401, "device-proof-required")
    content(courier.enrol(), 201)
    assert refusal(courier.once("POST", "/v1/me/devices", body, rqh="x" * 43)) == (403, "signature-invalid")
    used = courier.prove("POST", "/v1/me/devices", b'{"name": "x"}')
    assert courier.once("POST", "/v1/me/devices", body, proof=used).status_code == 201
    assert refusal(courier.once("POST", "/v1/me/devices", body, proof=used)) == (403, "signature-invalid")


def test_a_device_that_was_approved_is_not_enrolled_twice(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)
    content(approve(boss, courier))

    assert content(courier.enrol(), 201) == {"device": courier.device.id, "status": "active"}
    assert [one["status"] for one in courier.own()] == ["active"]


def test_another_code_approves_nothing(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)

    assert refusal(decide(boss, courier, "approve", code=Device().code)) == (422, "invalid-request")
    assert [one["status"] for one in courier.own()] == ["pending"]


def test_an_approval_without_a_signature_is_none(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)

    assert refusal(boss.post(courier.path("approve"), {"code": courier.device.code})) == (401, "signature-required")


def test_an_approval_is_of_the_device_that_was_signed(api: Api, boss: Person, courier: Proving) -> None:
    thief = Proving(api)
    content(courier.enrol(), 201)
    content(thief.enrol(), 201)
    over_mine = boss.sign({"act": "device-approve", "principal": courier.id, "device": courier.device.id})

    answered = boss.post(thief.path("approve"), {"code": thief.device.code, "signed": over_mine})

    assert refusal(answered) == (403, "signature-invalid")


def test_a_device_that_is_approved_again_stays_as_it_is(boss: Person, courier: Proving) -> None:
    first, second = courier, Proving(courier.api)
    for one in (first, second):
        content(one.enrol(), 201)
        content(approve(boss, one))
    content(boss.post(first.path("revoke"), {}))

    again = [content(approve(boss, one)) for one in (first, second)]

    assert again == [
        {"device": first.device.id, "status": "revoked"},
        {"device": second.device.id, "status": "active"},
    ]
    assert [(one["device"], one["status"]) for one in courier.own()] == [
        (second.device.id, "active"),
        (first.device.id, "revoked"),
    ]


def test_no_person_approves_a_device_of_their_own(api: Api, boss: Person) -> None:
    own = Proving(api, "supervisor", "boss")
    content(own.enrol(), 201)

    assert refusal(approve(boss, own)) == (403, "forbidden")


def test_a_denied_device_is_gone(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)

    assert content(boss.post(courier.path("deny"), {})) == {"device": courier.device.id, "status": "revoked"}

    assert courier.own() == []
    assert refusal(courier.view(NUMBER)) == (403, "signature-invalid")


def test_a_revoked_device_proves_nothing_from_the_next_call_on(boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)
    content(approve(boss, courier))
    content(courier.view(NUMBER))

    revoked = content(boss.post(courier.path("revoke"), {"note": "lost"}))

    assert revoked == {"device": courier.device.id, "status": "revoked"}

    assert refusal(courier.view(NUMBER)) == (403, "signature-invalid")
    assert refusal(courier.enrol()) == (403, "signature-invalid")


def test_a_revocation_counts_in_every_process_at_once(under: Under) -> None:
    here = under(proven())
    here.tokenize(record(), custody={"site": SITE})
    courier = Proving(here).bootstrap()
    there = Proving(started(here.parts.settings), device=courier.device)
    content(there.view(NUMBER))

    content(here.post(here.mint("supervisor", "boss"), courier.path("revoke"), {}))

    assert refusal(there.view(NUMBER)) == (403, "signature-invalid")


def test_a_revocation_outlives_an_older_copy_of_the_devices(api: Api, boss: Person, courier: Proving) -> None:
    """A writer to the store brings back what the person had, in a process that has not read it yet."""
    content(courier.enrol(), 201)
    content(approve(boss, courier))
    person = api.parts.devices._person("default", courier.id)
    before = api.parts.store.read([person.reading_command()])[0]
    content(boss.post(courier.path("revoke"), {}))
    api.parts.store.write([(b"DEL", person._place), (b"HSET", person._place, *before)])
    forget_keys(api.parts.devices)

    assert refusal(courier.view(NUMBER)) == (403, "signature-invalid")


def test_devices_that_went_back_are_an_alarm(api: Api, boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)
    content(approve(boss, courier))
    content(courier.view(NUMBER))

    api.parts.store.write([(b"DEL", api.parts.devices._person("default", courier.id)._place)])

    assert refusal(courier.view(NUMBER)) == (503, "integrity")


def test_who_can_seal_state_can_still_add_no_device_with_a_foreign_approval(
    api: Api, boss: Person, courier: Proving
) -> None:
    """The approval of one device does not fit another one, whatever seals it."""
    content(courier.enrol(), 201)
    content(approve(boss, courier))
    (held,) = api.parts.devices.known_keys("default", courier.id)
    thief = Proving(api)
    values = {name: getattr(held, name) for name in held.__struct_fields__} | {"id": thief.device.id}
    assert api.parts.devices.prepare_key("default", courier.id, StoredDevice(**values)).write()

    assert refusal(thief.view(NUMBER)) == (503, "integrity")


def test_a_third_device_is_refused(api: Api, boss: Person) -> None:
    phones = [Proving(api) for _ in range(3)]
    for one in phones:
        content(one.enrol(), 201)

    answered = [approve(boss, one) for one in phones]

    assert [one.status_code for one in answered] == [200, 200, 409]
    assert refusal(answered[-1]) == (409, "too-many-keys")


def test_a_device_is_approved_through_at_most_sixteen_keys(api: Api, boss: Person, courier: Proving) -> None:
    approvers = [boss]
    for number in range(16):
        approvers.append(Person(api, "supervisor", f"approver-{number}").approved_by(approvers[-1]))
    content(courier.enrol(), 201)

    assert refusal(approve(approvers[16], courier)) == (409, "too-many-keys")
    assert content(approve(approvers[15], courier))["status"] == "active"


def test_no_request_displaces_another_persons(api: Api, boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)
    flood = [Proving(api, sub="c-2") for _ in range(MAX_REQUESTS_EACH + 2)]
    for one in flood:
        content(one.enrol(), 201)

    waiting = content(boss.get("/v1/principals/devices"))["devices"]

    assert [one["principal"] for one in waiting] == [courier.id] + ["dev/c-2"] * MAX_REQUESTS_EACH
    assert waiting[-1]["device"] == flood[-1].device.id


def test_a_full_list_refuses_and_drops_no_ones(
    api: Api, boss: Person, courier: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.service.acts.state.MAX_REQUESTS", 2)
    content(courier.enrol(), 201)
    content(Proving(api, sub="c-2").enrol(), 201)

    assert refusal(Proving(api, sub="c-3").enrol()) == (409, "too-many-keys")
    assert len(content(boss.get("/v1/principals/devices"))["devices"]) == 2


def test_an_api_key_and_a_policy_without_devices_enrol_none(api: Api, under: Under) -> None:
    assert refusal(api.post("courier", "/v1/me/devices", {"nmae": "x"})) == (403, "forbidden")
    refused = Proving(under(lambda _: None)).enrol()
    assert refusal(refused) == (403, "forbidden")
    assert "devices" in refused.get_json()["detail"]


def test_a_label_shows_no_one(courier: Proving) -> None:
    content(courier.enrol("李明的手机 13812345678"), 201)

    assert [one["name"] for one in courier.own()] == ["李*的手机 *******5678"]
    assert refusal(courier.enrol("  ")) == (422, "invalid-request")


def test_devices_are_approved_unsigned_where_the_policy_says_nothing(under: Under) -> None:
    api = under(proven())
    courier = Proving(api)
    content(courier.enrol(), 201)

    answered = api.post(api.mint("supervisor", "boss"), courier.path("approve"), {"code": courier.device.code})

    assert content(answered)["status"] == "active"


def test_the_log_holds_what_was_done_to_devices(api: Api, boss: Person, courier: Proving) -> None:
    content(courier.enrol(), 201)
    content(approve(boss, courier))
    content(boss.post(courier.path("revoke"), {}))

    found = content(api.get(AUDITOR, "/v1/audit?limit=1000"))["entries"]

    done = [(one["action"], one["principal"]) for one in found if one["action"].startswith("device-")]
    assert done == [("device-enrol", courier.id), ("device-approve", boss.id), ("device-revoke", boss.id)]
    (approved,) = [one for one in found if one["action"] == "device-approve"]
    assert len(approved["signed"]) == 1


def invited(api: Api, principal: str = "dev/c-1", phone: str = "", age: int = 0, at: int = 0) -> str:
    return invite(
        api.parts.keyring.tenant("default"), principal, phone, os.urandom(RANDOM_BYTES), (at or int(time.time())) - age
    )


def enrol_with(courier: Proving, invitation: str) -> Any:
    return courier.send("POST", "/v1/me/devices", {"name": "round phone", "invitation": invitation})


def test_an_invited_device_is_active_at_once(api: Api, courier: Proving, boss: Person) -> None:
    content(courier.enrol(), 201)  # it waited before the invitation came

    made = content(enrol_with(courier, invited(api, phone="13900001111")), 201)

    assert made == {"device": courier.device.id, "status": "active"}
    assert courier.view(NUMBER).status_code == 200
    assert content(boss.get("/v1/principals/devices"))["devices"] == []
    (held,) = content(boss.get(f"/v1/principals/{courier.id}/devices"))["devices"]
    assert (held["approved_by"], held["phone_ends"]) == ("service/command-line", "1111")


def test_all_that_is_kept_of_a_device_is_what_its_person_said_and_who_approved_it(api: Api, set_clock: Clock) -> None:
    """Its person alone sees it wait, beside those who approve."""
    set_clock(NOW)
    boss = Person(api, "supervisor", "boss").bootstrap()
    first, second, third = Proving(api), Proving(api, sub="c-2"), Proving(api, sub="c-3")
    said = {"device": "managed-4", "network": "198.51.100.0/24", "phone": "139 0000 1111"}
    first.token = api.mint("courier", "c-1", **said)
    for courier, name in ((first, " 收件人李明's phone "), (second, "round phone")):
        content(courier.enrol(name), 201)
    waiting, listed = kept(api, "requests_question", NOW), (first.own(), second.own())
    set_clock(NOW + 60)
    content(approve(boss, first))
    third.send(
        "POST", "/v1/me/devices", {"name": " 李明的手机 ", "invitation": invited(api, third.id, "13900002222", at=NOW)}
    )

    named = {"name": "收件人李*'s phone", "since": NOW, "roles": ["courier"], "phone": "13900001111"}
    assert waiting == [
        {"id": first.device.id, "principal": first.id, "device": "managed-4", "network": "198.51.100.0/24", **named},
        {"id": second.device.id, "principal": second.id, "name": "round phone", "since": NOW, "network": "127.0.0.0/24"}
        | {"roles": ["courier"]},
    ]
    shown = {"status": "pending", "since": rfc3339(NOW)}
    assert listed == (
        [{"device": first.device.id, "name": named["name"], **shown}],
        [{"device": second.device.id, "name": "round phone", **shown}],
    )
    (approved,), (of_invited,) = (kept(api, "keys_question", who) for who in (first.id, third.id))
    assert len(approved.pop("approvals")) == 1
    assert approved == {"id": first.device.id, "approved_at": NOW + 60, "approved_by": boss.id, **named}
    assert len(of_invited.pop("invitation")) == 22
    assert of_invited == {
        "id": third.device.id,
        "name": "李*的手机",
        "since": NOW + 60,
        "approved_at": NOW + 60,
        "approved_by": "service/command-line",
        "roles": ["courier"],
        "phone": "13900002222",
    }


def kept(api: Api, question: str, of: object) -> Any:
    """What the store holds of devices, opened."""
    asked = getattr(api.parts.devices, question)("default", of)
    api.parts.store.ask(asked)
    return msgspec.json.decode(msgspec.json.encode(asked.answer()))


def test_an_invitation_is_good_for_one_device_also_after_it_was_revoked(
    api: Api, boss: Person, courier: Proving
) -> None:
    invitation = invited(api)
    content(enrol_with(courier, invitation), 201)

    assert content(enrol_with(courier, invitation), 201)["status"] == "active"  # the same device again
    assert refusal(enrol_with(Proving(api), invitation)) == (403, "signature-invalid")
    content(decide(boss, courier, "revoke"))
    assert refusal(enrol_with(Proving(api), invitation)) == (403, "signature-invalid")
    assert refusal(enrol_with(courier, invited(api))) == (403, "signature-invalid")  # a revoked device stays revoked
    assert content(enrol_with(Proving(api), invited(api)), 201)["status"] == "active"


def test_of_devices_that_enrol_at_once_with_an_invitation_one_is_kept(api: Api) -> None:
    invitation = invited(api)
    devices = [Proving(api) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = [*pool.map(lambda one: enrol_with(one, invitation).status_code, devices)]

    assert sorted(answers) == [201] + [403] * 5
    assert [one["status"] for one in devices[0].own()] == ["active"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda api: invited(api, "dev/c-2"),
        lambda api: invited(api, age=VALID_SECONDS + 60),
        lambda api: invited(api)[:-1],
        lambda api: invited(api)[:40] + "A" + invited(api)[41:],
        lambda _: "A",
        lambda _: "é",
    ],
    ids=["another's", "old", "cut off", "spliced", "none", "not base64"],
)
def test_an_invitation_that_is_none_enrols_nothing(api: Api, courier: Proving, wrong: Any) -> None:
    assert refusal(enrol_with(courier, wrong(api))) == (403, "signature-invalid")
    assert courier.own() == []


def test_invitations_pass_no_limit(api: Api) -> None:
    for _ in range(2):
        content(enrol_with(Proving(api), invited(api)), 201)

    assert refusal(enrol_with(Proving(api), invited(api))) == (409, "too-many-keys")
