"""Legal holds over HTTP: two people set and lift them, and nothing of a held waybill is erased meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from keys.signatures import Verifier
from masking_audit.verify.store_check import Facts, check_store, read_new_entries
from masking_audit.verify.verifier import Verification
from masking_service.audit.streams import Streams
from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.service.holds.state import MAX_WAYBILLS
from masking_service.service.people.issuers import mint
from tests.service.people.policies import ISSUER, put
from tests.web.api import NOW, NUMBER, PHONE, SITE, Api, Clock, Json, Under, content, record, refusal, started, token
from tests.web.calls import entries
from tests.web.people import COURIER, OFFICER, PRIVACY
from tests.web.test_heard import PRIVATE_KEY, PUBLIC_KEY

PATH = f"/v1/waybills/{NUMBER}"
RETENTION = 180 * 86_400


def second(api: Api) -> str:
    """Another person of the privacy office."""
    return api.mint(PRIVACY, sub="privacy-2")


def propose(api: Api, *waybills: str, hold: str = "H-1", who: str = PRIVACY) -> Json:
    body = {"hold": hold, "reason": "letter of the police", "waybills": waybills or [NUMBER]}
    return content(api.post(who, "/v1/holds", body), 201)


def decide(api: Api, act: str, who: str, hold: str = "H-1") -> Json:
    return content(api.post(who, f"/v1/holds/{hold}/{act}"))


@pytest.fixture
def held(api: Api) -> Api:
    """A service with a held waybill."""
    api.tokenize(record())
    propose(api)
    decide(api, "set", second(api))
    return api


def lifted(api: Api) -> Json:
    decide(api, "lift", PRIVACY)
    return decide(api, "lift", second(api))


def test_a_held_waybill_is_not_erased(held: Api) -> None:
    assert refusal(held.call(PRIVACY, "DELETE", PATH)) == (409, "held")
    assert held.get(PRIVACY, PATH).status_code == 200


def test_that_it_was_to_be_erased_is_in_the_log(held: Api) -> None:
    held.call(PRIVACY, "DELETE", PATH)

    (entry,) = entries(held, "erase")
    assert (entry["outcome"], [one["outcome"] for one in entry["items"]]) == ("held", ["held"])


def test_a_proposed_hold_keeps_nothing(api: Api) -> None:
    api.tokenize(record())

    assert propose(api)["status"] == "proposed"
    assert api.call(PRIVACY, "DELETE", PATH).status_code == 200


def test_no_one_sets_the_hold_that_they_proposed(api: Api) -> None:
    propose(api)

    assert refusal(api.post(PRIVACY, "/v1/holds/H-1/set")) == (403, "own-hold")
    assert entries(api, "hold-set")[-1]["outcome"] == "own-hold"


def test_no_one_lifts_a_hold_alone(held: Api) -> None:
    assert decide(held, "lift", PRIVACY)["status"] == "lifting"

    assert refusal(held.post(PRIVACY, "/v1/holds/H-1/lift")) == (403, "own-hold")
    assert refusal(held.call(PRIVACY, "DELETE", PATH)) == (409, "held")


def test_who_proposed_a_hold_may_lift_it_where_another_person_proposed_that(held: Api) -> None:
    assert decide(held, "lift", second(held))["status"] == "lifting"

    assert decide(held, "lift", PRIVACY)["status"] == "lifted"


def test_a_hold_that_two_people_lifted_lets_the_waybill_be_erased(held: Api) -> None:
    assert lifted(held)["status"] == "lifted"

    assert held.call(PRIVACY, "DELETE", PATH).status_code == 200


def test_each_step_answers_the_whole_hold(api: Api, set_clock: Clock) -> None:
    """Setting it again stops its lifting, and another person can propose that then."""
    api.tokenize(record())
    one, other = ("client/privacy-officer", PRIVACY), ("dev/privacy-2", second(api))
    now = clock()

    def step(at: int, who: tuple[str, str], act: str) -> Json:
        set_clock(now + at)
        return propose(api) if act == "propose" else decide(api, act, who[1])

    def by(who: tuple[str, str], at: int) -> Json:
        return {"by": who[0], "at": rfc3339(now + at)}

    proposed = {
        "hold": "H-1", "status": "proposed", "reason": "letter of the police", "size": 1, "kept": 0,
        "proposed": by(one, 1), "set": None, "lift_proposed": None, "lifted": None,
    }  # fmt: skip
    kept = proposed | {"status": "set", "kept": 1, "set": by(other, 2)}
    lifting = kept | {"status": "lifting", "lift_proposed": by(other, 5)}

    assert step(1, one, "propose") == proposed
    assert step(2, other, "set") == kept
    assert step(3, one, "lift") == kept | {"status": "lifting", "lift_proposed": by(one, 3)}
    assert step(4, one, "set") == kept
    assert step(5, other, "lift") == lifting
    assert content(api.get(PRIVACY, "/v1/holds/H-1")) == lifting | {"waybills": [NUMBER]}
    ended = lifting | {"status": "lifted", "lifted": by(one, 6)}
    assert step(6, one, "lift") == ended
    assert step(7, other, "lift") == ended
    assert content(api.get(PRIVACY, "/v1/holds")) == {"holds": [ended]}
    assert content(api.get(PRIVACY, "/v1/holds/H-1")) == ended | {"waybills": []}


def test_a_hold_that_is_not_set_is_withdrawn_by_one_person(api: Api) -> None:
    propose(api)

    assert decide(api, "lift", PRIVACY)["status"] == "withdrawn"
    assert refusal(api.post(second(api), "/v1/holds/H-1/set")) == (409, "hold-ended")


def test_a_held_waybill_opens_after_its_expiry(held: Api, set_clock: Clock) -> None:
    (made,) = held.tokenize(record())
    set_clock(NOW + 2 * RETENTION)
    held.open_case("D-1", NUMBER)

    values = [one["value"] for one in held.opened(token(made["tokens"]["/sender/phone"]), PHONE)]

    assert values == ["13812345678"] * 2


def test_a_printer_does_not_learn_that_a_waybill_is_held(api: Api) -> None:
    api.tokenize(record())
    (before,) = api.tokenize(record())
    propose(api)
    decide(api, "set", second(api))

    assert api.tokenize(record()) == [before]


def test_a_hold_is_known_to_a_process_that_starts_later(held: Api) -> None:
    later = started(held.parts.settings)

    assert refusal(later.call(PRIVACY, "DELETE", PATH)) == (409, "held")
    assert content(later.get(PRIVACY, "/v1/holds/H-1"))["waybills"] == [NUMBER]


def test_a_hold_tells_how_many_of_its_waybills_are_kept(api: Api) -> None:
    api.tokenize(record())
    propose(api, NUMBER, "SF9999999999", NUMBER.lower())

    set_ = decide(api, "set", second(api))

    assert (set_["size"], set_["kept"]) == (2, 1)


def test_a_name_is_used_once(held: Api) -> None:
    body = {"hold": "H-1", "reason": "again", "waybills": [NUMBER]}

    assert refusal(held.post(PRIVACY, "/v1/holds", body)) == (409, "hold-exists")


def test_there_are_so_many_holds_beside_those_that_have_ended(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.service.holds.use.MAX_HOLDS", 2)
    for name in ("H-1", "H-2"):
        propose(api, hold=name)
    body = {"hold": "H-3", "reason": "letter", "waybills": [NUMBER]}
    refused = content(api.post(PRIVACY, "/v1/holds", body), 422)
    decide(api, "lift", PRIVACY, "H-1")

    assert refused["errors"] == [{"pointer": "/hold", "code": "too-many-holds"}]
    content(api.post(PRIVACY, "/v1/holds", body), 201)


def test_a_waybill_of_two_holds_is_held_until_both_are_lifted(held: Api) -> None:
    propose(held, hold="H-2")
    decide(held, "set", second(held), "H-2")
    lifted(held)

    assert refusal(held.call(PRIVACY, "DELETE", PATH)) == (409, "held")


def test_every_step_is_in_the_log_with_the_waybills_that_it_is_about(held: Api) -> None:
    lifted(held)

    steps = [
        (entry["action"], entry["case"], len(entry.get("items", ())))
        for entry in entries(held)
        if entry.get("case") == "H-1"
    ]

    assert steps == [
        ("hold-propose", "H-1", 0),
        ("hold-set", "H-1", 0),
        ("hold-set", "H-1", 1),
        ("hold-set", "H-1", 0),
        ("hold-lift-propose", "H-1", 0),
        ("hold-lift", "H-1", 0),
        ("hold-lift", "H-1", 1),
        ("hold-lift", "H-1", 0),
    ]


def test_another_tenant_sees_no_hold_of_this_one(held: Api) -> None:
    stranger = held.mint(PRIVACY, sub="stranger", tenant="other")

    assert content(held.get(stranger, "/v1/holds")) == {"holds": []}
    assert refusal(held.post(stranger, "/v1/holds/H-1/lift")) == (404, "not-found")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"hold": "a hold"}, "/hold", "invalid-value"),
        ({"reason": " "}, "/reason", "invalid-value"),
        ({"waybills": []}, "/waybills", "invalid-length"),
        ({"waybills": [NUMBER, "13812345678x", 7]}, "/waybills/2", "invalid-waybill-no"),
    ],
)
def test_a_malformed_hold_is_refused_and_says_where(api: Api, change: Json, pointer: str, code: str) -> None:
    body = {"hold": "H-1", "reason": "r", "waybills": [NUMBER], **change}

    problem = content(api.post(PRIVACY, "/v1/holds", body), 422)

    assert {"pointer": pointer, "code": code} in problem["errors"]


def test_a_hold_takes_as_many_waybills_as_it_says_in_time(api: Api) -> None:
    numbers = [f"SF{at:010}" for at in range(MAX_WAYBILLS)]
    propose(api, *numbers)

    assert decide(api, "set", second(api))["size"] == MAX_WAYBILLS


def test_an_entry_names_at_most_two_hundred_kept_waybills(fresh: Api) -> None:
    numbers = [f"SF{at:010}" for at in range(201)]
    fresh.tokenize(*[record(number) for number in numbers])
    propose(fresh, *numbers)

    assert decide(fresh, "set", second(fresh))["kept"] == 201
    assert [len(one["items"]) for one in entries(fresh, "hold-set")] == [0, 200, 1, 0]


def test_a_reason_is_kept_without_personal_data(api: Api) -> None:
    body = {"hold": "H-1", "reason": "客户李明投诉，call 13812345678", "waybills": [NUMBER]}

    assert content(api.post(PRIVACY, "/v1/holds", body), 201)["reason"] == "客户李*投诉，call *******5678"


@pytest.mark.parametrize("path", ["", "/H-1/set", "/H-1/lift"])
def test_a_sign_in_that_is_too_weak_to_open_values_changes_no_hold(under: Under, tmp_path: Path, path: str) -> None:
    (tmp_path / "issuer.pem").write_bytes(PUBLIC_KEY)
    strict = {**ISSUER, "keys": "issuer.pem", "roles": [PRIVACY], "unmasking": {"acr": "2"}}
    api = under(put("issuers", {"staff": strict}))
    propose(api)
    before = content(api.get(PRIVACY, "/v1/holds"))
    body = {"hold": "H-2", "reason": "letter", "waybills": [NUMBER]}

    def answered(acr: str) -> tuple[int, str]:
        who = mint(PRIVATE_KEY, iss=ISSUER["issuer"], sub="p-1", roles=[PRIVACY], ttl=600, now=clock(), acr=acr)
        called = api.post(who, f"/v1/holds{path}", None if path else body)
        return called.status_code, called.get_json().get("code", "")

    assert answered("1") == (401, "sign-in-required")
    assert content(api.get(PRIVACY, "/v1/holds")) == before
    assert answered("2")[0] in (200, 201)


def test_an_officer_may_not_know_of_holds(held: Api) -> None:
    assert refusal(held.get(OFFICER, "/v1/holds")) == (403, "forbidden")


def unexplained(api: Api) -> list[str]:
    """What the log does not explain of the store, a minute later."""
    facts, verification = Facts(), Verification(Verifier(api.parts.keyring.audit_signer.public_pem()))

    def learn() -> None:
        for line in read_new_entries(Streams(api.parts.store), verification):
            facts.add(line)

    learn()
    found = check_store(api.parts.store, facts, learn, lambda: clock() + 60)
    return [f"{one.what}: {one.mismatch.kind}" for one in found]


@pytest.fixture
def seen(api: Api) -> Api:
    """A service with a held, restricted waybill of which there are disclosures."""
    api.tokenize(record(), custody={"site": SITE})
    content(api.get(COURIER, PATH))
    content(api.post(PRIVACY, "/v1/restrictions", {"waybills": [NUMBER]}))
    propose(api)
    decide(api, "set", second(api))
    return api


def test_the_log_explains_what_a_hold_keeps(seen: Api) -> None:
    assert unexplained(seen) == []


def test_the_log_explains_what_is_left_of_a_lifted_hold(seen: Api) -> None:
    lifted(seen)

    assert unexplained(seen) == []


@pytest.mark.parametrize("key", ["wm:{t:*}holds", "wm:{t:*}hold:*", "wm:{????????????????}~"])
def test_a_hold_or_restriction_that_was_deleted_from_the_store_is_found(seen: Api, key: str) -> None:
    with redis.Redis.from_url(seen.parts.settings.redis_url) as client:
        client.delete(*client.keys(key))

    assert {one.rpartition(": ")[2] for one in unexplained(seen)} == {"deleted"}
