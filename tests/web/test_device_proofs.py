"""Calls that a person's own device has to prove: what a proof is good for, and what every other one is answered."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from masking_service.runtime.clock import clock
from masking_service.service.phone_calls.line import Line
from masking_service.store.client import Store
from tests.devices import URL, Device
from tests.web.api import (
    NUMBER,
    SITE,
    Api,
    Clock,
    Json,
    Under,
    content,
    record,
    refusal,
    started,
    stripped,
)
from tests.web.people import AUDITOR, COURIER, SUPERVISOR
from tests.web.proving import Proving, proven

PATH = f"/v1/waybills/{NUMBER}"
INVALID = (403, "signature-invalid")
REQUIRED = (401, "device-proof-required")


@pytest.fixture
def api(proving: Api) -> Api:
    """A service whose policy wants views, calls and searches proven, with a waybill at the couriers' site."""
    proving.tokenize(record(), custody={"site": SITE})
    return proving


@pytest.fixture
def courier(api: Api) -> Proving:
    return Proving(api).bootstrap()


def entries(api: Api, **wanted: str) -> list[Json]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found: list[Json] = content(api.get(AUDITOR, f"/v1/audit?limit=1000&{query}"))["entries"]
    return found


def test_a_proven_view_shows_the_waybill(courier: Proving) -> None:
    assert content(courier.view(NUMBER))["record"]["recipient"]["address"] == "一号楼二单元三零一"


def test_the_head_of_a_view_is_proven_as_one(courier: Proving) -> None:
    content(courier.view(NUMBER))
    assert courier.once("HEAD", f"/v1/waybills/{NUMBER}").status_code == 200
    proof = courier.prove("GET", f"/v1/waybills/{NUMBER}")
    assert courier.once("HEAD", f"/v1/waybills/{NUMBER}", proof=proof).status_code == 403


def test_a_view_without_a_proof_is_asked_for_one(api: Api, courier: Proving) -> None:
    answered = api.get(courier.token, PATH)

    assert refusal(answered) == REQUIRED
    assert answered.get_json()["nonce"] == answered.headers["DPoP-Nonce"]
    assert answered.headers["WWW-Authenticate"].startswith("Bearer")


def test_to_be_asked_for_a_proof_is_no_entry(api: Api, courier: Proving) -> None:
    api.get(courier.token, PATH)

    assert entries(api, action="view") == []


def test_who_may_not_view_learns_nothing_of_proofs(api: Api) -> None:
    assert refusal(api.get(api.mint("auditor"), PATH)) == (403, "forbidden")


def test_a_proof_is_good_for_one_call(courier: Proving) -> None:
    content(courier.view(NUMBER))
    proof = courier.prove("GET", PATH)

    first, second = (courier.once("GET", PATH, proof=proof) for _ in range(2))

    assert first.status_code == 200
    assert refusal(second) == INVALID


def test_proofs_of_two_devices_may_have_one_id(api: Api, courier: Proving) -> None:
    other = Proving(api, sub="c-2").bootstrap()
    for one in (courier, other):
        content(one.view(NUMBER))

    assert [one.once("GET", PATH, jti="1" * 22).status_code for one in (courier, other, courier)] == [200, 200, 403]


def test_of_parallel_calls_with_one_proof_one_is_answered(courier: Proving) -> None:
    content(courier.view(NUMBER))
    proof = courier.prove("GET", PATH)

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: courier.once("GET", PATH, proof=proof), range(8))]

    assert sorted(one.status_code for one in answers) == [200] + [403] * 7


def test_a_nonce_is_good_for_several_calls_at_once(courier: Proving) -> None:
    content(courier.view(NUMBER))
    nonce = courier.nonce

    assert [courier.once("GET", PATH, nonce=nonce).status_code for _ in range(2)] == [200, 200]


def test_a_nonce_that_has_had_half_its_life_is_followed_by_the_next(courier: Proving, set_clock: Clock) -> None:
    content(courier.view(NUMBER))
    first, given = courier.nonce, clock()
    courier.token = courier.api.mint("courier", "c-1", sites=[SITE], ttl=900)

    young = courier.once("GET", PATH)
    set_clock(given + 300)
    old = courier.once("GET", PATH)
    set_clock(given + 620)

    assert (young.status_code, "DPoP-Nonce" in young.headers) == (200, False)
    assert (old.status_code, courier.nonce != first) == (200, True)
    assert courier.once("GET", PATH).status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "another method": {"htm": "POST"},
    "another path": {"htu": f"{URL}/v1/waybills/SF2222222222"},
    "another host": {"htu": f"https://evil.example.com{PATH}"},
    "another scheme": {"htu": f"http://masking.example.com{PATH}"},
    "a user before the host": {"htu": f"https://x@masking.example.com{PATH}"},
    "no address": {"htu": None},
    "another access token": {"ath": "x" * 43},
    "no access token": {"ath": None},
    "another content": {"rqh": "x" * 43},
    "no content": {"rqh": None},
    "no id": {"jti": None},
    "a short id": {"jti": "1"},
    "an id that is no text": {"jti": 17},
    "no time": {"iat": None},
    "a time that is no number": {"iat": "now"},
    "a foreign nonce": {"nonce": "AAAA"},
    "a nonce that is no text": {"nonce": 7},
    "another type": {"header": {"typ": "JWT"}},
    "no key": {"header": {"jwk": None}},
    "another key": {"header": {"jwk": Device().jwk}},
    "a private key": {"header": {"jwk": {**Device().jwk, "d": "AAAA"}}},
    "something critical": {"header": {"crit": ["exp"], "exp": 1}},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_proof_shows_nothing(courier: Proving, change: dict[str, Any]) -> None:
    content(courier.view(NUMBER))

    assert refusal(courier.once("GET", PATH, **change)) == INVALID


def test_why_a_proof_is_wrong_is_in_the_log_alone(courier: Proving, logged: Any) -> None:
    content(courier.view(NUMBER))

    refused = courier.once("GET", PATH, htu=f"https://evil.example.com{PATH}")

    assert b'"reason":"a proof was made for another address"' in logged.getvalue()
    assert b"evil" not in logged.getvalue()
    assert "address" not in refused.text


@pytest.mark.parametrize("proof", ["x", "a.b.c", "é", "." * 4_000])
def test_what_is_no_proof_shows_nothing(courier: Proving, proof: str) -> None:
    assert refusal(courier.once("GET", PATH, proof=proof)) == INVALID


def test_every_wrong_proof_is_answered_alike(courier: Proving) -> None:
    content(courier.view(NUMBER))
    used = courier.prove("GET", PATH)
    content(courier.once("GET", PATH, proof=used))

    wrong = [courier.once("GET", PATH, **change) for change in WRONG.values()]

    again = courier.once("GET", PATH, proof=used)
    assert {str(stripped(one)) for one in wrong} == {str(stripped(again))}


def test_query_and_body_are_part_of_what_is_proven(api: Api, courier: Proving) -> None:
    content(courier.view(NUMBER))
    query = courier.prove("GET", f"{PATH}?profile=courier")
    assert content(courier.once("GET", f"{PATH}?profile=courier", proof=query))
    query = courier.prove("GET", f"{PATH}?profile=courier")
    body = courier.prove("POST", "/v1/waybills/view", b'{"waybills": ["SF2222222222"]}')

    assert refusal(courier.once("GET", f"{PATH}?profile=hidden", proof=query)) == (403, "forbidden")
    assert refusal(courier.once("GET", PATH, proof=query)) == INVALID
    assert refusal(courier.once("POST", "/v1/waybills/view", {"waybills": [NUMBER]}, proof=body)) == INVALID


def test_addresses_are_compared_as_the_service_reads_them(courier: Proving) -> None:
    content(courier.view(NUMBER))

    answered = courier.once("GET", PATH, htu=f"{URL}:443/v1/waybills/%53{NUMBER[1:]}?x=1#y")

    assert answered.status_code == 200


def test_forwarded_headers_decide_nothing(api: Api, courier: Proving) -> None:
    content(courier.view(NUMBER))
    proof = courier.prove("GET", PATH, htu=f"https://evil.example.com{PATH}")
    headers = {"DPoP": proof, "X-Forwarded-Host": "evil.example.com", "Host": "evil.example.com"}

    assert refusal(api.get(courier.token, PATH, headers=headers)) == INVALID


def test_a_proof_of_another_persons_device_shows_nothing(api: Api, courier: Proving) -> None:
    thief = Proving(api, sub="thief").bootstrap()
    forged = Proving(api, device=thief.device)

    assert refusal(forged.view(NUMBER)) == INVALID


def test_a_device_of_one_tenant_is_none_in_another(api: Api, courier: Proving) -> None:
    elsewhere = Proving(api, device=courier.device, tenant="other")

    assert refusal(elsewhere.view(NUMBER)) == INVALID


def test_a_device_is_good_in_the_roles_only_in_which_it_was_enrolled(api: Api, courier: Proving) -> None:
    assert courier.view(NUMBER).status_code == 200
    courier.token = api.mint("service-desk", "c-1")

    assert refusal(courier.view(NUMBER)) == INVALID


def test_a_nonce_is_for_the_person_who_asked(api: Api, courier: Proving) -> None:
    other = Proving(api, sub="c-2").bootstrap()

    assert refusal(courier.once("GET", PATH, nonce=other.nonce)) == INVALID


def test_a_device_that_waits_proves_nothing(api: Api) -> None:
    new = Proving(api, sub="new")
    content(new.enrol(), 201)

    assert refusal(new.view(NUMBER)) == INVALID


@pytest.mark.parametrize("sort", ["ES256", "EdDSA"])
def test_each_sort_of_key_proves(api: Api, sort: Any) -> None:
    person = Proving(api, sub=f"with-{sort.lower()}", device=Device(sort)).bootstrap()

    assert person.view(NUMBER).status_code == 200


def test_a_nonce_of_ten_minutes_ago_is_given_anew(courier: Proving, set_clock: Clock) -> None:
    content(courier.view(NUMBER))
    old = courier.nonce
    courier.token = courier.api.mint("courier", "c-1", sites=[SITE], ttl=900)
    set_clock(clock() + 620)

    assert refusal(courier.once("GET", PATH, nonce=old)) == REQUIRED
    assert courier.view(NUMBER).status_code == 200


def test_the_clock_of_the_device_does_not_count(courier: Proving) -> None:
    content(courier.view(NUMBER))

    assert courier.once("GET", PATH, iat=1).status_code == 200


def test_a_nonce_of_before_a_failover_is_given_anew(courier: Proving, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used up may not be known to another server."""
    content(courier.view(NUMBER))
    monkeypatch.setattr(Store, "run_id_of", lambda *_: b"another")

    assert refusal(courier.once("GET", PATH)) == REQUIRED
    assert courier.view(NUMBER).status_code == 200


def test_an_invalid_proof_is_an_entry_and_an_alert(api: Api, courier: Proving, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[str] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, *_: raised.append(kind))

    courier.once("GET", PATH, ath="x" * 43)

    (entry,) = entries(api, action="view", outcome="signature-invalid")
    assert (entry["principal"], raised) == (courier.id, ["forged-sign-in"])


def test_no_number_of_forged_sign_ins_spends_or_freezes(api: Api, courier: Proving) -> None:
    """The thief proves with a key of his own, in the name of the courier, as much as the budget holds, and again."""
    content(courier.view(NUMBER))
    forged = Proving(api)
    numbers = [f"SF{at:010}" for at in range(30)]
    for _ in range(120):
        assert refusal(forged.send("POST", "/v1/waybills/view", {"waybills": numbers})) == INVALID

    (budget,) = [
        one for one in content(api.get(courier.token, "/v1/me/budgets"))["budgets"] if one["counts"] == "full_views"
    ]
    assert budget["windows"][0]["left"] == budget["windows"][0]["limit"] - 1
    assert content(api.get(SUPERVISOR, "/v1/principals/frozen"))["principals"] == []
    assert courier.view(NUMBER).status_code == 200


def test_api_keys_prove_nothing(api: Api) -> None:
    """No issuer can make one."""
    assert api.get(COURIER, PATH).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/waybills/view", {"waybills": [NUMBER]}),
        ("POST", "/v1/calls", {"waybill_no": NUMBER}),
        ("POST", "/v1/search", {"last4": "1801", "site": SITE}),
    ],
)
def test_other_calls_are_proven_too(under: Under, method: str, path: str, body: Json) -> None:
    api = under(lambda policy: (proven()(policy), policy.update(search={"last4": True})))
    api.tokenize(record(), custody={"site": SITE})
    person = Proving(api, phone="13900001111").bootstrap()

    unproven = api.post(person.token, path, body)
    elsewhere = person.once(method, path, body, rqh="x" * 43)
    done = person.send(method, path, body)

    proof = person.prove(method, path, json.dumps(body).encode())
    once, again = (person.once(method, path, body, proof=proof) for _ in range(2))

    assert (refusal(unproven), refusal(elsewhere)) == (REQUIRED, INVALID)
    assert (done.status_code, once.status_code) in ((200, 200), (201, 200)), done.text
    assert refusal(again) == INVALID


def test_the_page_of_a_case_is_proven(api: Api) -> None:
    api.open_case("D-1", NUMBER)
    officer = Proving(api, "dispute-officer", "officer").bootstrap()
    path = "/v1/cases/D-1/page"

    assert refusal(api.get(officer.token, path)) == REQUIRED
    assert content(officer.send("GET", path))["waybills"][0]["view"]["record"]["recipient"]["name"] == "欧阳**"
    content(officer.send("GET", path))
    used = officer.prove("GET", path)
    assert officer.once("GET", path, proof=used).status_code == 200
    assert refusal(officer.once("GET", path, proof=used)) == INVALID

    (refused,) = entries(api, action="view", outcome="signature-invalid")
    assert (refused["principal"], refused["case"]) == (officer.id, "D-1")


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("courier", "GET", PATH, None),
        ("dispute-officer", "GET", "/v1/cases/D-1/page", None),
        ("courier", "POST", "/v1/waybills/view", {"waybills": [NUMBER]}),
        ("courier", "POST", "/v1/calls", {"waybill_no": NUMBER}),
        ("courier", "POST", "/v1/search", {"last4": "1801", "site": SITE}),
    ],
)
def test_no_call_is_proven_by_a_device_that_is_not_the_persons_own_or_was_revoked_elsewhere(
    under: Under, role: str, method: str, path: str, body: Json | None
) -> None:
    api = under(lambda policy: (proven()(policy), policy.update(search={"last4": True})))
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    own, unknown, waiting = (Proving(api, role, "officer", phone="13900001111") for _ in range(3))
    of_another = Proving(api, role, "officer", Proving(api, role, "other").bootstrap().device)
    own.bootstrap()
    content(waiting.enrol(), 201)

    answers = [person.send(method, path, body).status_code for person in (unknown, waiting, of_another, own)]
    elsewhere = started(api.parts.settings)
    content(elsewhere.post(elsewhere.mint("supervisor", "boss"), own.path("revoke"), {}))
    answers.append(own.send(method, path, body).status_code)

    assert answers == [403, 403, 403, 201 if path == "/v1/calls" else 200, 403]


def test_only_the_named_roles_prove(under: Under) -> None:
    api = under(proven(roles=["courier"]))
    api.tokenize(record(), custody={"site": SITE})

    both = api.mint(["courier", "dispute-officer"], sites=[SITE])

    assert api.get(api.mint("dispute-officer"), PATH).status_code == 200
    assert refusal(api.get(api.mint("courier", sites=[SITE]), PATH)) == REQUIRED
    assert refusal(api.get(both, f"{PATH}?profile=courier")) == REQUIRED


def test_calls_that_are_not_named_need_no_proof(under: Under) -> None:
    api = under(proven(["call"]))
    api.tokenize(record(), custody={"site": SITE})

    assert api.get(api.mint("courier", sites=[SITE]), PATH).status_code == 200


def test_a_caller_dials_from_the_number_of_the_device(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forged sign-in may claim the thief's own phone."""
    courier = Proving(api, phone="13900001111").bootstrap()
    bound: list[str] = []
    bind = Line.bind

    def heard(line: Line, own: str, *more: Any) -> Any:
        bound.append(own)
        return bind(line, own, *more)

    monkeypatch.setattr(Line, "bind", heard)
    courier.token = api.mint("courier", "c-1", sites=[SITE], phone="13666666666")
    made = courier.send("POST", "/v1/calls", {"waybill_no": NUMBER})

    assert made.status_code == 201, made.text
    assert bound == ["13900001111"]


def test_a_claimed_number_alone_calls_no_one(api: Api) -> None:
    courier = Proving(api).bootstrap()
    courier.token = api.mint("courier", "c-1", sites=[SITE], phone="13666666666")

    assert refusal(courier.send("POST", "/v1/calls", {"waybill_no": NUMBER})) == (403, "no-caller-number")


def test_a_person_is_told_what_to_prove_and_a_key_nothing(proving: Api) -> None:
    def proves(token: str) -> list[str]:
        found: list[str] = proving.get(token, "/v1/me").get_json()["proves"]
        return found

    assert proves(proving.mint("courier", "c-1")) == ["waybill-view", "call", "search"]
    assert proves(proving.mint("auditor", "a-1")) == []
    assert proves(proving.credentials["courier"]) == []
