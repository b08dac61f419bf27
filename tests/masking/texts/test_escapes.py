"""Texts that are escaped, or have characters that are not seen inside words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service import mask
from masking_service.masking.texts.escapes import plainer

UNSEEN = ("\x01", "\x7f", "\u00ad", "\u034f", "\u115f", "\u17b4", "\u200b", "\u2060", "\u3164", "\ufe0f", "\uffa0")
TAGS = ("\U000e0041", "\U000e0100")


def masked(remark: str, address: str = "") -> tuple[str, str]:
    record = {"waybill_no": "SF0000000001", "recipient": {"address": address}, "remark": remark}
    [result] = mask([record])
    assert result.record is not None
    return result.record["remark"], result.record["recipient"]["address"]


@pytest.mark.parametrize("times", [1, 2, 3, 500, 1_500])
def test_a_name_is_hidden_however_often_its_escapes_are_escaped(times: int) -> None:
    name = "%25E7%258E%258B%25E5%25B0%258F%25E6%2598%258E".replace("%25", "%" + "25" * min(times, 50))
    rest = " %E5%BC%A0%" + "25" * times + "41"
    shown, _ = masked(f"receiverName={name}{rest}")
    assert "8E" not in shown
    assert "***" in shown


@given(st.text(alphabet="%25E张a\u200b\u2028\ufe0f", max_size=30))
def test_what_is_plain_stays(text: str) -> None:
    plain = plainer(text)
    assert plainer(plain) == plain


@pytest.mark.parametrize("unseen", [*UNSEEN, *TAGS])
def test_nothing_is_shown_beside_a_character_that_is_not_seen(unseen: str) -> None:
    remark = f"请交给王{unseen}小明，3号楼2单元4{unseen}02室"
    assert masked(remark, f"华志路1685号3号楼2单元402室王{unseen}小明") == (
        "请交给王**，3号楼*单元***室",
        "华志路1685号3号楼*单元***室王**",
    )
    assert masked(f"Deliver to John Sm{unseen}ith please", f"500 Howard St, Ap{unseen}t 5B") == (
        "Deliver to J*** ***** please",
        "500 Howard St, Apt **",
    )
