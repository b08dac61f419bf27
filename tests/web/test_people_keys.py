"""Enrolment of people's keys: made by one person, approved by another, waiting, limited and revoked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import cbor2
import msgspec
import pytest

from keys.public_keys import b64, fingerprint
from masking_audit.format.entries import Signature
from masking_service.service.acts import deeds
from masking_service.service.acts.enrolment import MAX_ACTIVE
from masking_service.service.acts.registry import as_approved
from masking_service.service.acts.state import KeyRequest, PersonKey
from masking_service.service.people.principals import Principal
from masking_service.service.people.signed_acts import SignedAct
from tests.authenticators import PRESENT, RP_ID, Authenticator, Maker
from tests.web.api import NOW, NUMBER, Api, Clock, Json, Under, content, field, forget_keys, record, refusal, results
from tests.web.calls import freeze, outline
from tests.web.people import AUDITOR, SUPERVISOR
from tests.web.signing import SIGNED, Person, signed

PHONE = field(NUMBER, "/sender/phone")


@pytest.fixture
def api(signing: Api) -> Api:
    signing.tokenize(record())
    signing.open_case("D-1", NUMBER)
    return signing


@pytest.fixture
def boss(api: Api) -> Person:
    return Person(api, "supervisor", "boss").bootstrap()


@pytest.fixture
def officer(api: Api) -> Person:
    return Person(api, "dispute-officer", "officer")


def own(person: Person) -> list[Json]:
    found: list[Json] = content(person.get("/v1/me/keys"))["keys"]
    return found


def decide(approver: Person, person: Person, what: str) -> Any:
    act = {"act": f"key-{what}", "principal": person.id, "key": person.key.key_id}
    path = f"/v1/principals/{person.id}/keys/{person.key.key_id}/{what}"
    return approver.post(path, {"signed": approver.sign(act)})


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
    assert [(one["status"], one["last_used"]) for one in own(officer)] == [("pending", None)]
    assert raised == ["key-pending"]


@pytest.mark.parametrize("name", ["a\nb", "laptop\n", "a\u202eb", "a\u200bb", "\x1b[2J", " ", ""])
def test_a_name_shows_one_line_as_it_is(officer: Person, name: str) -> None:
    answered = officer.enrol(name=name)

    assert refusal(answered) == (422, "invalid-request")
    assert [one["pointer"] for one in answered.get_json()["errors"]] == ["/name"]
    assert own(officer) == []


@pytest.mark.parametrize("name", ["李*的手机", "work laptop", "téléphone 📱", "a"])
def test_a_name_is_in_any_script(officer: Person, name: str) -> None:
    assert officer.enrol(name=name).status_code == 201


def test_an_approved_key_is_active_and_says_when_it_was_used(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    results(officer.open(PHONE))

    (mine,) = own(officer)

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
    assert own(officer)[0]["status"] == "pending"


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

    denied = content(decide(boss, officer, "deny"))

    assert denied == {"key": officer.key.key_id, "status": "revoked"}
    act = {"act": "key-approve", "principal": officer.id, "key": officer.key.key_id}
    assert own(officer) == []
    assert boss.post("/v1/acts", act).status_code == 404


def test_a_revoked_key_signs_nothing_from_the_next_call_on(api: Api, boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    ready = officer.sign({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    revoked = content(decide(boss, officer, "revoke"))

    assert revoked == {"key": officer.key.key_id, "status": "revoked"}
    assert refusal(officer.open(PHONE, signature=ready)) == (403, "signature-invalid")
    assert own(officer)[0]["status"] == "revoked"


def test_a_revocation_outlives_an_older_copy_of_the_keys(api: Api, boss: Person, officer: Person) -> None:
    """A writer to the store brings back what the person had, in a process that has not read it yet."""
    officer.approved_by(boss)
    parts = api.parts
    person = parts.keyholders._person("default", officer.id)
    before = parts.store.read([person.reading_command()])[0]
    content(decide(boss, officer, "revoke"))
    parts.store.write([(b"DEL", person._place), (b"HSET", person._place, *before)])
    forget_keys(parts.keyholders)

    assert refusal(officer.open(PHONE)) == (403, "signature-invalid")


@pytest.mark.parametrize("change", ["deleted", "replayed"])
def test_keys_that_went_back_are_an_alarm(api: Api, boss: Person, officer: Person, change: str) -> None:
    officer.approved_by(boss)
    parts = api.parts
    person = parts.keyholders._person("default", officer.id)
    before = parts.store.read([person.reading_command()])[0]
    second = Person(api, "dispute-officer", "officer").approved_by(boss)
    results(second.open(PHONE))
    ready = second.sign({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    parts.store.write([(b"DEL", person._place)])
    if change == "replayed":
        parts.store.write([(b"HSET", person._place, *before)])

    assert refusal(second.open(PHONE, signature=ready)) == (503, "integrity")


def test_who_can_seal_state_can_still_add_no_key_with_a_foreign_approval(
    api: Api, boss: Person, officer: Person
) -> None:
    """The approval of one key does not fit another one, whatever seals it."""
    officer.approved_by(boss)
    parts = api.parts
    stolen = Authenticator()
    held = parts.keyholders._person("default", officer.id).keys[0]
    values = {name: getattr(held, name) for name in held.__struct_fields__}
    made = stolen.create({"challenge": "AAAA"})
    values |= {"id": stolen.key_id, "credential": made["id"], "public_key": b64(stolen.public_key)}
    assert parts.keyholders.prepare_key("default", officer.id, PersonKey(**values)).write()

    assert refusal(
        officer.post("/v1/acts", {"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})
    ) == (503, "integrity")


def test_who_can_seal_state_gives_no_approved_key_to_another_person(api: Api, boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    other = Person(api, "dispute-officer", "other", officer.key)
    (held,) = api.parts.keyholders.known_keys("default", officer.id)
    assert api.parts.keyholders.prepare_key("default", other.id, held).write()

    answered = other.post("/v1/acts", {"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    assert refusal(answered) == (503, "integrity")


def test_a_key_that_is_revoked_again_keeps_the_time_of_the_first(api: Api, boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    (held,) = api.parts.keyholders.known_keys("default", officer.id)
    revoked = msgspec.structs.replace(held, revoked_at=NOW)
    assert api.parts.keyholders.prepare_key("default", officer.id, revoked).write()

    content(decide(boss, officer, "revoke"))

    assert api.parts.keyholders.known_keys("default", officer.id) == (revoked,)


def test_who_can_seal_state_can_add_no_key_that_approves_itself(api: Api, officer: Person) -> None:
    """The approval is signed, names the person and the key, and claims to be of a supervisor."""
    stolen, keys = Authenticator(), api.parts.keyring.tenant("default")
    deed = deeds.on_key(SignedAct.KEY_APPROVE, keys, officer.id, fingerprint(stolen.public_key))
    supervisor = Principal("dev/boss", "default", ("supervisor",), frozenset(), "jwt")
    said = deeds.statement(deed, keys, supervisor, RP_ID, bytes(16), NOW)
    signed = stolen.sign({"act": "", "challenge": b64(hashlib.sha256(said).digest())})
    parts = (signed[name] for name in ("authenticator_data", "client_data", "signature"))
    made = PersonKey(
        id=stolen.key_id,
        credential=b64(stolen.credential),
        cose=b64(cbor2.dumps(stolen._cose())),
        public_key=b64(stolen.public_key),
        name="x",
        since=NOW,
        approved_at=NOW,
        approved_by=supervisor.id,
        works_from=NOW,
        approvals=(Signature(b64(said), b64(stolen.public_key), *parts),),
    )
    assert api.parts.keyholders.prepare_key("default", officer.id, made).write()

    answered = officer.post("/v1/acts", {"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    assert refusal(answered) == (503, "integrity")


def test_a_sixth_key_is_refused(api: Api, boss: Person) -> None:
    people = [Person(api, "dispute-officer", "officer") for _ in range(MAX_ACTIVE + 1)]
    for one in people[:-1]:
        one.approved_by(boss)
    content(people[-1].enrol(), 201)

    assert refusal(boss.approve(people[-1])) == (409, "too-many-keys")


def test_a_key_is_approved_through_at_most_sixteen_others(api: Api, boss: Person) -> None:
    approver = boss
    for number in range(16):
        approver = Person(api, "supervisor", f"approver-{number}").approved_by(approver)
    beyond = Person(api, "supervisor", "beyond")
    content(beyond.enrol(), 201)

    assert refusal(approver.approve(beyond)) == (409, "too-many-keys")
    assert [one["status"] for one in own(beyond)] == ["pending"]


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


@pytest.mark.parametrize("fault", ["origin", "rp_id", "flags"])
def test_a_key_that_was_made_elsewhere_or_without_the_person_is_refused(officer: Person, fault: str) -> None:
    setattr(officer.key, fault, {"origin": "https://desk.example.org", "rp_id": "example.org", "flags": PRESENT}[fault])

    assert refusal(officer.enrol()) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("counter", "alerts"), [(2, 1), (5, 1), (0, 0)], ids=["a step back", "the same again", "a key that does not count"]
)
def test_a_cloned_key_raises_an_alert_and_freezes_no_one(
    api: Api, officer: Person, monkeypatch: pytest.MonkeyPatch, counter: int, alerts: int
) -> None:
    raised: list[str] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, *_: raised.append(kind))
    officer.key.counter = 5
    officer.bootstrap()
    results(officer.open(PHONE))
    officer.key.counter = counter

    opened = results(officer.open(PHONE))

    assert opened[0]["value"] == "13812345678"
    assert raised.count("key-cloned") == alerts
    assert content(api.get(SUPERVISOR, "/v1/principals/frozen"))["principals"] == []


def test_the_highest_count_of_a_key_is_the_one_that_the_next_is_compared_with(
    api: Api, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the key that counts on from less is told of each time."""
    raised: list[str] = []
    monkeypatch.setattr(api.parts.alerts, "raise_alert", lambda kind, *_: raised.append(kind))
    officer.bootstrap()
    told = []
    for counter in (20, 10, 15, 30, 25, 40):
        officer.key.counter = counter
        results(officer.open(PHONE))
        told.append(raised.count("key-cloned"))

    assert told == [0, 1, 2, 2, 3, 3]


def test_a_new_key_signs_after_its_waiting_time(under: Under, set_clock: Clock) -> None:
    set_clock(NOW)
    api = under(signed(SIGNED, waiting="1d"))
    api.tokenize(record())
    api.open_case("D-1", NUMBER, expires_in=604_800)
    boss = Person(api, "supervisor", "boss").bootstrap()
    officer = Person(api, "dispute-officer", "officer").approved_by(boss)
    early = officer.open(PHONE)

    set_clock(NOW + 86_400)
    later = Person(api, "dispute-officer", "officer", officer.key)

    assert refusal(early) == (403, "signature-invalid")
    assert results(later.open(PHONE))[0]["value"] == "13812345678"


def test_a_replacement_that_two_people_approve_signs_at_once(under: Under) -> None:
    api = under(signed(SIGNED, waiting="1d"))
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    first, second = (Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2"))
    Person(api, "dispute-officer", "officer").bootstrap()
    replacement = Person(api, "dispute-officer", "officer").approved_by(first)
    alone = replacement.open(PHONE)

    content(second.approve(replacement))

    assert refusal(alone) == (403, "signature-invalid")
    assert results(replacement.open(PHONE))[0]["value"] == "13812345678"


def test_a_replacement_that_one_person_approves_twice_waits(under: Under) -> None:
    api = under(signed(SIGNED, waiting="1d"))
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    boss = Person(api, "supervisor", "boss").bootstrap()
    Person(api, "dispute-officer", "officer").bootstrap()
    replacement = Person(api, "dispute-officer", "officer").approved_by(boss)

    content(boss.approve(replacement))

    assert refusal(replacement.open(PHONE)) == (403, "signature-invalid")


def test_a_replacement_that_two_people_approve_unsigned_waits(under: Under) -> None:
    api = under(signed(["detokenize"], waiting="1d"))
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    Person(api, "dispute-officer", "officer").bootstrap()
    replacement = Person(api, "dispute-officer", "officer")
    content(replacement.enrol(), 201)

    for sub in ("boss-1", "boss-2"):
        content(Person(api, "supervisor", sub).bootstrap().approve(replacement, signed=None))

    assert refusal(replacement.open(PHONE)) == (403, "signature-invalid")


def test_a_key_that_may_leave_its_device_is_refused_where_the_policy_says_so(under: Under) -> None:
    api = under(signed(SIGNED, hardware="no-sync"))
    synced = Person(api, "dispute-officer", "one", Authenticator(synced=True))
    bound = Person(api, "dispute-officer", "two")

    assert refusal(synced.enrol()) == (422, "invalid-request")
    assert bound.enrol().status_code == 201


def test_a_touch_needs_a_model_whose_attestation_leads_to_its_root(under: Under, tmp_path: Path) -> None:
    maker, forger, silent = Maker(), Maker(), Maker(names_model=False)
    (tmp_path / "roots.pem").write_bytes(maker.pem())
    api = under(signed(SIGNED, hardware="touch", models={maker.model: "roots.pem"}))
    silent.root, silent._root_key, silent.names_model = maker.root, maker._root_key, False

    answers = {
        "attested": Person(api, "dispute-officer", "one").enrol(maker),
        "another root": Person(api, "dispute-officer", "two").enrol(forger),
        "no model in the certificate": Person(api, "dispute-officer", "three").enrol(silent),
        "no attestation": Person(api, "dispute-officer", "four").enrol(),
    }
    told = Person(api, "dispute-officer", "five")
    told.key.model = maker.model
    answers["the model's name alone"] = told.enrol()

    assert {name: one.status_code for name, one in answers.items()} == {
        "attested": 201,
        "another root": 422,
        "no model in the certificate": 422,
        "no attestation": 422,
        "the model's name alone": 422,
    }
    boss = Person(api, "supervisor", "boss")
    (waiting,) = content(boss.get("/v1/principals/keys"))["keys"]
    assert (waiting["principal"], waiting["model"]) == ("dev/one", maker.model)


def test_a_signature_that_was_made_under_another_policy_is_asked_for_again(under: Under, api: Api) -> None:
    """The same store under an edited policy: nothing is refused for good, and nothing is opened."""
    officer = Person(api, "dispute-officer", "officer").bootstrap()
    signature = officer.sign({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})
    changed = under(signed(SIGNED, fields_at_most=4))
    now = Person(changed, "dispute-officer", "officer", officer.key)

    assert refusal(now.open(PHONE, signature=signature)) == (401, "signature-required")


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
    assert len(own(officer)) == 1


def test_options_leave_out_the_keys_that_are_active(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    first = officer.key
    content(decide(boss, officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)

    left_out = content(officer.post("/v1/me/keys/options", {}))["publicKey"]["excludeCredentials"]

    assert [one["id"] for one in left_out] == [b64(officer.key.credential)] != [b64(first.credential)]


def test_a_persons_keys_are_told_without_those_of_others(api: Api, boss: Person, officer: Person) -> None:
    """Those that are active, and those that wait; an active one has no time from which it works."""
    officer.approved_by(boss)
    active = officer.key
    officer.key = Authenticator()
    content(officer.enrol(name="second"), 201)
    content(Person(api, "dispute-officer", "other").enrol(name="another person's"), 201)

    told = own(officer)
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


@pytest.mark.parametrize("unsigned", ["first", "second"])
def test_a_key_works_at_once_only_where_both_approvers_have_signed(
    under: Under, set_clock: Clock, unsigned: str
) -> None:
    set_clock(NOW)
    bare = [act for act in SIGNED if act != "key-approve"]
    api = under(signed(bare if unsigned == "first" else SIGNED, waiting="1d"))
    api.tokenize(record())
    bosses = [Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2")]
    Person(api, "dispute-officer", "officer").bootstrap()
    officer = Person(api, "dispute-officer", "officer")
    content(officer.enrol(), 201)
    content(bosses[0].approve(officer, **({"signed": None} if unsigned == "first" else {})))
    api = under(signed(SIGNED if unsigned == "first" else bare, waiting="1d"))
    second = Person(api, "supervisor", "boss-2", bosses[1].key)

    content(second.approve(officer, **({"signed": None} if unsigned == "second" else {})))

    api.parts.store.ask(keys := api.parts.keyholders.keys_question("default", officer.id))
    assert [one.works_from - NOW for one in keys.answer()] == [0, 86_400]


@pytest.mark.parametrize("where", ["with the key", "in the list that is read live"])
def test_a_key_that_is_revoked_at_one_of_its_two_places_is_not_approved_again(
    api: Api, boss: Person, officer: Person, where: str
) -> None:
    officer.approved_by(boss)
    keyholders, freezes = api.parts.keyholders, api.parts.freezes
    (held,) = keyholders.known_keys("default", officer.id)
    if where == "with the key":
        revoked = msgspec.structs.replace(held, revoked_at=1)
        assert keyholders.prepare_key("default", officer.id, revoked).write()
    else:
        assert freezes.prepare_revocation("default", held.id).write()

    assert refusal(boss.approve(officer)) == (404, "not-found")
    assert own(officer)[0]["status"] == "revoked"


def test_a_first_key_that_two_people_approve_waits_all_the_same(under: Under, set_clock: Clock) -> None:
    set_clock(NOW)
    api = under(signed(SIGNED, waiting="1d"))
    first, second = (Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2"))
    officer = Person(api, "dispute-officer", "officer").approved_by(first)
    content(second.approve(officer))

    (key,) = api.parts.keyholders.known_keys("default", officer.id)
    assert (key.works_from, key.approved_by) == (NOW + 86_400, first.id)


def test_revoked_keys_leave_room_for_as_many(boss: Person, officer: Person) -> None:
    for _ in range(MAX_ACTIVE):
        officer.key = Authenticator()
        officer.approved_by(boss)
    content(decide(boss, officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)

    assert [one["status"] for one in own(officer)].count("active") == MAX_ACTIVE


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


def test_only_active_keys_count_beside_one_that_waits(boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    content(decide(boss, officer, "revoke"))
    officer.key = Authenticator()
    officer.approved_by(boss)
    officer.key = Authenticator()
    content(officer.enrol(), 201)

    (waiting,) = content(boss.get("/v1/principals/keys"))["keys"]

    assert (waiting["key"], waiting["others"]) == (officer.key.key_id, 1)


def test_the_log_holds_what_was_done_to_keys(api: Api, boss: Person, officer: Person) -> None:
    """Each with the approver's role and the person it is about; also a code that was wrong, and what was denied."""
    content(officer.enrol(), 201)
    assert refusal(boss.approve(officer, code="ABCDEFGHJK")) == (422, "invalid-request")
    content(boss.approve(officer))
    content(decide(boss, officer, "revoke"))
    content(decide(boss, officer, "revoke"))
    other = Person(api, "dispute-officer", "other")
    content(other.enrol(), 201)
    content(decide(boss, other, "deny"))

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
