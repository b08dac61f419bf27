"""What a policy asks of people's keys: that new ones wait, and what they are made by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authenticators import Authenticator, Maker
from tests.web.api import NOW, NUMBER, Api, Clock, Under, content, record, refusal, results
from tests.web.keys.conftest import PHONE
from tests.web.signing import SIGNED, Person, signed


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


def test_a_first_key_that_two_people_approve_waits_all_the_same(under: Under, set_clock: Clock) -> None:
    set_clock(NOW)
    api = under(signed(SIGNED, waiting="1d"))
    first, second = (Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2"))
    officer = Person(api, "dispute-officer", "officer").approved_by(first)
    content(second.approve(officer))

    (key,) = api.parts.keyholders.known_keys("default", officer.id)
    assert (key.works_from, key.approved_by) == (NOW + 86_400, first.id)


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
