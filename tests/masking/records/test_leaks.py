"""The leak guard: no original phone or full name is elsewhere in a masked record."""

import unicodedata
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.records.record import Masker
from masking_service.masking.records.spellings import name_needles
from tests.every import every
from tests.growth import grows
from tests.masking.standard import COURIER, EVERY_KIND, HIDDEN, LABEL, STANDARD, errors_of, masked, schema, standard

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def note_of(note: Any, **changes: Any) -> Any:
    return masked(standard(note=note, **changes))[0]["note"]


@every(
    ("name", "needles"),
    [
        ("李", []),
        ("Ltd", ["ltd"]),
        ("Smith / Ltd", ["smith"]),
        ("李四、有限公司", ["李四", "李四、有限公司"]),
        ("王小明先生", ["王小明", "王小明先生"]),
        ("李四(门卫)", ["李四", "李四(门卫)"]),
        ("李四13812345678 王五", ["李四", "李四13812345678王五", "李四王五"]),
        ("Dr. John Smith", ["dr john smith", "john smith", "smith dr john", "smith john"]),
        ("Ann-Marie O’Neil", ["ann marie o neil", "neil ann marie o"]),
    ],
)
def test_a_name_is_looked_for_in_each_of_its_forms(name: str, needles: list[str]) -> None:
    assert sorted(name_needles(name)) == needles


def side(name: str = "张三", phone: Any = "13812345678") -> dict[str, Any]:
    return {"name": name, "phone": phone}


@every(
    "written",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138.1234.5678",
        "(138)1234_5678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "138\u200b1234\u200b5678",
        "138\ufeff12345678",
        "138\u00a01234\u20115678",
        "13812345678".translate(FULL_WIDTH),
        "138 1234 5678".translate(FULL_WIDTH),
        "13812345678".translate(ARABIC),
        "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
    ],
)
def test_a_phone_is_found_in_any_spelling(written: str) -> None:
    assert "".join(str(int(char)) for char in note_of(f"找{written}号") if char.isdecimal()) == "5678"


@every(
    ("note", "shown"),
    [
        ("+8613812345678", "+86*******5678"),
        ("+86 138-1234-5678", "+86 *******5678"),
        ("0086-13812345678", "0086-*******5678"),
        ("OD13812345678X", "OD*******5678X"),
        ("2026138123456789", "2026138123456789"),  # a longer number, another person's
        ("单号SF138123456789，8613812345678", "单号SF138123456789，86*******5678"),
        ("13812345678/13812345678", "*******5678/*******5678"),
        ("A0086013812345678", "A00860*******5678"),  # five digits in front: a code of a country and of an area
        ("A12345613812345678", "A12345613812345678"),
    ],
)
def test_only_the_phones_own_digits_are_hidden(note: str, shown: str) -> None:
    assert note_of(note) == shown


@pytest.mark.parametrize("note", [13812345678, Decimal("13812345678.0"), Decimal("1.3812345678E+10")])
def test_a_phone_is_found_in_a_number(note: object) -> None:
    assert "1234" not in str(note_of(note))


def test_a_phone_that_came_as_an_integer_is_found_as_text() -> None:
    assert note_of("找13812345678", sender=side(phone=13812345678)) == "找*******5678"


@every("note", ["021-59791234", "02159791234", "59791234", "5979 1234", "+86 21 59791234"])
def test_a_landline_is_found_with_and_without_its_area_code(note: str) -> None:
    assert "5979" not in note_of(note, sender=side(phone="021-59791234-801")).replace(" ", "")


def test_every_number_of_a_field_is_looked_for() -> None:
    assert note_of("13711112222", sender=side(phone="13812345678/13711112222")) == "*******2222"


def test_a_phone_in_a_name_field_is_looked_for() -> None:
    assert note_of("13711112222", sender=side(name="张三 13711112222")) == "*******2222"


@pytest.mark.parametrize("note", ["1381234567", "23812345678", "1381234a5678", "138\n号楼12345678"])
def test_what_is_not_the_phone_stays(note: str) -> None:
    assert note_of(note) == note


@every(
    ("note", "shown"),
    [
        ("拨95338。", "拨*****。"),
        ("95338/12306", "*****/12306"),
        ("953 38", "*****"),
        ("1953381", "1953381"),
        ("A95338", "A95338"),
    ],
)
def test_a_service_number_is_found_where_it_is_alone(note: str, shown: str) -> None:
    assert note_of(note, sender=side(phone="95338")) == shown


def test_an_emergency_number_is_in_every_address_and_stays() -> None:
    assert note_of("110号", sender=side(phone="110")) == "110号"


@every(
    ("name", "note", "shown"),
    [
        ("张三", "给张三", "给张*"),
        ("张三", "张三丰路", "张*丰路"),
        ("张三", "张 三", "张 *"),
        ("张　三", "张三", "张*"),
        ("张三（收）", "张三的", "张*的"),
        ("张三 13711112222", "张三的", "张*的"),
        ("张三/李四", "李四的", "李*的"),
        ("阿卜杜拉·买买提", "找阿卜杜拉·买买提。", "找阿***·***。"),
        ("阿卜杜拉·买买提", "找阿卜杜拉.买买提。", "找阿***.***。"),
        ("John Smith", "for JOHN SMITH!", "for J*** *****!"),
        ("John Smith", "请联系john smith先生", "请联系j*** *****先生"),
        ("José", "to JOSÉ", "to J***"),
        ("Anan", "an Anan", "an A***"),
        ("上海某某贸易有限公司", "上海某某贸易有限公司门卫", "上海****有限公司门卫"),
        ("阿卜杜拉•买买提", "阿卜杜拉•买买提收", "阿***•***收"),
        ("王小明13987654321", "王小明", "王**"),
        ("王小明13987654321收", "找王小明。", "找王**。"),
        ("138-1234-5678王小明", "找王小明。", "找王**。"),
        ("John13987654321", "to John", "to J***"),
        ("王13987654321先生", "王先生", "*先生"),
        ("李晓燕", "https://x.com/?n=%E6%9D%8E%E6%99%93%E7%87%95&k=9", "https://x.com/?n=***&k=9"),
        ("李晓燕", "\\u674e\\u6653\\u71d5", "***"),
        ("李晓燕", "&#26446;&#26195;&#29141;", "***"),
        ("Mary Jones", "Mary%20Jones", "M***********"),
        ("Mary Jones", "Mary_Jones", "M*********"),
        ("Mary Jones", "Mary+Jones", "M*********"),
        ("Mary Jones", "for Jones, Mary", "for J***** ****"),
    ],
)
def test_a_full_name_is_found(name: str, note: str, shown: str) -> None:
    assert note_of(note, sender=side(name=name)) == shown


@every("name", ["张三、有限公司", "John Smith、有限公司", "张三；公司", "Foo Bar; Co., Ltd", "Foo; S.A."])
def test_a_legal_form_apart_from_its_name_is_no_name(name: str) -> None:
    record, found = masked(standard(sender=side(name=name), note="有限公司 公司 Co., Ltd S.A."))
    assert record["note"] == "有限公司 公司 Co., Ltd S.A."
    assert found.warnings == []


def test_a_zero_width_character_does_not_hide_a_name() -> None:
    assert "三" not in note_of("给张\u200b三")


@every(
    ("name", "note"),
    [
        ("张", "张江路"),
        ("张三", "张江路三号"),
        ("张三", "三张"),
        ("Ann", "Annual"),
        ("Ann", "an n"),
        ("Anan", "an anana"),
        ("Smith", "Blacksmith"),
        ("John Smith", "John Smithers"),
        ("李晓燕", "https://x.com/?n=%E6%99%93%E7%87%95&k=9"),
        ("J", "J"),
        ("王13987654321先生", "先生"),
        ("12345", "12345号"),
        ("😀", "😀"),
    ],
)
def test_what_is_not_the_full_name_stays(name: str, note: str) -> None:
    assert note_of(note, sender=side(name=name, phone=None)) == note


def test_a_name_in_the_address_is_hidden() -> None:
    record, found = masked(standard(sender={**side(), "address": "华志路1号张三收"}))
    assert record["sender"]["address"] == "华志路1号张*收"
    assert found.warnings == []


def test_another_partys_phone_in_the_address_is_hidden() -> None:
    record, _ = masked(standard(recipient={"address": "文一西路969号138-1234-5678"}))
    assert "1234" not in record["recipient"]["address"]


def test_one_partys_name_in_anothers_company_is_hidden() -> None:
    record, _ = masked(standard(sender=side(name="上海"), recipient={"name": "上海某某贸易有限公司"}))
    assert not record["recipient"]["name"].startswith("上海")


def test_sender_and_recipient_may_be_one_person() -> None:
    record, found = masked({"sender": side(), "recipient": side()})
    assert (record["sender"], record["recipient"], found.warnings) == (record["recipient"], record["sender"], [])


def test_a_virtual_phone_that_is_a_real_phone_of_the_record_is_hidden() -> None:
    record, found = masked({"phone": "13812345678", "safe": "13812345678"}, of=EVERY_KIND)
    assert (record["safe"], found.warnings) == ("*******5678", [("/safe", "found-in-text")])


def test_a_value_that_came_in_hidden_is_not_looked_for() -> None:
    assert note_of("张*", sender=side(name="张*")) == "张*"


def test_a_value_that_the_profile_shows_is_not_looked_for_but_others_are() -> None:
    record, _ = masked(standard(note="华志路1685号3号楼2单元402室 张三"), by=COURIER)
    assert record["note"] == "华志路1685号3号楼2单元402室 张*"


def test_under_a_profile_that_hides_everything_leaks_are_hidden_whole() -> None:
    record, _ = masked(standard(note="张三 13812345678"), by=HIDDEN)
    assert record["note"] == "** ***********"


def test_leaks_are_hidden_in_nested_unmapped_values_and_named_by_their_pointers() -> None:
    record, found = masked(standard(a=[{"b/c": ["x", "找张三"]}], d={"e": 13812345678}))
    assert (record["a"], record["d"]) == ([{"b/c": ["x", "找张*"]}], {"e": "*******5678"})
    assert sorted(found.warnings) == [("/a/0/b~1c/1", "found-in-text"), ("/d/e", "found-in-text")]


def test_json_in_base64_that_holds_a_name_is_hidden_whole() -> None:
    inner = '{"at": "t", "is": "%s"}'
    named, other = (
        b64encode((inner % said).encode()).decode() for said in ("box tobias klein box", "nothing here at all")
    )

    record, found = masked(standard(recipient={"name": "Tobias Klein"}, blob=named, other=other))

    assert (record["blob"], record["other"]) == ("*" * len(named), other)
    assert ("/blob", "found-in-text") in found.warnings


def test_leaks_are_hidden_beside_mapped_members() -> None:
    record, _ = masked(standard(sender={**side(), "alias": "张三"}))
    assert record["sender"]["alias"] == "张*"


def test_leaks_in_member_names_are_hidden_and_the_order_stays() -> None:
    record, found = masked(standard(by_phone={"a": 1, "13812345678": 2, "张三": 3, "z": 4}))
    assert list(record["by_phone"].items()) == [("a", 1), ("*******5678", 2), ("张*", 3), ("z", 4)]
    assert found.warnings == [("/by_phone/*******5678", "found-in-text"), ("/by_phone/张*", "found-in-text")]


def test_member_names_that_become_alike_lose_nothing() -> None:
    record, _ = masked(standard(by_phone={"13812345678": 1, "138 1234 5678": 2, "*******5678": 3}))
    assert sorted(record["by_phone"].values()) == [1, 2, 3]


@pytest.mark.parametrize("name", ["Name", "Sender", "Status"])
def test_a_person_who_is_called_like_a_member_changes_no_member_name(name: str) -> None:
    record, _ = masked(standard(sender=side(name=name), status="ok", note=f"to {name}"))
    assert (record["status"], record["sender"]["name"][0]) == ("ok", name[0])
    assert name not in record["note"]


def test_a_member_that_the_schema_names_keeps_its_name_in_any_script() -> None:
    record, _ = masked({"姓名": "姓名", "备注": "给姓名"}, of=schema({"姓名": "name", "备注": "text"}))
    assert record == {"姓名": "姓*", "备注": "给姓*"}


@pytest.mark.parametrize(
    "own", ["138-1234-5678", "86-13812345678", "0086-138-12345678", "8613812345678", "138-12345678"]
)
@pytest.mark.parametrize("phone", ["13812345678", 13812345678, "+86 138 1234 5678"])
def test_a_phone_of_the_record_is_no_waybill_number(own: str, phone: object) -> None:
    record, found = masked(standard(waybill_no=own, sender={"phone": phone}, remark=f"单号{own}"))

    assert "1234" not in record["waybill_no"] + record["remark"]
    assert {pointer for pointer, _ in found.warnings} == {"/waybill_no", "/remark"}


@pytest.mark.parametrize("own", ["SF13812345678", "0138-1234-5679", "1381234567800"])
def test_a_waybill_number_that_only_holds_a_phone_stays(own: str) -> None:
    record, found = masked(standard(waybill_no=own, sender={"phone": "13812345678"}))

    assert (record["waybill_no"], found.warnings) == (own, [])


def test_the_records_own_waybill_number_stays_everywhere() -> None:
    own = "SF1381234567890"
    record, found = masked(standard(waybill_no=own, remark=f"单号{own}", a={own: [own, f"x{own}y 13812345678"]}))
    assert (record["waybill_no"], record["remark"], found.warnings) == (
        own,
        f"单号{own}",
        [(f"/a/{own}/1", "found-in-text")],
    )
    assert record["a"] == {own: [own, f"x{own}y *******5678"]}


@every("number", ["张三", "1", "给张三的13812345678", ["张三"], {"no": "张三"}])
def test_a_value_in_the_place_of_the_number_is_kept_only_if_it_is_one(number: Any) -> None:
    record, _ = masked(standard(waybill_no=number, note="张三"))
    assert record["note"] == "张*"
    assert "张三" not in str(record["waybill_no"])


def test_nothing_to_find_changes_nothing_and_warns_of_nothing() -> None:
    extra = {"order": "OD2026112400017", "big": 10**24, "list": [1, 2.5, None, True, "上海（青浦）"]}
    record, found = masked(standard(extra=extra))
    assert (record["extra"], found.warnings) == (extra, [])


SEPARATORS = st.lists(st.sampled_from(["", "", "", " ", "-", "\u200b", ".", "—", "\u3000"]), min_size=11, max_size=11)


@given(SEPARATORS, st.sampled_from([FULL_WIDTH, ARABIC, {}]), st.text("甲乙丙，。", max_size=6))
def test_no_spelling_of_a_phone_survives(separators: list[str], script: dict[int, int], around: str) -> None:
    written = "".join(digit + between for digit, between in zip("13812345678", separators, strict=True))
    note = note_of(around + written.translate(script) + around)
    assert "".join(str(int(char)) for char in note if char.isdecimal()) == "5678"


@given(st.text("张三李四丰路 ，·", max_size=30))
def test_no_full_name_survives(note: str) -> None:
    assert "张三" not in note_of(note)


@pytest.mark.slow
@pytest.mark.parametrize(
    "filler", ["1", "1 ", "张", "张三", "13812345678", "a b ", "-", "１", "0" * 10 + "x", "\u200b"]
)
def test_a_text_of_twice_the_length_takes_at_most_about_twice_as_long(filler: str) -> None:
    assert not grows(lambda text: Masker(STANDARD, LABEL).mask(standard(note=f"{text}张三")), filler, 1 << 16)


def test_more_values_than_can_be_looked_for_are_refused() -> None:
    people = [{"name": f"张{chr(0x4E00 + n % 20_000)}{chr(0x4E00 + n // 7)}"} for n in range(30_000)]
    assert errors_of({"people": people, "note": "x" * 100_000}, EVERY_KIND) == (("/people", "too-large"),)


def test_a_name_alone_in_an_address_is_hidden_there_and_elsewhere() -> None:
    record, _ = masked(standard(sender={"name": "李四", "address": "王小明"}, note="给王小明"))
    assert (record["sender"]["address"], record["note"]) == ("***", "给王**")


@every(
    ("name", "note", "shown"),
    [
        ("José Núñez", unicodedata.normalize("NFD", "to José Núñez!"), "to J*** *****!"),
        (unicodedata.normalize("NFD", "José Núñez"), "to JOSÉ NÚÑEZ!", "to J*** *****!"),
        ("John Smith", "给Ｊｏｈｎ　ｓｍｉｔｈ。", "给Ｊ***　*****。"),
        ("Ｊｏｈｎ Ｓｍｉｔｈ", "for John Smith!", "for J*** *****!"),
        ("ガブリエル", "ｶﾞﾌﾞﾘｴﾙ様", "ｶﾞ****様"),
        ("Jose", unicodedata.normalize("NFD", "José"), unicodedata.normalize("NFD", "José")),
    ],
)
def test_a_name_is_found_in_other_forms_of_its_letters(name: str, note: str, shown: str) -> None:
    assert note_of(note, sender=side(name=name)) == shown
