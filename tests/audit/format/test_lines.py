"""Lines of the log that could be read in two ways are refused."""

import copy
import json
from typing import Any

import pytest

from masking_audit.format.lines import UnreadableLineError, read_line
from masking_audit.format.links import place_of
from tests.every import every

LINK = "0" * 64
CHECKPOINT = {"checkpoint": {"epoch": 1, "at": 5, "previous": LINK, "heads": []}, "signature": "AAAA"}
ENTRY = {"id": "ab-1", "entry": {"at": 5}, "link": LINK}


@pytest.mark.parametrize("member", ENTRY)
def test_a_checkpoint_with_a_member_of_an_entry_is_refused(member: str) -> None:
    with pytest.raises(UnreadableLineError, match="is an entry and a checkpoint at once"):
        read_line(json.dumps(CHECKPOINT | {member: ENTRY[member]}).encode())


@pytest.mark.parametrize("place", [("checkpoint",), ("checkpoint", "heads", 0)])
def test_a_checkpoint_with_an_unknown_member_is_refused(place: tuple[str | int, ...]) -> None:
    line: Any = copy.deepcopy(CHECKPOINT)
    line["checkpoint"]["heads"] = [{"writer": "ab", "number": 1, "link": LINK}]
    read_line(json.dumps(line).encode())
    inner = line
    for step in place:
        inner = inner[step]
    inner["unknown"] = 1

    with pytest.raises(UnreadableLineError):
        read_line(json.dumps(line).encode())


@every("at", [-1, 253_402_300_800, 10**30, "5", True])
def test_a_checkpoint_without_a_time_that_can_be_written_is_refused(at: Any) -> None:
    line: Any = copy.deepcopy(CHECKPOINT)
    line["checkpoint"]["at"] = at

    with pytest.raises(UnreadableLineError):
        read_line(json.dumps(line).encode())


@pytest.mark.parametrize("member", ENTRY)
def test_an_entry_that_lacks_a_member_is_refused(member: str) -> None:
    line = {name: value for name, value in ENTRY.items() if name != member}

    with pytest.raises(UnreadableLineError, match="lacks its id, entry or link"):
        read_line(json.dumps(line).encode())


@every(
    "entry", [{}, {"at": "5"}, {"at": True}, {"at": 5.0}, {"at": -1}, {"at": 253_402_300_800}, {"at": 10**30}, [], 5]
)
def test_an_entry_without_a_time_is_refused(entry: Any) -> None:
    with pytest.raises(UnreadableLineError, match="without a time"):
        read_line(json.dumps(ENTRY | {"entry": entry}).encode())


@pytest.mark.parametrize("head", [["ab-0", LINK], ["ab-1", LINK[1:]], ["AB-1", LINK]])
def test_an_entry_that_follows_no_entry_is_refused(head: list[str]) -> None:
    with pytest.raises(UnreadableLineError, match="names an invalid entry before it"):
        read_line(json.dumps(ENTRY | {"entry": {"at": 5, "after": head}}).encode())


@pytest.mark.parametrize("previous", ["", LINK[1:], LINK + "0", LINK[1:] + "A"])
def test_a_checkpoint_with_an_invalid_link_is_refused(previous: str) -> None:
    invalid = CHECKPOINT | {"checkpoint": {"epoch": 1, "at": 5, "previous": previous, "heads": []}}

    with pytest.raises(UnreadableLineError, match="is a checkpoint with an invalid link"):
        read_line(json.dumps(invalid).encode())


def test_a_writer_has_64_digits_at_most_and_a_number_18() -> None:
    assert place_of("a" * 64 + "-" + "9" * 18) == ("a" * 64, 10**18 - 1)
    for name in ("a" * 65 + "-1", "a-" + "9" * 19, "-1", "a-0", "a-01", "a-"):
        with pytest.raises(ValueError, match="is not the id of an entry"):
            place_of(name)
