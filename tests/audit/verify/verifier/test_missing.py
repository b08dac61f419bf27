"""Dropped, doubled, swapped and cut-off lines are found."""

from io import BytesIO
from itertools import pairwise

import pytest

from masking_audit.verify.findings import FindingKind
from masking_audit.verify.verifier import read_lines
from tests.audit.logs import findings
from tests.audit.verify.verifier.tampering import (
    Lines,
    edited,
    entries_in,
    entry_at,
    kinds,
    name_of,
    places,
    replaced,
)


def test_every_dropped_entry_is_named_with_the_line_after_it(sound: Lines) -> None:
    wrong = []
    for at in entries_in(sound):
        said = entry_at(sound[at])
        found = places(replaced(sound, at))
        if said.number < 7:
            expected = [("dropped", at + 1, name_of(sound[at]))]
            if found != expected:
                wrong.append((at, found))
        elif {kind for kind, *_ in found} != {"cut off"} or {line for _, line, _ in found} != {at}:
            wrong.append((at, found))

    assert wrong == []


def test_a_dropped_commit_is_one_finding(sound: Lines) -> None:
    first = entries_in(sound)[2]
    (fault,) = findings([*sound[:first], *sound[first + 3 :]])

    name = name_of(sound[first])
    assert (fault.kind, fault.line, fault.where) == (FindingKind.DROPPED, first + 1, name)
    assert f"{name} to 5 are missing" in fault.text


def test_the_last_commit_of_a_writer_is_missed_by_the_checkpoint_that_names_it(sound: Lines) -> None:
    last = max(at for at in entries_in(sound) if name_of(sound[at]).endswith("-7"))
    (fault,) = findings([*sound[: last - 1], *sound[last + 1 :]])

    assert (fault.kind, fault.line, fault.where) == (FindingKind.CUT_OFF, last - 1, name_of(sound[last - 2]))
    assert f": {name_of(sound[last - 1])} and all after it are missing" in fault.text
    assert f"checkpoint 3 names {name_of(sound[last])}" in fault.text


def test_a_dropped_writer_is_missed_by_name(sound: Lines) -> None:
    writers = sorted({entry_at(sound[at]).writer for at in entries_in(sound)})

    found = {each: places([s for s in sound if b'{"id":"%b' % each.encode() not in s]) for each in writers}
    assert found == {each: [("writer missing", 0, each)] for each in writers}
    assert len(writers) == 3


@pytest.mark.parametrize("where", ["beside it", "before the end"])
def test_every_duplicated_line_is_found(sound: Lines, where: str) -> None:
    seconds = {at: at + 1 if where == "beside it" else len(sound) - 1 for at in range(len(sound) - 1)}
    found = {at: places([*sound[:second], sound[at], *sound[second:]]) for at, second in seconds.items()}

    assert found == {at: [("duplicate", second + 1, name_of(sound[at]))] for at, second in seconds.items()}


def test_an_edited_copy_behind_the_entry_itself_is_found(sound: Lines) -> None:
    at = entries_in(sound)[3]
    copied = edited(sound[at], ("entry", "principal"))

    assert places([*sound[: at + 1], copied, *sound[at + 1 :]]) == [("duplicate", at + 2, name_of(sound[at]))]


def test_all_swapped_neighbours_are_found_at_the_line_that_comes_too_late(sound: Lines) -> None:
    entries = [(at, entry_at(sound[at]).writer) for at in entries_in(sound)]
    swaps = [(at, after) for (at, writer), (after, next_writer) in pairwise(entries) if writer == next_writer]
    found = {at: places([*sound[:at], sound[after], sound[at], *sound[after + 1 :]]) for at, after in swaps}

    assert found == {at: [("out of order", after + 1, name_of(sound[at]))] for at, after in swaps}


def test_the_place_of_a_checkpoint_among_the_entries_is_not_signed(sound: Lines) -> None:
    """An export has older checkpoints before the entries, an archive behind what they name; docs/audit.md says it."""
    *older, end = [line for at, line in enumerate(sound) if at not in {*entries_in(sound)}]
    entries = [sound[at] for at in entries_in(sound)]
    moved = [[*entries[:at], *older, *entries[at:], end] for at in range(len(entries) + 1)]

    assert [at for at, log in enumerate(moved) if findings(log)] == []


def test_a_checkpoint_behind_the_end_is_found(sound: Lines) -> None:
    assert kinds([*sound[:-2], sound[-1], sound[-2]]) == {FindingKind.CUT_OFF}


def test_lines_that_changed_places_between_writers_are_found_where_they_come_too_late(sound: Lines) -> None:
    one, another = entries_in(sound)[3], entries_in(sound)[10]
    changed = replaced(replaced(sound, one, sound[another]), another, sound[one])

    # One comes before those of its writer that precede it, and the other behind those that follow it.
    first = next(at for at in entries_in(sound) if name_of(sound[at]) == f"{entry_at(sound[another]).writer}-1")
    assert places(changed) == [
        ("out of order", first + 1, name_of(sound[first])),
        ("out of order", another + 1, name_of(sound[one])),
    ]


def test_a_cut_off_end_of_any_length_is_found(sound: Lines) -> None:
    wrong = [
        kept
        for kept in range(len(sound))
        if not kinds(sound[:kept]) & {FindingKind.CUT_OFF, FindingKind.MISSING_WRITER}
    ]

    assert wrong == []


def test_a_log_that_was_cut_off_within_a_line_says_which(sound: Lines) -> None:
    content = b"".join(sound)
    begins = len(content) - len(sound[-1])
    wrong = []
    for length in range(begins + 1, len(content) - 1, 13):
        found = findings([*read_lines(BytesIO(content[:length]))])
        if (found[0].kind, found[0].line) != (FindingKind.UNREADABLE, len(sound)) or "cut off" not in found[0].text:
            wrong.append(length)

    assert wrong == []


def test_a_last_line_without_a_line_end_is_valid(sound: Lines) -> None:
    assert findings([*read_lines(BytesIO(b"".join(sound)[:-1]))]) == []


def test_files_in_another_order_are_found(sound: Lines) -> None:
    middle = entries_in(sound)[4]
    found = places([*sound[middle:], *sound[:middle]])

    assert ("out of order", len(sound) - middle + 3, name_of(sound[entries_in(sound)[0]])) in found
    assert "cut off" in {kind for kind, *_ in found}


def test_an_entry_that_comes_late_leaves_the_other_gaps(sound: Lines) -> None:
    first = entries_in(sound)[0]
    kept = [first + at for at in (0, 4, 6, 2)]
    found = places([*sound[:first], *(sound[at] for at in kept), *sound[first + 7 :]])

    missing = [where for kind, _, where in found if kind == "dropped"]
    assert missing == [name_of(sound[first + at]) for at in (1, 3, 5)]
