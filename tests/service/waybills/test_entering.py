"""Records that are about to be stored: which of their values get tokens."""

from dataclasses import replace
from typing import Any

import pytest

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Place
from masking_service.masking.schemas import load_schemas
from masking_service.service.vault.records import Record
from masking_service.service.waybills.tokenize import Entering, enter
from tests.masking.standard import LABEL
from tests.store.stores import LATER, body_of

EASYPOST = load_schemas()["easypost"]


def entering() -> Entering:
    record = {"tracking_code": "EP20260001", "to_address": {"name": "张三", "email": "jane@test.com"}}
    [one] = enter(EASYPOST, CountryMasker(EASYPOST, LABEL), [record])
    assert not isinstance(one, InvalidRecord)
    return one[1]


def test_an_email_gets_a_token() -> None:
    one = entering()

    assert one.tokens_in(Record(b"sa", 0, LATER, one.body)) == (b"\0\1", ["/to_address/name", "/to_address/email"])


def test_a_value_that_was_stored_without_a_token_gets_none_afterwards() -> None:
    before = [(Place.parse("name to_address.name"), "张三"), (Place.parse("secret to_address.email"), "jane@test.com")]
    stored = Record(b"sa", 0, LATER, body_of("easypost", before))

    assert stored.same_as(entering().body)
    assert entering().tokens_in(stored) == (b"\0", ["/to_address/name"])


def test_a_token_names_the_ordinal_in_the_stored_record_where_that_has_nulls() -> None:
    texts = (
        ("name to_address.company", None),
        ("name to_address.name", "张三"),
        ("email to_address.email", "jane@test.com"),
    )
    stored = Record(b"sa", 0, LATER, body_of("easypost", [(Place.parse(text), value) for text, value in texts]))

    assert stored.same_as(entering().body)
    assert entering().tokens_in(stored) == (b"\1\2", ["/to_address/name", "/to_address/email"])


@pytest.mark.parametrize("unmapped", ["guard", "hide", "pass"])
def test_a_persons_number_is_stored_as_no_waybill_number(unmapped: Any) -> None:
    """Waybill numbers appear unmasked in URLs and in answers."""
    standard, profile = load_schemas()["standard"], replace(LABEL, unmapped=unmapped)
    batch = [
        {"waybill_no": number, "recipient": {"name": "张三"}}
        for number in ("13987654321", "139-8765-4321", "110101199003074610", "SF1381234567890")
    ]

    *refused, kept = enter(standard, CountryMasker(standard, profile), batch)

    assert [one.errors for one in refused if isinstance(one, InvalidRecord)] == [
        (("/waybill_no", "invalid-waybill-no"),)
    ] * 3
    assert not isinstance(kept, InvalidRecord)
