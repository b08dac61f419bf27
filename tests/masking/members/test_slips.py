"""A typing slip in the name of a member that a schema maps leaves nothing of its value in clear."""

import copy
import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from masking_service.masking.effort import Effort
from masking_service.masking.members.member_names import NO_OWN_NAMES, ROOT, Meaning, OwnNames, plan
from masking_service.masking.members.slips import Slips
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.schema import EACH, Schema
from masking_service.masking.records.walk import UNMAPPED_MASKED, Masked
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.standard import LABEL, schema

SCHEMAS = load_schemas()
VALUES = {
    "name": ("褚时健", "褚时健"),
    "phone": ("59791234", "59791234"),
    "address": ("华志路1685号3号楼2单元477室", "477"),
    "unit": ("402室", "402"),
    "secret": ("E12345678", "E12345678"),
    "virtual_phone": ("59791234", "59791234"),
    "email": ("jane.roe", "jane"),
}
"""A value that nothing but its member's name gives away, and what of it may not show."""
FIELDS = [(of, steps, kind) for of in SCHEMAS.values() for steps, kind in of.fields if kind in VALUES]
OTHER_WORDS = ("contract",)
"""A slip away from a member of a schema, and the name of something else."""


@st.composite
def slips(draw: st.DrawFn, word: str) -> str:
    """The word with one letter left out, added, changed or swapped with the next one."""
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(string.ascii_letters + "_0"))
    return draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
    )


def holder(record: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        record = record[0] if step == EACH else record[step]
    return record


def misspelt(of: Schema, steps: tuple[str, ...], kind: str, at: int, name: str) -> dict[str, Any]:
    """A record of the schema with one value, and another name for one step of the way to it."""
    record = sample_record(of)
    holder(record, steps[:-1])[0 if steps[-1] == EACH else steps[-1]] = VALUES[kind][0]
    members = holder(record, steps[:at])
    renamed = {name if key == steps[at] else key: value for key, value in members.items()}
    members.clear()
    members.update(renamed)
    return record


@given(st.data())
def test_a_slip_in_a_schemas_member_shows_nothing(data: st.DataObject) -> None:
    of, steps, kind = data.draw(st.sampled_from(FIELDS))
    at = data.draw(st.sampled_from([at for at, step in enumerate(steps) if step != EACH]))
    name = data.draw(slips(steps[at]))
    assume(not any(name in other for other, _ in of.fields))
    assume(not any(word in name.lower() for word in OTHER_WORDS))
    batch = [misspelt(of, steps, kind, at, name) for _ in range(FEW)]
    others = {"city": "上海市"}
    batch = [{**record, **others} for record in batch]
    alone = copy.deepcopy(batch[0])
    masker = Masker(of, LABEL)
    mapped = any(isinstance(found, Masked) for found in masker.mask_batch(copy.deepcopy(batch), Effort()))
    assume(mapped)  # else nothing of the record is left that the schema maps, and it is refused

    masker.mask(alone)
    masker.mask_batch(batch, Effort())

    assert VALUES[kind][1] not in str(alone)
    assert batch == [alone] * FEW
    assert alone["city"] == "上海市"


@every(
    ("of", "name", "value", "shown"),
    [
        ("jd", "senderNae", "褚时健", "褚**"),
        ("jd", "senderddress", "华志路1685号3号楼2单元402室", "华志路1685号3号楼*单元***室"),
        ("jd", "SENDER_NAE", "褚时健", "褚**"),
        ("taobao", "receiver_nme", "褚时健", "褚**"),
        ("yto", "recipientMobil", "59791234", "******34"),
    ],
)
def test_a_slip_is_masked_as_the_member_that_was_meant(of: str, name: str, value: str, shown: str) -> None:
    record = {**sample_record(SCHEMAS[of]), name: value}

    found = Masker(SCHEMAS[of], LABEL).mask(record)

    assert record[name] == shown
    assert (f"/{name}", UNMAPPED_MASKED) in found.warnings


def test_of_several_words_a_slip_away_the_first_is_meant() -> None:
    assert Slips(["addresses", "addressee"], 9).meant("addressed") == "addresses"
    assert Slips(["addressee", "addresses"], 9).meant("addressed") == "addressee"
    assert Slips(["cart", "card"]).meant("car") == "cart"
    assert Slips(["card", "cart"]).meant("car") == "card"


def test_a_slip_in_an_objects_name_leaves_its_members_what_they_are() -> None:
    record = {
        **sample_record(SCHEMAS["douyin"]),
        "post_ddr": {"detail": "华志路1685号3号楼2单元402室", "city": "上海市"},
    }

    Masker(SCHEMAS["douyin"], LABEL).mask(record)

    assert record["post_ddr"] == {"detail": "华志路1685号3号楼*单元***室", "city": "上海市"}


@pytest.mark.parametrize(
    ("name", "value"), [("contract", "甲方乙方"), ("goods_name", "图书"), ("nme", "图书"), ("colour", "red")]
)
def test_other_names_are_not_taken_for_slips(name: str, value: str) -> None:
    own = schema({"contact": "name", "good_name": "name", "no": "name", "sender.name": "name"})
    record = {"contact": "张三", name: value}

    found = Masker(own, LABEL).mask(record)

    assert record == {"contact": "张*", name: value}
    assert found.warnings == []


@every("slip", ["nme", "naem", "nname", "nane", "name"])
def test_the_word_behind_one_slip_is_found(slip: str) -> None:
    assert Slips(["name", "phone"]).meant(slip) == "name"


@every("other", ["", "n", "nm", "nanes", "game1", "x" * 10_000])
def test_two_slips_are_another_word(other: str) -> None:
    assert Slips(["name", "phone"]).meant(other) is None


def test_a_changed_letter_is_forgiven_in_long_words_only() -> None:
    assert Slips(["name", "address"], 7).meant("nane") is None
    assert Slips(["name", "address"], 7).meant("addrass") == "address"


def test_a_changed_han_character_is_another_word() -> None:
    assert Slips(["收货人"]).meant("收货日") is None
    assert Slips(["收货人"]).meant("收人货") == "收货人"


def test_names_of_two_letters_have_no_slips() -> None:
    own = OwnNames({"xm": Meaning("name", "")})

    assert own.meant("xn") is None
    assert plan(ROOT, ("xn",), own) == plan(ROOT, ("xn",), NO_OWN_NAMES)
