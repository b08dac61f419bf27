"""Acts that a person's own key has to sign: what a signature is good for, and what every other one is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import UNSET

from keys.public_keys import b64
from masking_audit.format.signed import verify_entry
from masking_service.runtime.clock import clock
from masking_service.service.people.signed_acts import SignedAct
from masking_service.store.client import Store
from tests.authenticators import PRESENT, Authenticator
from tests.web.api import NUMBER, Api, Clock, Json, Under, content, field, record, refusal, results, stripped
from tests.web.people import AUDITOR, PRIVACY, SUPERVISOR
from tests.web.signing import Person, signed

PHONE, NAME = field(NUMBER, "/sender/phone"), field(NUMBER, "/sender/name")
OPENING = {"act": "detokenize", "purpose": "dispute", "case": "D-1"}
INVALID = (403, "signature-invalid")


@pytest.fixture
def api(signing: Api) -> Api:
    """A service whose policy has acts signed, with a waybill and a case that names it."""
    signing.tokenize(record())
    signing.open_case("D-1", NUMBER)
    return signing


@pytest.fixture
def officer(api: Api) -> Person:
    return Person(api, "dispute-officer", "officer").bootstrap()


def entries(api: Api, **wanted: str) -> list[Json]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found: list[Json] = content(api.get(AUDITOR, f"/v1/audit?limit=1000&{query}"))["entries"]
    return found


def test_a_signed_opening_opens_what_was_signed(officer: Person) -> None:
    opened = results(officer.open(PHONE))

    assert [one["value"] for one in opened] == ["13812345678"]


def test_an_opening_without_a_signature_is_asked_for_one(api: Api, officer: Person) -> None:
    call = {"purpose": "dispute", "case": "D-1", "items": [PHONE]}

    answered = officer.post("/v1/detokenize", call)

    assert refusal(answered) == (401, "signature-required")
    assert answered.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_signature_is_good_for_one_call(api: Api, officer: Person) -> None:
    signature = officer.sign({**OPENING, "items": [PHONE]})

    first, second = officer.open(PHONE, signature=signature), officer.open(PHONE, signature=signature)

    assert first.status_code == 200
    assert refusal(second) == INVALID
    assert len(entries(api, action="detokenize", outcome="signature-invalid")) == 1


@pytest.mark.parametrize(
    "call",
    [
        pytest.param({"items": [NAME]}, id="another field"),
        pytest.param({"items": [PHONE, NAME, PHONE]}, id="a field more"),
        pytest.param({"items": [PHONE]}, id="a field less"),
        pytest.param({"items": [NAME, PHONE]}, id="another order"),
        pytest.param({"items": [field("SF2222222222", "/sender/phone"), NAME]}, id="another waybill"),
        pytest.param({"items": [PHONE, NAME], "case": "D-2"}, id="another case"),
        pytest.param({"items": [PHONE, NAME], "purpose": "redelivery"}, id="another purpose"),
    ],
)
def test_a_signature_is_over_exactly_what_is_called(api: Api, officer: Person, call: Json) -> None:
    api.open_case("D-2", NUMBER)
    signature = officer.sign({**OPENING, "items": [PHONE, NAME]})

    answered = officer.post("/v1/detokenize", {"purpose": "dispute", "case": "D-1", "signed": signature} | call)

    assert refusal(answered) == INVALID
    (entry,) = entries(api, action="detokenize", outcome="signature-invalid")
    assert entry["principal"] == officer.id


def test_a_signature_is_of_the_person_who_calls(api: Api, officer: Person) -> None:
    other = Person(api, "dispute-officer", "other").bootstrap()
    signature = officer.sign({**OPENING, "items": [PHONE]})

    assert refusal(other.open(PHONE, signature=signature)) == INVALID
    (entry,) = entries(api, action="detokenize", outcome="signature-invalid")
    assert entry["principal"] == other.id


def test_the_key_of_another_person_signs_nothing(api: Api, officer: Person) -> None:
    thief = Person(api, "dispute-officer", "thief").bootstrap()
    stolen = Person(api, "dispute-officer", "officer", thief.key)

    assert refusal(stolen.open(PHONE)) == INVALID


def test_a_key_that_is_not_approved_signs_nothing(api: Api) -> None:
    person = Person(api, "dispute-officer", "new")
    content(person.enrol(), 201)

    assert refusal(person.open(PHONE)) == INVALID


def _presence_only(key: Authenticator) -> None:
    key.flags = PRESENT


def _absent(key: Authenticator) -> None:
    key.flags = 0x04


def _elsewhere(key: Authenticator) -> None:
    key.origin = "https://desk.example.org"


def _other_site(key: Authenticator) -> None:
    key.rp_id = "example.org"


def _other_key(key: Authenticator) -> None:
    key._key = Authenticator()._key


def test_why_a_signature_is_wrong_is_in_the_log_alone(officer: Person, logged: Any) -> None:
    _elsewhere(officer.key)

    refused = officer.open(PHONE)

    assert b'"reason":"a signature was made on another page"' in logged.getvalue()
    assert b"desk.example.org" not in logged.getvalue()
    assert "page" not in refused.text


@pytest.mark.parametrize("spoil", [_presence_only, _absent, _elsewhere, _other_site, _other_key])
def test_every_wrong_signature_is_answered_alike(officer: Person, spoil: Callable[[Authenticator], None]) -> None:
    used = officer.sign({**OPENING, "items": [PHONE]})
    results(officer.open(PHONE, signature=used))
    spoil(officer.key)

    answered, again = officer.open(PHONE), officer.open(PHONE, signature=used)

    assert refusal(answered) == INVALID
    assert stripped(answered) == stripped(again)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"type": "webauthn.create"}, id="of a new key"),
        pytest.param({"client": {"challenge": "AAAA"}}, id="over another challenge"),
        pytest.param({"client": {"crossOrigin": True}}, id="inside another page"),
        pytest.param({"signature": "AAAA"}, id="no signature"),
        pytest.param({"signature": "no base64!"}, id="no base64url"),
        pytest.param({"client_data": "e30"}, id="empty client data"),
        pytest.param({"client_data": b64(b"[" * 1_500)}, id="deep client data"),
        pytest.param({"authenticator_data": "AAAA"}, id="short authenticator data"),
        pytest.param({"act": "AAAA"}, id="no ticket of the service"),
        pytest.param({"key": "AAAA"}, id="an unknown key"),
    ],
)
def test_a_malformed_signature_opens_nothing(officer: Person, change: dict[str, Any]) -> None:
    signature = officer.sign({**OPENING, "items": [PHONE]}, **change)

    assert refusal(officer.open(PHONE, signature=signature)) == INVALID


@pytest.mark.parametrize("sort", ["ES256", "EdDSA", "RS256"])
def test_each_sort_of_key_signs(api: Api, sort: Any) -> None:
    person = Person(api, "dispute-officer", f"with-{sort.lower()}", Authenticator(sort)).bootstrap()

    assert results(person.open(PHONE))[0]["value"] == "13812345678"


def test_more_fields_than_a_signature_opens_are_refused(officer: Person) -> None:
    items = [PHONE] * 6
    signature = officer.sign({**OPENING, "items": items[1:]})

    answered = officer.open(*items, signature=signature)

    assert refusal(answered) == (422, "invalid-request")
    assert answered.get_json()["errors"] == [{"pointer": "/items", "code": "too-many-items"}]


def test_as_many_fields_as_a_signature_opens_are_opened(officer: Person) -> None:
    opened = results(officer.open(*[PHONE] * 5))

    assert [one["value"] for one in opened] == ["13812345678"] * 5


def test_an_entry_holds_the_signature(api: Api, officer: Person) -> None:
    results(officer.open(PHONE))

    (entry,) = entries(api, action="detokenize")

    assert [sorted(one) for one in entry["signed"]] == [
        ["authenticator_data", "client_data", "key", "signature", "statement"]
    ]


def test_of_the_entries_of_a_hold_the_first_one_holds_its_signature(api: Api) -> None:
    first, second = (Person(api, PRIVACY, sub).bootstrap() for sub in ("privacy-1", "privacy-2"))
    content(first.post("/v1/holds", {"hold": "H-1", "reason": "letter", "waybills": [NUMBER]}), 201)
    for person, act in ((second, "set"), (second, "lift"), (first, "lift")):
        content(person.post(f"/v1/holds/H-1/{act}", {"signed": person.sign({"act": f"hold-{act}", "hold": "H-1"})}))

    signed = {
        action: [len(one.get("signed", ())) for one in entries(api, action=action)]
        for action in ("hold-set", "hold-lift-propose", "hold-lift")
    }
    assert signed == {"hold-set": [1, 0, 0], "hold-lift-propose": [1], "hold-lift": [1, 0, 0]}


def test_wrong_signatures_of_any_number_of_people_are_one_entry_a_minute_from_a_network(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forger of sign-ins acts as anyone: his log is no longer than that of one person. Each one raises the alert."""
    raised: list[str] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, *_: raised.append(kind))
    for sub in ("one", "two", "three"):
        person = Person(api, "dispute-officer", sub).bootstrap()
        assert refusal(person.open(PHONE, signature=person.sign({**OPENING, "items": [NAME]}))) == INVALID

    assert [one["principal"] for one in entries(api, action="detokenize", outcome="signature-invalid")] == ["dev/one"]
    assert raised.count("forged-sign-in") == 3


def test_no_number_of_forged_sign_ins_freezes_anyone(api: Api, officer: Person) -> None:
    forged = officer.sign({**OPENING, "items": [PHONE]}, signature="AAAA")
    for _ in range(120):
        officer.open(field("SF2222222222", "/sender/phone"), signature=forged)

    assert content(api.get(SUPERVISOR, "/v1/principals/frozen"))["principals"] == []
    assert results(officer.open(PHONE))[0]["value"] == "13812345678"


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ({"items": [PHONE] * 6}, (422, "invalid-request")),
        ({"items": [PHONE], "case": None}, (400, "case-required")),
        ({"items": [PHONE], "purpose": "regulator"}, (403, "forbidden")),
        ({"items": []}, (422, "invalid-request")),
        ({"items": [PHONE, {"tokne": "wbt"}]}, (422, "invalid-request")),
        ({"items": [7]}, (422, "invalid-request")),
    ],
    ids=["six fields", "no case", "a purpose of others", "no field", "an unknown member", "no object"],
)
def test_no_one_signs_what_the_opening_would_refuse(officer: Person, wanted: Json, answer: tuple[int, str]) -> None:
    act = {name: value for name, value in (OPENING | wanted).items() if value is not None}

    assert refusal(officer.post("/v1/acts", act)) == answer


CASE: Json = {"act": "case-open", "case": "D-9", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"}


@pytest.mark.parametrize(
    ("role", "act", "place"),
    [
        (
            "dispute-officer",
            OPENING | {"items": [{"waybill_no": NUMBER, "feild": ""}]},
            "/items/0/feild unknown-member",
        ),
        ("service-desk", CASE | {"waybills": ["13812345678"]}, "/waybills/0 invalid-waybill-no"),
        ("service-desk", CASE | {"reason": " "}, "/reason invalid-value"),
        (PRIVACY, {"act": "decoy-plant", "waybills": [7], "kind": "seed"}, "/waybills/0 invalid-waybill-no"),
        (PRIVACY, {"act": "decoy-plant", "waybills": [NUMBER], "kind": "sed"}, "/kind invalid-value"),
        (PRIVACY, {"act": "hold-set", "hold": "a/b"}, "/hold invalid-value"),
    ],
    ids=["item", "waybill", "reason", "decoy", "kind", "hold"],
)
def test_what_an_act_cannot_be_about_is_named(api: Api, role: str, act: Json, place: str) -> None:
    faults = Person(api, role, "anyone").post("/v1/acts", act).get_json()["errors"]

    assert f"{faults[0]['pointer']} {faults[0]['code']}" == place


def test_what_is_proposed_tells_nothing_of_what_exists(officer: Person) -> None:
    known, unknown = (
        content(officer.post("/v1/acts", OPENING | {"case": case, "items": [field(number, "/sender/phone")]}))
        for case, number in (("D-1", NUMBER), ("D-9", "SF2222222222"))
    )

    assert known["text"].replace("D-1", "D-9") == unknown["text"]
    assert (known.keys(), known["keys"]) == (unknown.keys(), unknown["keys"])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": UNSET}, ("/signed/key", "missing")),
        ({"key": 7}, ("/signed/key", "invalid-value")),
        ({"more": ""}, ("/signed/more", "unknown-member")),
    ],
    ids=["missing", "a number", "unknown"],
)
def test_a_wrong_member_of_a_signature_is_named(officer: Person, change: Json, place: tuple[str, str]) -> None:
    sent: Json = dict.fromkeys(("act", "key", "authenticator_data", "client_data", "signature"), "AAAA") | change
    given = {name: value for name, value in sent.items() if value is not UNSET}

    answered = officer.post("/v1/detokenize", {"purpose": "dispute", "case": "D-1", "items": [PHONE], "signed": given})

    assert [(one["pointer"], one["code"]) for one in answered.get_json()["errors"]] == [place]


@pytest.mark.parametrize(
    ("who", "act", "path", "body"),
    [
        ("supervisor", {"act": "case-approve", "case": "D-9"}, "/v1/cases/D-9/approve", {}),
        ("supervisor", {"act": "case-deny", "case": "D-9"}, "/v1/cases/D-9/deny", {}),
        ("supervisor", {"act": "unfreeze", "principal": "dev/x"}, "/v1/principals/dev%2Fx/thaw", {}),
        ("privacy-officer", {"act": "hold-set", "hold": "H-1"}, "/v1/holds/H-1/set", {}),
        (
            "privacy-officer",
            {"act": "decoy-plant", "waybills": ["SF8888888888"], "kind": "phantom"},
            "/v1/decoys",
            {"waybills": ["SF8888888888"], "kind": "phantom"},
        ),
    ],
)
def test_other_acts_are_done_with_a_signature_only(api: Api, who: str, act: Json, path: str, body: Json) -> None:
    api.open_case("D-9", *(f"SF{at:010}" for at in range(11)))
    api.post(PRIVACY, "/v1/holds", {"hold": "H-1", "reason": "a letter", "waybills": [NUMBER]})
    person = Person(api, who, who).bootstrap()
    other = act | (
        {"hold": "H-2"}
        if "hold" in act
        else {"case": "D-1"}
        if "case" in act
        else {"kind": "seed"}
        if "kind" in act
        else {"principal": "dev/y"}
    )

    unsigned = person.post(path, body)
    elsewhere = person.post(path, body | {"signed": person.sign(other)})
    done = person.post(path, body | {"signed": person.sign(act)})

    assert refusal(unsigned) == (401, "signature-required")
    assert refusal(elsewhere) == INVALID
    assert done.status_code == 200, done.text


def test_each_act_of_the_list_is_asked_for_a_signature_before_anything_is_looked_up(under: Under) -> None:
    """Nothing that the calls name exists."""
    key, device = "/v1/principals/dev%2Fx/keys/K", "/v1/principals/dev%2Fx/devices/D"
    privacy, supervisor = "privacy-officer", "supervisor"
    case = {"case": "D-9", "purpose": "dispute", "waybills": [NUMBER], "reason": "a letter"}
    calls: dict[str, tuple[str, str, str, Json | None]] = {
        "detokenize": (
            "dispute-officer",
            "POST",
            "/v1/detokenize",
            {"purpose": "dispute", "case": "D-9", "items": [PHONE]},
        ),
        "case-open": ("service-desk", "POST", "/v1/cases", case),
        "case-approve": (supervisor, "POST", "/v1/cases/D-9/approve", {}),
        "case-deny": (supervisor, "POST", "/v1/cases/D-9/deny", {}),
        "case-close": (supervisor, "POST", "/v1/cases/D-9/close", {}),
        "erase": (privacy, "DELETE", f"/v1/waybills/{NUMBER}", None),
        "freeze": (supervisor, "POST", "/v1/principals/dev%2Fx/freeze", {}),
        "unfreeze": (supervisor, "POST", "/v1/principals/dev%2Fx/thaw", {}),
        "decoy-plant": (privacy, "POST", "/v1/decoys", {"waybills": ["SF8888888888"], "kind": "phantom"}),
        "decoy-list": (privacy, "GET", "/v1/decoys", None),
        "decoy-remove": (privacy, "DELETE", "/v1/decoys", {"waybills": ["SF8888888888"]}),
        "unrestrict": (privacy, "DELETE", "/v1/restrictions", {"waybills": [NUMBER]}),
        "hold-set": (privacy, "POST", "/v1/holds/H-1/set", {}),
        "hold-lift": (privacy, "POST", "/v1/holds/H-1/lift", {}),
        "key-approve": (supervisor, "POST", f"{key}/approve", {"code": "ABCDEFGHJK"}),
        "key-deny": (supervisor, "POST", f"{key}/deny", {}),
        "key-revoke": (supervisor, "POST", f"{key}/revoke", {}),
        "device-approve": (supervisor, "POST", f"{device}/approve", {"code": "ABCDEFGHJK"}),
        "device-deny": (supervisor, "POST", f"{device}/deny", {}),
        "device-revoke": (supervisor, "POST", f"{device}/revoke", {}),
    }
    api = under(signed(sorted(act.value for act in SignedAct)))

    answers = {
        act: refusal(api.call(api.mint(role), method, path, body)) for act, (role, method, path, body) in calls.items()
    }

    assert answers == dict.fromkeys(SignedAct, (401, "signature-required"))


@pytest.mark.parametrize(
    ("role", "act", "path", "body"),
    [
        ("supervisor", {"act": "freeze", "principal": "dev/x"}, "/v1/principals/dev%2Fx/freeze", {}),
        (
            "service-desk",
            {"act": "case-open", "case": "D-8", "purpose": "dispute", "waybills": [NUMBER], "reason": "a letter"},
            "/v1/cases",
            {"case": "D-8", "purpose": "dispute", "waybills": [NUMBER], "reason": "a letter"},
        ),
    ],
)
def test_a_use_of_a_key_is_noted_where_the_entry_cannot_carry_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, role: str, act: Json, path: str, body: Json
) -> None:
    """In a cluster the entry and the use of the key are on different servers."""
    monkeypatch.setattr(type(api.parts.log), "writes_fields", False)
    person = Person(api, role, role).bootstrap()

    done = person.post(path, body | {"signed": person.sign(act)})

    assert done.status_code in (200, 201), done.text
    (key,) = content(person.get("/v1/me/keys"))["keys"]
    assert key["last_used"]


def test_a_case_with_the_signature_of_another_one_spends_nothing(api: Api) -> None:
    desk = Person(api, "service-desk", "desk").bootstrap()
    body = {"case": "D-8", "purpose": "dispute", "waybills": [NUMBER], "reason": "a letter"}
    before = content(desk.get("/v1/me/budgets"))
    signature = desk.sign({"act": "case-open", **body})

    assert refusal(desk.post("/v1/cases", body | {"case": "D-7", "signed": signature})) == (403, "signature-invalid")
    assert content(desk.get("/v1/me/budgets")) == before
    content(desk.post("/v1/cases", body | {"signed": desk.sign({"act": "case-open", **body})}), 201)
    assert content(desk.get("/v1/me/budgets")) != before


@pytest.mark.parametrize(
    ("act", "path", "other"),
    [
        ({"act": "decoy-remove", "waybills": ["SF8888888888"]}, "/v1/decoys", ["SF7777777777"]),
        ({"act": "unrestrict", "waybills": [NUMBER, "SF7777777777"]}, "/v1/restrictions", [NUMBER]),
    ],
)
def test_a_decoy_is_removed_and_a_restriction_ended_with_a_signature_only(
    api: Api, act: Json, path: str, other: list[str]
) -> None:
    person = Person(api, "privacy-officer", "privacy").bootstrap()
    body = {"waybills": act["waybills"]}
    content(api.post(PRIVACY, "/v1/restrictions", {"waybills": [NUMBER]}))

    def ended(**signed: Json) -> Any:
        return api.call(person.token, "DELETE", path, body | signed)

    unsigned, elsewhere = ended(), ended(signed=person.sign(act | {"waybills": other}))
    signature = person.sign(act)
    done, again = ended(signed=signature), ended(signed=signature)

    assert (refusal(unsigned), refusal(elsewhere)) == ((401, "signature-required"), INVALID)
    assert done.status_code == 200, done.text
    assert refusal(again) == INVALID
    (entry,) = entries(api, action=act["act"], outcome="done")
    assert verify_entry(entry) == hashlib.sha256(person.key.public_key).hexdigest()


def test_a_waybill_is_erased_with_a_signature_in_the_header(api: Api) -> None:
    person = Person(api, "privacy-officer", "privacy").bootstrap()
    signature = json.dumps(person.sign({"act": "erase", "waybill_no": NUMBER}))

    unsigned = api.call(person.token, "DELETE", f"/v1/waybills/{NUMBER}")
    headers = {"Signed-Act": b64(signature.encode())}
    erased = api.call(person.token, "DELETE", f"/v1/waybills/{NUMBER}", headers=headers)
    again = api.call(person.token, "DELETE", f"/v1/waybills/{NUMBER}", headers=headers)

    assert refusal(unsigned) == (401, "signature-required")
    assert erased.status_code == 200, erased.text
    assert refusal(again) == INVALID


def test_a_signature_that_erases_another_waybill_is_used_up(api: Api) -> None:
    person = Person(api, "privacy-officer", "privacy").bootstrap()
    signature = json.dumps(person.sign({"act": "erase", "waybill_no": NUMBER}))
    headers = {"Signed-Act": b64(signature.encode())}

    answers = [
        api.call(person.token, "DELETE", f"/v1/waybills/{number}", headers=headers)
        for number in ("SF7777777777", NUMBER)
    ]

    assert [refusal(answered) for answered in answers] == [INVALID, INVALID]
    assert api.get(person.token, f"/v1/waybills/{NUMBER}?profile=label").status_code == 200


def test_a_key_approves_a_key_and_the_entry_holds_both_signatures(api: Api) -> None:
    supervisor = Person(api, "supervisor", "boss").bootstrap()
    officer = Person(api, "dispute-officer", "officer").approved_by(supervisor)

    results(officer.open(PHONE))

    (entry,) = entries(api, action="detokenize")
    assert len(entry["signed"]) == 2


def test_an_api_key_cannot_sign(api: Api) -> None:
    assert refusal(api.detokenize(PHONE)) == (401, "signature-required")
    assert refusal(api.post(PRIVACY, "/v1/me/keys/options", {})) == (403, "forbidden")
    assert refusal(api.post(PRIVACY, "/v1/me/keys", {"nmae": "x"})) == (403, "forbidden")


def test_of_parallel_calls_with_one_signature_one_opens(api: Api, officer: Person) -> None:
    signature = officer.sign({**OPENING, "items": [PHONE]})

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: officer.open(PHONE, signature=signature), range(8))]

    assert sorted(one.status_code for one in answers) == [200] + [403] * 7


def test_a_signature_of_before_a_failover_is_asked_for_again(
    api: Api, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used up may not be known to another server."""
    signature = officer.sign({**OPENING, "items": [PHONE]})
    monkeypatch.setattr(Store, "run_id_of", lambda *_: b"another")

    assert refusal(officer.open(PHONE, signature=signature)) == (401, "signature-required")
    assert results(officer.open(PHONE))[0]["value"] == "13812345678"


def test_a_signature_of_one_tenant_is_none_in_another(api: Api, officer: Person) -> None:
    signature = officer.sign({**OPENING, "items": [PHONE]})
    elsewhere = Person(api, "dispute-officer", "officer", officer.key, tenant="other")

    assert refusal(elsewhere.open(PHONE, signature=signature)) == INVALID


def test_a_signature_waits_two_minutes_at_most(api: Api, officer: Person, set_clock: Clock) -> None:
    made = clock()
    signature = officer.sign({**OPENING, "items": [PHONE]})
    set_clock(made + 130)

    assert refusal(officer.open(PHONE, signature=signature)) == INVALID


def test_a_budget_that_is_spent_leaves_the_signature_unused(under: Under) -> None:
    def small(policy: dict[str, Any]) -> None:
        signed(["detokenize"])(policy)
        policy["roles"]["dispute-officer"]["budget"]["fields"] = {"1m": 1}

    service = under(small)
    service.tokenize(record())
    service.open_case("D-1", NUMBER)
    person = Person(service, "dispute-officer", "officer").bootstrap()
    items = [PHONE, NAME]
    signature = person.sign({**OPENING, "items": items})

    first, second = (person.open(*items, signature=signature) for _ in range(2))

    assert (refusal(first), refusal(second)) == ((429, "quota-exceeded"), (429, "quota-exceeded"))
