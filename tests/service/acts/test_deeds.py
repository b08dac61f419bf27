"""What a signature is over, whole: every member as it was sent, and what an auditor may see of it."""

from __future__ import annotations

from typing import Any

from masking_service.service.acts import deeds
from masking_service.service.acts.deeds import Deed
from masking_service.service.cases.state import WantedCase
from masking_service.service.people.signed_acts import SignedAct
from tests.keys.known import known_keyring

KEYS = known_keyring().tenant("default")
NUMBER, OTHER = "SF1234567890", "SF1234567899"
HASH, OTHER_HASH = (KEYS.audit_hash("waybill", base.hex()) for base in KEYS.bases([NUMBER, OTHER]))


def test_an_opening_is_over_its_items_and_tells_waybills_and_fields() -> None:
    items: list[Any] = [
        {"waybill_no": " sf1234567890 ", "field": "/recipient/phone"},
        {"waybill_no": NUMBER, "field": "/remark of 张三"},
        {"waybill_no": "no number", "field": "/recipient/phone"},
        {"token": "wbt-none"},
        "no item",
    ]

    assert deeds.opening(KEYS, "dispute", "D-1", items) == Deed(
        act=SignedAct.DETOKENIZE,
        purpose="dispute",
        case="D-1",
        exact=(
            '{"field":"/recipient/phone","waybill_no":" sf1234567890 "}',
            '{"field":"/remark of 张三","waybill_no":"SF1234567890"}',
            '{"field":"/recipient/phone","waybill_no":"no number"}',
            '{"token":"wbt-none"}',
            '"no item"',
        ),
        about=(HASH + "/recipient/phone", HASH, "", "", ""),
    )
    assert deeds.opening(KEYS, None, None, []) == Deed(act=SignedAct.DETOKENIZE)


def test_a_case_is_over_all_that_is_asked_for_it() -> None:
    wanted = WantedCase("D-1", "dispute", [NUMBER, OTHER, NUMBER], "why", "client/officer", 3600)

    assert deeds.opening_case(KEYS, wanted) == Deed(
        act=SignedAct.CASE_OPEN,
        purpose="dispute",
        case="D-1",
        exact=('"client/officer"', '"why"', "3600", f'"{NUMBER}"', f'"{OTHER}"', f'"{NUMBER}"'),
        about=(HASH, OTHER_HASH),
    )


def test_deeds_on_waybills_name_them_for_auditors_by_their_hash() -> None:
    assert deeds.erasing(KEYS, NUMBER) == Deed(
        act=SignedAct.ERASE, exact=(f'{{"waybill_no":"{NUMBER}"}}',), about=(HASH,)
    )
    assert deeds.unrestricting(KEYS, [NUMBER, "none", OTHER, NUMBER]) == Deed(
        act=SignedAct.UNRESTRICT,
        exact=(f'"{NUMBER}"', '"none"', f'"{OTHER}"', f'"{NUMBER}"'),
        about=(HASH, OTHER_HASH),
    )
    assert deeds.unrestricting(KEYS, ["none"]).about == ("",)


def test_deeds_on_people_decoys_and_holds_tell_no_waybill() -> None:
    person = KEYS.audit_hash("principal", "staff/u-1")

    assert deeds.on_person(SignedAct.FREEZE, "staff/u-1") == Deed(act=SignedAct.FREEZE, subject="staff/u-1")
    assert deeds.on_decoys(SignedAct.DECOY_PLANT, [NUMBER], "address") == Deed(
        act=SignedAct.DECOY_PLANT, exact=("address", f'"{NUMBER}"')
    )
    assert deeds.on_hold(SignedAct.HOLD_SET, "H-1") == Deed(act=SignedAct.HOLD_SET, case="H-1")
    assert deeds.on_key(SignedAct.KEY_DENY, KEYS, "staff/u-1", "ab12") == Deed(
        act=SignedAct.KEY_DENY, subject="staff/u-1", exact=("ab12", person), about=("ab12", person)
    )
