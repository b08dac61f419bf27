"""What is read from a YAML document, and what is said of a place that cannot be read."""

from typing import Any

import pytest

from masking_service.service.people.document import DocumentPlace, read_document
from tests.every import every

KNOWN = ("one", "two")
BOUNDS: dict[str, tuple[Any, ...]] = {
    "integer": (2, 5),
    "text": (3,),
    "seconds": (7_200,),
    "thousandths": (),
    "truth": (),
    "word": (KNOWN, "word"),
}
"""What each way to read a place is told."""


def read_as(how: str, place: DocumentPlace) -> Any:
    return getattr(place, how)(*BOUNDS[how])


@every(
    ("how", "value", "expected"),
    [
        *(("integer", value, value) for value in (2, 3, 5)),
        *(("text", value, value) for value in ("a", "abc", "张三")),
        *(("seconds", value, found) for value, found in (("1s", 1), ("90s", 90), ("2m", 120), ("2h", 7_200))),
        *(("thousandths", value, found) for value, found in (("0%", 0), ("0.1%", 1), ("20%", 200), ("100%", 1_000))),
        *(("truth", value, value) for value in (True, False)),
        *(("word", value, value) for value in KNOWN),
    ],
)
def test_a_value_within_its_bounds_is_read(how: str, value: Any, expected: Any) -> None:
    place = DocumentPlace(value, "a", [])

    assert (read_as(how, place), place.faults) == (expected, [])


@every(
    ("how", "reason", "values"),
    [
        ("integer", "has to be a whole number from 2 to 5", (1, 6, True, 2.0, "3", None)),
        ("text", "has to be text of 1 to 3 printable characters", ("", "abcd", "a\nb", 5, None)),
        (
            "seconds",
            "has to be a duration such as 90s, 15m, 2h or 180d, of at most 2h",
            ("0s", "7201s", "3h", "1d", "s", "05s", "1.5h", 90, "１s"),
        ),
        ("thousandths", "has to be a share such as 2% or 0.5%", ("100.1%", "-1%", "2", "2.55%", "%", 2)),
        ("truth", "has to be true or false", (0, 1, "true", None)),
        ("word", "no such word; there are: one, two", ("three", "", None, 1, ["one"])),
    ],
)
def test_any_other_value_has_one_fault_and_is_read_as_something_harmless(
    how: str, reason: str, values: tuple[Any, ...]
) -> None:
    harmless = {"integer": 2, "text": "", "seconds": 1, "thousandths": 0, "truth": False, "word": ""}

    for value in values:
        place = DocumentPlace(value, "a", [])
        assert (read_as(how, place), place.faults) == (harmless[how], [("a", reason)])


def test_a_duration_counts_days() -> None:
    assert DocumentPlace("180d", "a", []).seconds(180 * 86_400) == 180 * 86_400


def test_a_repeated_or_unknown_word_is_a_fault_at_its_place() -> None:
    place = DocumentPlace(["one", "one", "three", "two"], "a", [])

    assert place.words(KNOWN, "word") == {"one", "two"}
    assert [where for where, _ in place.faults] == ["a[1]", "a[2]"]


def test_what_follows_from_a_fault_is_not_said() -> None:
    place = DocumentPlace({"list": ["three"], "left": 1}, "a", [])
    place.named()["list"].words(KNOWN, "word")
    for member in ("list", "list", "left", "lef"):
        place.fault("names at least one", member)
    place.fault("is of no use")

    assert place.faults == [
        ("a.list[0]", "no such word; there are: one, two"),
        ("a.left", "names at least one"),
        ("a.lef", "names at least one"),
    ]


def test_unknown_and_missing_members_are_faults() -> None:
    place = DocumentPlace({"one": 1, "three": 3}, "a", [])

    assert place.fields(["one", "two"], ["four"]).keys() == {"one", "two"}
    assert place.faults == [("a.three", "unknown key; known here: four, one, two"), ("a.two", "missing")]


@every("how", BOUNDS)
def test_what_is_missing_is_said_once(how: str) -> None:
    place = DocumentPlace({}, "", [])
    read_as(how, place.fields(["one"])["one"])

    assert place.faults == [("one", "missing")]


@pytest.mark.parametrize("value", ["text", 5, None, ["one"]])
def test_what_is_no_mapping_has_one_fault_and_no_members(value: Any) -> None:
    place = DocumentPlace(value, "", [])

    assert [one.value for one in place.fields([], ["one"]).values()] == []
    assert place.faults == [("(document)", "has to be a mapping")]


def test_a_key_that_is_no_text_is_a_fault() -> None:
    place = DocumentPlace({1: "one", "two": 2}, "a", [])

    assert place.named().keys() == {"two"}
    assert place.faults == [("a", "every key has to be text (quote it)")]


@every(
    ("document", "fault"),
    [
        ("a: 1\nb: [1\nc: 2", ("line 3", "did not find expected ',' or ']'")),
        ("a: 1\nb: 2\na: 3", ("line 3", "this key is there already, at line 1")),
        *(
            (f"b:\n  a: {value}", ("line 2", "no number, date or truth value that can be read: put a text in quotes"))
            for value in ("2026-13-45", "2026-02-30", "9" * 5_000, "!!bool maybe", "!!timestamp x", "!!float x")
        ),
        *(
            (f"b:\n  a: {value}", ("line 2", "tags, << and = are not read here: write the value out, a text in quotes"))
            for value in ("{<<: {b: 1}}", "!vault b", "!!set [a]", '!!binary "é"', "=")
        ),
        ("b: 1\n[a]: 1", ("line 2", "a key has to be one value, not a list or a mapping")),
        ("[" * 5_000, ("line 1", "exceeded maximum nesting depth")),
        ("a: \0", None),
    ],
)
def test_what_is_no_yaml_has_one_fault_that_says_what_and_where(document: str, fault: tuple[str, str] | None) -> None:
    read = read_document(document)

    assert len(read.faults) == 1
    assert read.fields(["one"]).keys() == {"one"}
    assert read.faults == [fault or read.faults[0]]
