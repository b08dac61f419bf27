"""Records inside their seal: exact, padded, and told apart from tombstones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.records.schema import Place
from masking_service.service.vault import records
from masking_service.service.vault.records import Record
from tests.every import every
from tests.keys.vector_files import VECTORS
from tests.store.stores import NAME, PHONE, body, body_of

VALUES = st.none() | st.text() | st.integers(-(2**63), 2**64 - 1)


def record(of: bytes, salt: bytes = b"ab", version: int = 3, expires_at: int = 1_900_000_000) -> Record:
    return Record(salt, version, expires_at, of)


@given(st.lists(VALUES, max_size=6))
def test_every_value_comes_back_as_it_was(values: list[Any]) -> None:
    fields = [(PHONE, value) for value in values]

    stored = records.read(records.plaintext(record(body_of("standard", fields))))

    assert stored.content() == ("standard", fields)


@every("value", ["１３８１２３４５６７８", "👩‍👩‍👧", "", " 张三 ", "a\u202eb", '"],', 13812345678, None])
def test_an_odd_value_comes_back_as_it_was(value: object) -> None:
    stored = records.read(records.plaintext(record(body_of("standard", [(NAME, value)]))))

    assert stored.content()[1][0][1] == value


def test_a_place_without_a_code_is_stored_in_words() -> None:
    place = Place.parse("phone contactInfoList[3].mobile")

    stored = records.read(records.plaintext(record(body_of("sf", [(place, "1")]))))

    assert stored.content() == ("sf", [(place, "1")])


def test_salt_token_version_and_expiry_come_back() -> None:
    before = record(body())

    assert records.read(records.plaintext(before)) == before


@given(st.integers(0, 300))
def test_the_plaintext_is_padded_to_the_next_length_of_its_steps(length: int) -> None:
    plain = records.plaintext(record(b"x" * length))

    assert (len(plain) - 42) % 64 == 0
    assert length + 7 <= len(plain) < max(43, length + 7 + 64)


def test_two_phones_of_other_lengths_are_stored_in_the_same_size() -> None:
    phones = ("13812345678", "+8613812345678", "1")
    sizes = {len(records.plaintext(record(body("阿卜杜拉·买买提", phone)))) for phone in phones}

    assert len(sizes) == 1


def test_a_living_record_lives_until_its_expiry() -> None:
    assert [record(body(), expires_at=100).active_at(now) for now in (99, 100, 101)] == [True, False, False]


def test_a_tombstone_never_lives() -> None:
    assert records.tombstone(100).active_at(0) is False


def test_a_tombstone_comes_back_as_one() -> None:
    assert records.read(records.plaintext(records.tombstone(100))).erased is True


def test_no_record_looks_like_a_tombstone() -> None:
    assert record(body_of("null", [])).erased is False


def test_the_same_values_under_another_schema_are_another_record() -> None:
    fields = [(NAME, "张三")]

    assert record(body_of("standard", fields)).same_as(body_of("sto", fields)) is False


@pytest.mark.parametrize(("one", "other"), [(1, "1"), (None, ""), ("a", "a "), ("é", "e\u0301")])
def test_values_that_only_look_alike_are_another_record(one: object, other: object) -> None:
    assert body_of("standard", [(NAME, one)]) != body_of("standard", [(NAME, other)])


def test_a_value_that_has_another_kind_now_is_the_same_value() -> None:
    before = [(Place.parse("secret to_address.email"), "me@test.com"), (NAME, "张三")]
    now = [(Place.parse("email to_address.email"), "me@test.com"), (NAME, "张三")]
    other = [(Place.parse("email to_address.email"), "you@test.com"), (NAME, "张三")]

    assert record(body_of("easypost", before)).same_as(body_of("easypost", now))
    assert not record(body_of("easypost", before)).same_as(body_of("easypost", other))
    assert not record(body_of("easypost", before)).same_as(body_of("easypost", now[:1]))


def test_a_null_counts_as_a_member_that_is_not_there() -> None:
    phone = Place.parse("phone recipient.phone")
    without, with_nulls = [(NAME, "张三")], [(phone, None), (NAME, "张三")]

    assert record(body_of("standard", without)).same_as(body_of("standard", with_nulls))
    assert record(body_of("standard", with_nulls)).same_as(body_of("standard", without))
    assert not record(body_of("standard", [(phone, "13800138000"), *without])).same_as(body_of("standard", with_nulls))
    assert not record(body_of("standard", without)).same_as(body_of("standard", [(phone, ""), *without]))


def test_a_place_of_a_later_version_is_another_value() -> None:
    assert not record(b'["easypost",99999,"me@test.com"]').same_as(body_of("easypost", [(NAME, "me@test.com")]))


def test_a_record_prints_nothing_of_itself() -> None:
    assert repr(record(body())) == "<Record>"


def test_another_expiry_changes_nothing_else() -> None:
    assert record(body()).revising(record(body(), expires_at=7)) == record(body(), expires_at=7)


def test_the_vector_of_a_record_reads_to_its_fields() -> None:
    opened = records.read(bytes.fromhex(VECTORS["record-envelope"]["plaintext"]))

    assert (opened.salt.hex(), opened.token_version, opened.expires_at, opened.content()) == (
        "a1b2",
        0,
        1813276800,
        ("standard", [(NAME, "张三"), (PHONE, "13812345678")]),
    )
