"""Schemas: paths, kinds and places as data, and every fault with its path."""

from typing import Any

import pytest

from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.schema import EACH, Place, Schema, parse_path, written
from masking_service.masking.strict_yaml import read_yaml
from tests.every import every

GOOD: dict[str, Any] = {"schema": "own", "source": "ours", "fields": {"who": "name"}}


def fault_path(**changes: object) -> str:
    with pytest.raises(DefinitionError) as fault:
        Schema.parse("own", {**GOOD, **changes})
    return fault.value.path


def test_a_path_is_members_and_arrays() -> None:
    assert parse_path("a.b[].c", "here") == ("a", "b", EACH, "c")


def test_an_index_is_a_number() -> None:
    assert parse_path("list[0].no", "here") == ("list", 0, "no")


@every("path", ["a", "a.b", "a[].b", "a[][].b", "list[0].no", "a[]", "收件人.姓名"])
def test_a_path_is_written_as_it_was_read(path: str) -> None:
    assert written(parse_path(path, "here")) == path


@every("path", ["", ".", "a.", ".a", "a..b", "[]", "a[", "a[-1]", "a[01]", "a[].", "a[]b", "a b", 7, None])
def test_an_invalid_path_is_refused(path: object) -> None:
    with pytest.raises(DefinitionError):
        parse_path(path, "here")


def test_a_member_that_yaml_reads_as_no_string_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        DefinitionError, match=r"fields\.False: a path must be a string: put no, yes, on, off and numbers"
    ):
        Schema.parse("acme", read_yaml("schema: acme\nsource: its pages\nfields:\n  no: phone\n"))


def test_a_place_knows_its_path_and_its_pointer() -> None:
    place = Place.at("name", ("contactInfoList", 0, "contact"))
    assert (place.path, place.pointer) == ("contactInfoList[0].contact", "/contactInfoList/0/contact")


def test_a_pointer_escapes_what_would_read_as_a_step() -> None:
    assert Place.at("name", ("a/b", "c~d")).pointer == "/a~1b/c~0d"


@every("text", ["", "name", "name ", "shoe a.b", "name a[].b", "a.b"])
def test_words_that_are_no_place_are_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        Place.parse(text)


@every(
    ("changes", "path"),
    [
        ({"schema": "other"}, "schemas.own.schema"),
        ({"source": ""}, "schemas.own.source"),
        ({"source": None}, "schemas.own.source"),
        ({"version": 1}, "schemas.own.version"),
        ({"tokenize": "no"}, "schemas.own.tokenize"),
        ({"fields": {}}, "schemas.own.fields"),
        ({"fields": ["who"]}, "schemas.own.fields"),
        ({"fields": {"who": "shoe"}}, "schemas.own.fields.who"),
        ({"fields": {"who": ["name"]}}, "schemas.own.fields.who"),
        ({"fields": {"a..b": "name"}}, "schemas.own.fields.a..b"),
        ({"fields": {"a[0].b": "name"}}, "schemas.own.fields.a[0].b"),
        ({"fields": {"a": "name", "a.b": "name"}}, "schemas.own.fields.a.b"),
        ({"fields": {"a.b": "name", "a": "name"}}, "schemas.own.fields.a"),
        ({"fields": {"a.b": "name", "a[].b": "name"}}, "schemas.own.fields.a[].b"),
        ({"waybill_no": "no"}, "schemas.own.waybill_no"),
        ({"waybill_no": ["a[].no"]}, "schemas.own.waybill_no.0"),
        ({"waybill_no": ["no", "no"]}, "schemas.own.waybill_no.1"),
        ({"waybill_no": ["who"]}, "schemas.own.waybill_no.0"),
        ({"fields": {"a[].who": "name"}, "waybill_no": ["a[2].who"]}, "schemas.own.waybill_no.0"),
        ({"fields": {"waybill_no": "text"}}, "schemas.own.waybill_no"),
    ],
)
def test_a_fault_names_its_path(changes: dict[str, object], path: str) -> None:
    assert fault_path(**changes) == path


def test_a_schema_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(DefinitionError):
        Schema.parse("own", ["own"])


def test_fields_keep_their_order() -> None:
    schema = Schema.parse("own", {**GOOD, "fields": {"z": "name", "a[].b": "phone"}})
    assert schema.fields == ((("z",), "name"), (("a", EACH, "b"), "phone"))


def test_a_schema_may_be_stored_unless_it_says_otherwise() -> None:
    assert Schema.parse("own", GOOD).tokenize


@every(
    ("record", "number"),
    [
        ({"list": [{"no": "A"}], "no": "B", "waybill_no": "C"}, "A"),
        ({"list": [{"no": ""}], "no": "B", "waybill_no": "C"}, "B"),
        ({"list": [], "no": None, "waybill_no": "C"}, "C"),
        ({"list": {"0": {"no": "A"}}, "waybill_no": "C"}, "C"),
        ({"list": ["A"], "waybill_no": 12}, 12),
        ({"list": "A"}, None),
        ({}, None),
    ],
)
def test_the_waybill_number_is_the_first_that_holds_something(record: dict[str, Any], number: object) -> None:
    assert Schema.parse("own", {**GOOD, "waybill_no": ["list[0].no", "no"]}).waybill_no(record) == number
