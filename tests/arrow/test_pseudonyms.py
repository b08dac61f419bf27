"""Inside a permit the same person joins in any spelling; across permits nothing does better than chance."""

import pickle
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from masking_service.arrow import Permit, PermitEnded, Plan, mask, masked_schema
from masking_service.masking.normal_forms import normal_form
from tests.arrow.batches import ROW, batch, shown
from tests.every import every

KINDS = frozenset({"phone", "name"})
TOMORROW = datetime.now(UTC).date() + timedelta(1)
SPELLINGS = (
    *(
        "13812345678",
        "138 1234 5678",
        "+86 138-1234-5678",
        "0086-13812345678",
        "１３８１２３４５６７８",
        "(+86)13812345678",
    ),
    *("138/1234/5678", "138_1234_5678", "138,1234,5678", "138*1234*5678", "+086 13812345678"),
    *(
        "86+13812345678",
        "(+86)13812345678",
        "13812345678.0",
        "1.3812345678E+10",
        "一三八一二三四五六七八",
        "13812345678（本人）",
        "Tel: 138.1234.5678",
    ),
)
EXTENDED = ("13812345678-8012", "13812345678转8012", "13812345678[8012]", "138 1234 5678【8012】", "13812345678*8012")
PEOPLE, BITS = 4_000, 128


def permit(seed: int = 1, kinds: frozenset[str] = KINDS, until: date = TOMORROW) -> Permit:
    return Permit("study-1", until, kinds, random.Random(seed).randbytes(32))


def plan(permit: Permit) -> Plan:
    return Plan({"收件人": "name", "电话": "phone", "地址": "address", "备注": "text"}, pseudonym=permit)


def pseudonym(value: Any, kind: str = "phone", by: Permit | None = None) -> str | None:
    return (by or permit()).pseudonyms([(kind, value)])[0]


def test_values_of_the_permits_kinds_become_pseudonyms_and_all_others_are_masked() -> None:
    (row,) = shown(batch(), plan(permit()))

    assert {**row, "收件人": "", "电话": ""} == {
        **ROW,
        "收件人": "",
        "电话": "",
        "地址": "华志路1685号3号楼*单元***室",
        "备注": "微信同号*******5678，找张*",
    }
    for column in ("收件人", "电话"):
        assert len(row[column]) == 32
        assert set(row[column]) <= set("abcdefghijklmnop")


def test_all_spellings_of_a_phone_are_one() -> None:
    assert len({pseudonym(spelling) for spelling in SPELLINGS}) == 1
    assert len({pseudonym(one) for one in ("021-59791234", "(021) 59791234", "+86 21 5979 1234")}) == 1
    assert pseudonym("+852 9123 4567") != pseudonym("+65 9123 4567")
    assert pseudonym("021-59791234-801") != pseudonym("021-59791234-802")


def test_an_extension_makes_another_value_in_any_spelling() -> None:
    assert {normal_form("phone", spelling) for spelling in EXTENDED} == {"13812345678x8012"}


def test_a_rounded_number_and_one_of_another_country_join_no_mobile_number_of_china() -> None:
    assert normal_form("phone", "1.38123E+10") != normal_form("phone", "13812300000")
    assert {normal_form("phone", one) for one in ("+1 310 555 2671", "(+1) 310-555-2671", "0013105552671")} == {
        "+13105552671"
    }
    assert normal_form("phone", "13105552671") == "13105552671"


@every(
    ("kind", "one", "other"),
    [
        ("name", "John  Smith", "JOHN SMITH"),
        ("name", "阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("name", "张 三", "张三"),
        ("name", "张三\u200b", "\ufeff张三"),
        ("name", "张三先生", "张三（收）"),
        ("name", "张三[8012]", "张三"),
        ("name", "张三 收", "张三。"),
        ("name", "Mr. John Smith", "John-Smith"),
        ("name", "阿卜杜拉 买买提", "阿卜杜拉-买买提"),
        ("email", "a@example.com\u200b", "a@example.com"),
        ("address", "华志路1685号 3号楼", "华志路１６８５号3号楼"),
        ("email", "Some.One@example.com ", "some.one@EXAMPLE.com"),
    ],
)
def test_spellings_of_other_kinds_are_one_value(kind: str, one: str, other: str) -> None:
    assert normal_form(kind, one) == normal_form(kind, other)


def test_a_family_name_keeps_its_title_because_it_names_no_one_without() -> None:
    assert normal_form("name", "张先生") != normal_form("name", "张女士")
    assert normal_form("name", "欧阳先生") != normal_form("name", "欧阳女士")


def test_a_value_that_came_in_hidden_or_blank_gets_no_pseudonym() -> None:
    rows = [{**ROW, "电话": phone} for phone in ("138****5678", "", None)]

    assert [row["电话"] for row in shown(batch(*rows), plan(permit()))] == ["*******5678", "", None]
    assert [pseudonym(blank, "name") for blank in ("", " ", "\u3000", "\u200b", None)] == [None] * 5


def test_nested_values_and_integers_get_pseudonyms_too() -> None:
    record = {"billCode": "73100012345670", "receiveInfo": {"receiverName": "张三", "receiverMobile": 13812345678}}
    of_zto = Plan.of_schema("zto", pseudonym=permit())

    masked = mask(batch(record), of_zto)

    assert masked.to_pylist()[0]["receiveInfo"] == {
        "receiverName": pseudonym("张三", "name"),
        "receiverMobile": pseudonym("13812345678"),
    }
    assert masked.schema == masked_schema(batch(record).schema, of_zto)


def test_two_tables_of_one_permit_join_wholly_and_of_two_permits_not_at_all() -> None:
    people = [f"138{at:08d}" for at in range(PEOPLE)]
    one = {pseudonym: at for at, pseudonym in enumerate(permit(1).pseudonyms([("phone", each) for each in people]))}
    spelled = [f"+86 {each[:3]}-{each[3:7]}-{each[7:]}" for each in people]
    same = permit(1).pseudonyms([("phone", each) for each in spelled])
    other = permit(2).pseudonyms([("phone", each) for each in spelled])

    assert [one.get(each) for each in same] == [*range(PEOPLE)]
    assert [one.get(each) for each in other] == [None] * PEOPLE


def bits(pseudonym: str) -> int:
    return int(pseudonym.translate(str.maketrans("abcdefghijklmnop", "0123456789abcdef")), 16)


def auc(same: list[int], different: list[int]) -> float:
    """The chance that a pair of one person scores higher than one of two; half for a tie."""
    ranked = sorted([(score, True) for score in same] + [(score, False) for score in different])
    wins, below = 0.0, 0
    for score in sorted({score for score, _ in ranked}):
        tied = [is_same for its, is_same in ranked if its == score]
        wins += sum(tied) * (below + 0.5 * (len(tied) - sum(tied)))
        below += len(tied) - sum(tied)
    return wins / (len(same) * len(different))


def test_linking_across_permits_is_no_better_than_chance() -> None:
    """The attacker scores pairs by how many of the 128 bits agree, for neighbouring numbers, too."""
    people = [("phone", f"138{at:08d}") for at in range(PEOPLE)]
    ours = [bits(each or "") for each in permit(1).pseudonyms(people)]
    theirs = [bits(each or "") for each in permit(2).pseudonyms(people)]
    same = [BITS - (a ^ b).bit_count() for a, b in zip(ours, theirs, strict=True)]
    different = [BITS - (a ^ b).bit_count() for a, b in zip(ours[1:], theirs, strict=False)]
    neighbours = [BITS - (a ^ b).bit_count() for a, b in pairwise(ours)]

    assert abs(auc(same, different) - 0.5) <= 0.02
    assert abs(sum(neighbours) / len(neighbours) - BITS / 2) < 1
    assert auc([BITS] * PEOPLE, different) == 1  # the attack finds what can be found


def test_a_permit_that_is_over_is_refused() -> None:
    over = permit(until=datetime.now(UTC).date() - timedelta(1))

    with pytest.raises(PermitEnded, match="study-1 ended on"):
        mask(batch(), plan(over))
    assert mask(batch(), plan(permit(until=datetime.now(UTC).date()))).num_rows == 1


def test_no_text_of_a_permit_shows_its_key() -> None:
    one = permit()

    assert "key" not in repr(one)
    assert "key" not in repr(plan(one))
    assert pickle.loads(pickle.dumps(plan(one))) == plan(one)  # noqa: S301 - its own
