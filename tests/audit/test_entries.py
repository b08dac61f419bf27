"""What the service puts into an entry: announcements of sealed state, and ids from outside."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_audit.format.links import encode
from masking_service.audit.log import REPLACED, fact, outside_id
from masking_service.masking.numbers.numbers_in_text import contains_personal_data
from masking_service.service.state.sealed import Sealed
from tests.audit.logs import entry
from tests.every import every


@pytest.mark.parametrize(
    ("sealed", "expected"),
    [
        (
            Sealed(b"wm:x", b"value", until=7, once=True),
            {
                "place": hashlib.sha256(b"wm:x").hexdigest()[:32],
                "value": hashlib.sha256(b"value").hexdigest()[:32],
                "until": 7,
                "once": True,
            },
        ),
        (Sealed(b"wm:x", None, until=0, once=False), {"place": hashlib.sha256(b"wm:x").hexdigest()[:32], "value": ""}),
    ],
    ids=["written", "emptied"],
)
def test_a_fact_names_sealed_state_by_hashes(sealed: Sealed, expected: dict[str, Any]) -> None:
    assert json.loads(encode(entry(facts=[fact(sealed)])))["facts"] == [expected]


@every("text", ["D-2026-0001", "staff/u-1", "", "b1946ac9", "wbt", "client/wbk-printer", "req-1"])
def test_an_id_without_personal_data_token_or_key_stays(text: str) -> None:
    assert outside_id(text) == text


@pytest.mark.parametrize("phone", ["13812345678", "case-13812345678", "staff/138-1234-5678", "+86 138 1234 5678"])
def test_an_id_that_holds_a_phone_is_replaced(phone: str) -> None:
    assert outside_id(phone) == REPLACED == "(replaced)"


@pytest.mark.parametrize("text", ["wbt1AH5GAl6Jl50xvgRmAAAAAA", "x-wbk_c780b-AAAAAAAA", "eyJhbGciOiJFUzI1NiJ9"])
def test_an_id_that_holds_a_token_or_a_key_is_replaced(text: str) -> None:
    assert outside_id(text) == REPLACED


@given(st.text("0123456789", min_size=5, max_size=31), st.text("0123456789abcdef", min_size=32))
def test_a_request_id_of_the_service_is_read_as_every_other_one(digits: str, rest: str) -> None:
    text = (digits + rest)[:32]

    assert outside_id(text) == (REPLACED if contains_personal_data(text) else text)
