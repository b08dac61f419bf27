"""Seeds: parcels with a phone of the company's own. The office learns who saw one that rang, and no other phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.settings import Settings
from masking_service.service.decoys.state import hash_number
from masking_service.service.disclosures.state import Disclosure, Disclosures, PhoneCalled
from masking_service.service.people.issuers import mint
from tests.service.people.policies import ISSUER
from tests.web.api import NOW, SITE, Api, Clock, Json, Under, content, field, record, refusal, started
from tests.web.calls import entries, freeze
from tests.web.people import COURIER, PRIVACY
from tests.web.test_decoys import FROZEN, PHANTOM, plant, planted

SEED = "SF3333333333"
OWN, OWN_TOO, LANDLINE = "13900000001", "13900000002", "2159791234"
CUSTOMERS = "13812345678"
KEY = ec.generate_private_key(ec.SECP256R1())
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def make(under: Under, settings: Settings) -> Callable[..., Api]:
    """Makes a service whose policy lists own numbers, of which one is a part of another, after a further edit."""
    keys = open_keyring(settings).tenant("default")

    def made(edit: Callable[[dict[str, Any]], object] = lambda _: None) -> Api:
        def both(document: dict[str, Any]) -> None:
            document["decoys"] = {"own_numbers": [hash_number(keys, one) for one in (OWN, OWN[1:], OWN_TOO, LANDLINE)]}
            edit(document)

        return under(both)

    return made


@pytest.fixture
def office(make: Callable[..., Api]) -> Api:
    return make()


def heard(api: Api, phone: str, who: str = PRIVACY) -> Json:
    return content(api.post(who, "/v1/decoys/heard", {"phone": phone}))


def disclosed(api: Api, number: str) -> Json:
    return content(api.get(PRIVACY, f"/v1/waybills/{number}/disclosures"))


def budget(**windows: int) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["roles"]["privacy-officer"]["budget"].update(decoys=windows)


NOTHING: Json = {"waybills": [], "heard": 0, "seen": []}


class TestPlanting:
    @pytest.mark.parametrize(
        "phones",
        [
            {"recipient__phone": OWN},
            {"sender__phone": "+86 139-0000-0001"},
            {"recipient__phone": "021-59791234"},
        ],
        ids=["the recipient's", "the sender's", "a landline"],
    )
    def test_a_seed_has_a_number_of_the_companys_own(self, office: Api, phones: Json) -> None:
        office.tokenize(record(SEED, **phones))

        assert content(plant(office, SEED, kind="seed")) == {"planted": 1}

    @pytest.mark.parametrize("why", ["customer's phone", "unknown", "other tenant", "erased"])
    def test_any_other_seed_is_refused_with_one_answer(self, office: Api, why: str) -> None:
        if why == "customer's phone":
            office.tokenize(record(SEED, recipient__phone=CUSTOMERS))
        elif why == "other tenant":
            office.tokenize(record(SEED, recipient__phone=OWN), who="other-tenant-printer")
        elif why == "erased":
            office.tokenize(record(SEED, recipient__phone=OWN))
            content(office.call(PRIVACY, "DELETE", f"/v1/waybills/{SEED}"))
        answered = plant(office, SEED, kind="seed")

        assert refusal(answered) == (422, "invalid-request")
        assert [(one["pointer"], one["code"]) for one in answered.get_json()["errors"]] == [
            ("/waybills/0", "no-own-number")
        ]
        assert planted(office) == []
        entry = entries(office, "decoy-plant")[-1]
        assert (entry["outcome"], entry.get("items", [])) == ("not-found", [])

    def test_no_seed_is_planted_where_the_policy_lists_no_number(self, fresh: Api) -> None:
        fresh.tokenize(record(SEED, recipient__phone=OWN))

        assert refusal(plant(fresh, SEED, kind="seed")) == (422, "invalid-request")

    def test_one_waybill_without_an_own_number_refuses_the_call(self, office: Api) -> None:
        office.tokenize(record(SEED, recipient__phone=OWN), record(PHANTOM, recipient__phone=CUSTOMERS))
        answered = plant(office, SEED.lower(), SEED, PHANTOM, kind="seed")

        assert [one["pointer"] for one in answered.get_json()["errors"]] == ["/waybills/2"]
        assert planted(office) == []

    def test_an_old_revision_with_an_own_number_is_not_enough(self, office: Api) -> None:
        office.tokenize(record(SEED, recipient__phone=OWN))
        office.tokenize(record(SEED, recipient__phone=CUSTOMERS), on_conflict="revise")

        assert refusal(plant(office, SEED, kind="seed")) == (422, "invalid-request")

    def test_refused_seeds_are_misses(self, office: Api) -> None:
        limit = office.parts.acting.policy.rules.watch.misses
        office.parts.freezes.add_misses(principal(office), limit - 1)
        plant(office, SEED, kind="seed")

        assert refusal(plant(office, PHANTOM)) == FROZEN

    def test_a_seed_freezes_nobody(self, office: Api) -> None:
        office.tokenize(record(SEED, recipient__phone=OWN), custody={"site": SITE})
        plant(office, SEED, kind="seed")

        assert [office.get(COURIER, f"/v1/waybills/{SEED}").status_code for _ in range(2)] == [200, 200]

    def test_the_list_tells_of_a_seed(self, office: Api, set_clock: Clock) -> None:
        set_clock(NOW)
        office.tokenize(record(SEED, recipient__phone=OWN))
        plant(office, SEED, kind="seed")

        assert planted(office) == [
            {
                "waybill_no": SEED,
                "kind": "seed",
                "planted_at": "2026-11-30T00:53:20Z",
                "planted_by": "client/privacy-officer",
                "hits": 0,
                "last_hit": None,
                "recent": [],
                "heard_at": None,
            }
        ]


def principal(api: Api) -> Any:
    """The privacy officer of the development set-up, as the service knows them."""
    return api.parts.acting.authenticator.authenticate(f"Bearer {api.credentials[PRIVACY]}", "127.0.0.1", NOW)


class TestHearing:
    @pytest.fixture
    def office(self, office: Api) -> Api:
        """An office with a seed."""
        office.tokenize(record(SEED, recipient__phone=OWN, sender__phone=CUSTOMERS), custody={"site": SITE})
        plant(office, SEED, kind="seed")
        return office

    @pytest.mark.parametrize(
        "phone",
        [OWN, "139-0000-0001", "+86 13900000001", "008613900000001", "１３９０００００００１"],
        ids=["plain", "with hyphens", "+86", "0086", "full width"],
    )
    def test_a_phone_is_heard_in_any_spelling(self, office: Api, phone: str) -> None:
        assert heard(office, phone)["waybills"] == [SEED]

    @pytest.mark.parametrize("phone", [OWN[1:], OWN[:-1], OWN[4:], OWN[-7:], OWN + "1", "1" + OWN])
    def test_a_part_of_a_phone_and_a_longer_one_are_misses(self, office: Api, phone: str) -> None:
        assert heard(office, phone) == NOTHING

    def test_a_customers_phone_on_a_seed_is_a_miss(self, office: Api) -> None:
        assert heard(office, CUSTOMERS) == NOTHING

    def test_a_seed_that_was_revised_to_a_customers_phone_is_not_heard_by_it(self, office: Api) -> None:
        office.tokenize(record(SEED, recipient__phone=CUSTOMERS), on_conflict="revise")

        assert [heard(office, phone) for phone in (CUSTOMERS, OWN)] == [NOTHING, NOTHING]

    def test_a_hit_is_an_entry_that_names_the_seed_and_a_disclosure(self, office: Api, set_clock: Clock) -> None:
        set_clock(NOW)
        heard(office, OWN)

        waybill = office.parts.keyring.tenant("default")
        hashed = waybill.audit_hash("waybill", waybill.bases([SEED])[0].hex())
        entry = entries(office, "decoy-heard")[-1]
        items = [(one["waybill"], one["outcome"], one["field"], one["kind"]) for one in entry["items"]]
        assert (entry["outcome"], items) == ("released", [(hashed, "released", "/recipient/phone", "phone")])
        assert disclosed(office, SEED)["heard"] == [
            {"field": "/recipient/phone", "principal": "client/privacy-officer", "at": "2026-11-30T00:53:20Z"}
        ]

    def test_each_hit_is_a_disclosure(self, office: Api) -> None:
        answers = [heard(office, OWN) for _ in range(3)]

        assert [one["heard"] for one in answers] == [1, 1, 1]
        assert len(disclosed(office, SEED)["heard"]) == 3

    def test_a_miss_discloses_nothing(self, office: Api) -> None:
        heard(office, OWN_TOO)

        assert "heard" not in disclosed(office, SEED)
        assert [(one["outcome"], one.get("items", [])) for one in entries(office, "decoy-heard")] == [("not-found", [])]

    def test_misses_freeze_and_hits_between_them_change_nothing(self, office: Api) -> None:
        limit = office.parts.acting.policy.rules.watch.misses
        office.parts.freezes.add_misses(principal(office), limit - 2)
        heard(office, OWN_TOO)
        heard(office, OWN)
        heard(office, OWN_TOO)

        assert refusal(office.post(PRIVACY, "/v1/decoys/heard", {"phone": OWN})) == FROZEN

    def test_it_tells_who_saw_the_seeds_that_rang(self, office: Api) -> None:
        other = "SF3333333332"
        office.tokenize(record(other, recipient__phone=OWN_TOO), custody={"site": SITE})
        plant(office, other, kind="seed")
        office.open_case("D-1", SEED, other)
        for number in (SEED, other):
            office.opened(field(number, "/recipient/phone"))
        office.get(COURIER, f"/v1/waybills/{other}")

        first, second = heard(office, OWN), heard(office, OWN_TOO)

        assert (first["waybills"], first["heard"]) == ([SEED], 1)
        assert (second["waybills"], second["heard"]) == ([other], 2)
        assert [(one["principal"], one["opened"], one["viewed"]) for one in second["seen"]] == [
            ("client/dispute-officer", 2, 0),
            ("client/courier", 0, 1),
        ]
        assert all(one["heard_at"] for one in planted(office))

    def test_a_call_to_a_seed_shows_no_one_its_phone(self, office: Api) -> None:
        (base,) = office.parts.keyring.tenant("default").bases([SEED])
        called = PhoneCalled(0, "client/courier-2", None, (), "/recipient/phone")
        Disclosures(office.parts.store, office.parts.keyring, os.urandom).prepare(
            "default", [Disclosure(base, 4_000_000_000, called)]
        ).write()
        office.get(COURIER, f"/v1/waybills/{SEED}")

        seen = heard(office, OWN)["seen"]

        assert [(one["principal"], one["opened"], one["viewed"]) for one in seen] == [("client/courier", 0, 1)]


CALLS: dict[str, tuple[str, str, Json | None]] = {
    "list": ("GET", "/v1/decoys", None),
    "plant": ("POST", "/v1/decoys", {"waybills": [PHANTOM], "kind": "phantom"}),
    "plant a seed": ("POST", "/v1/decoys", {"waybills": [SEED], "kind": "seed"}),
    "remove": ("DELETE", "/v1/decoys", {"waybills": [PHANTOM]}),
    "hear": ("POST", "/v1/decoys/heard", {"phone": CUSTOMERS}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
class TestScrutiny:
    """Each call about decoys is guarded as an opening is."""

    def test_a_freeze_is_read_live(self, make: Callable[..., Api], call: tuple[str, str, Json | None]) -> None:
        office = make()
        freeze(started(office.parts.settings), "client/privacy-officer")

        assert refusal(office.call(PRIVACY, *call)) == FROZEN

    def test_a_weak_sign_in_is_refused(
        self, make: Callable[..., Api], tmp_path: Path, call: tuple[str, str, Json | None]
    ) -> None:
        (tmp_path / "issuer.pem").write_bytes(PUBLIC_KEY)
        strict = {**ISSUER, "keys": "issuer.pem", "roles": [PRIVACY], "unmasking": {"acr": "2", "max_age": "8h"}}
        office = make(lambda document: document.update(issuers={"staff": strict}))
        who = mint(PRIVATE_KEY, iss="https://login.example.com", sub="p-1", roles=[PRIVACY], ttl=600, now=clock())

        assert refusal(office.call(who, *call)) == (401, "sign-in-required")

    def test_a_spent_budget_refuses(self, make: Callable[..., Api], call: tuple[str, str, Json | None]) -> None:
        office = make(budget(**{"1d": 1}))
        office.get(PRIVACY, "/v1/decoys")
        answered = office.call(PRIVACY, *call)

        assert refusal(answered) == (429, "quota-exceeded")
        assert answered.get_json()["window"] == "1d"
