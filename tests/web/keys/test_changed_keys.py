"""Keys that were copied, or changed by a writer to the store."""

from __future__ import annotations

import hashlib

import cbor2
import msgspec
import pytest

from keys.public_keys import b64, fingerprint
from masking_audit.format.entries import Signature
from masking_service.service.acts import deeds
from masking_service.service.acts.state import PersonKey
from masking_service.service.people.principals import Principal
from masking_service.service.people.signed_acts import SignedAct
from tests.authenticators import RP_ID, Authenticator
from tests.web.api import NOW, Api, content, forget_keys, refusal, results
from tests.web.keys.conftest import PHONE
from tests.web.people import SUPERVISOR
from tests.web.signing import Person


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


def test_a_revocation_outlives_an_older_copy_of_the_keys(api: Api, boss: Person, officer: Person) -> None:
    """A writer to the store brings back what the person had, in a process that has not read it yet."""
    officer.approved_by(boss)
    parts = api.parts
    person = parts.keyholders._person("default", officer.id)
    before = parts.store.read([person.reading_command()])[0]
    content(boss.decide(officer, "revoke"))
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


def test_a_key_that_is_revoked_again_keeps_the_time_of_the_first(api: Api, boss: Person, officer: Person) -> None:
    officer.approved_by(boss)
    (held,) = api.parts.keyholders.known_keys("default", officer.id)
    revoked = msgspec.structs.replace(held, revoked_at=NOW)
    assert api.parts.keyholders.prepare_key("default", officer.id, revoked).write()

    content(boss.decide(officer, "revoke"))

    assert api.parts.keyholders.known_keys("default", officer.id) == (revoked,)


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
    assert officer.own_keys()[0]["status"] == "revoked"
