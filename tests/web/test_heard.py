"""Seeds whose phone rang: the phone in any spelling, and who saw it."""

from __future__ import annotations

import os

import pytest

from masking_service.access.disclosures import Called, Disclosure, Disclosures
from tests.web.api import SITE, Api, record
from tests.web.people import COURIER, PRIVACY
from tests.web.test_decoys import SEED, plant


def test_a_call_to_a_seed_shows_no_one_its_phone(fresh: Api) -> None:
    fresh.tokenize(record(SEED, recipient__phone="13900000001"), custody={"site": SITE})
    plant(fresh, SEED, kind="seed")
    (base,) = fresh.parts.keyring.tenant("default").bases([SEED])
    called = Called(0, "client/courier-2", None, (), "/recipient/phone")
    Disclosures(fresh.parts.store, fresh.parts.keyring, os.urandom).prepare(
        "default", [Disclosure(base, 4_000_000_000, called)]
    ).write()
    fresh.get(COURIER, f"/v1/waybills/{SEED}")

    seen = fresh.post(PRIVACY, "/v1/decoys/heard", {"phone": "13900000001"}).get_json()["seen"]

    assert [(one["principal"], one["opened"], one["viewed"]) for one in seen] == [("client/courier", 0, 1)]


@pytest.mark.parametrize(
    "phone", ["13900000001", "139-0000-0001", "+86 13900000001", "008613900000001", "１３９０００００００１"]
)
def test_a_phone_is_heard_in_any_spelling(fresh: Api, phone: str) -> None:
    fresh.tokenize(record(SEED, recipient__phone="13900000001"))
    plant(fresh, SEED, kind="seed")

    assert fresh.post(PRIVACY, "/v1/decoys/heard", {"phone": phone}).get_json()["waybills"] == [SEED]


@pytest.mark.parametrize("phone", ["1" * 7, "1" * 15])
def test_a_phone_has_seven_to_fifteen_digits(fresh: Api, phone: str) -> None:
    assert fresh.post(PRIVACY, "/v1/decoys/heard", {"phone": phone}).status_code == 200
