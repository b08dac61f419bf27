"""Lines in other forms are read, and garbage is found."""

import json
from io import BytesIO
from typing import Any

import pytest

from masking_audit.verify.findings import MAX_FINDINGS, Finding, FindingKind
from masking_audit.verify.verifier import LogSummary, Verification, read_lines, verify
from tests.audit.logs import FIRST_AT, LAST_AT, VERIFIER, findings
from tests.audit.verify.verifier.tampering import (
    Lines,
    edited,
    entries_in,
    name_of,
    places,
    replaced,
)


def run(lines: Lines) -> tuple[LogSummary, list[Finding]]:
    verification = Verification(VERIFIER)
    summary = verify(lines, verification)
    return summary, [*verification.findings]


def test_a_valid_log_has_no_findings_and_a_summary(sound: Lines) -> None:
    summary, found = run(sound)

    assert found == []
    assert summary == LogSummary(
        entries=21,
        writers=3,
        commits=9,
        checkpoints=3,
        first_at=FIRST_AT,
        last_at=LAST_AT,
        newest_epoch=3,
        newest_checkpoint_at=LAST_AT,
    )


@pytest.mark.parametrize("member", ["id", "entry", "link", "more", "checkpoint"])
def test_a_line_with_a_member_too_few_or_too_many_cannot_be_read(sound: Lines, member: str) -> None:
    at = entries_in(sound)[3]
    said = json.loads(sound[at])
    if member in said:
        del said[member]
    else:
        said[member] = json.loads(sound[0])["checkpoint"] if member == "checkpoint" else 1
    found = places(replaced(sound, at, json.dumps(said).encode()))

    assert ("unreadable", at + 1, "") in found


def rewritten_by_another_tool(line: bytes) -> bytes:
    """Reformat JSON without changing its meaning."""

    def reversed_members(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: reversed_members(value[name]) for name in sorted(value, reverse=True)}
        return [reversed_members(inner) for inner in value] if isinstance(value, list) else value

    text = json.dumps(reversed_members(json.loads(line)), separators=(" , ", " : ")).replace("/", "\\/")
    return f"  {text}\t\r\n".encode()


def test_a_reformatted_log_is_valid(sound: Lines) -> None:
    assert run([rewritten_by_another_tool(line) for line in sound]) == run(sound)


def test_a_log_with_blank_lines_in_it_is_sound(sound: Lines) -> None:
    assert findings([line for each in sound for line in (each, b"\r\n", b" \n")]) == []


@pytest.mark.parametrize("space", [b"\x0b", b"\x0c"])
def test_white_space_that_json_does_not_know_is_found(sound: Lines, space: bytes) -> None:
    for changed in (space + sound[0], sound[0].removesuffix(b"\n") + space + b"\n"):
        assert ("unreadable", 1, "") in places(replaced(sound, 0, changed))


NO_LOG = (
    b"garbage\n",
    b"{}\n",
    b"[]\n",
    b"null\n",
    b"\xff\xfe\x00\n",
    b"[" * 100_000 + b"\n",
    b'{"id":1}\n',
    b'{"id":"a-1"}\n',
    b'{"checkpoint":{"epoch":1}}\n',
    b'{"id":"ab-1","entry":{"at":1e999},"link":"%b"}\n' % (b"0" * 64),
    b'{"id":"ab-1","entry":{"at":1,"n":"\\ud800"},"link":"%b"}\n' % (b"0" * 64),
)


@pytest.mark.parametrize("garbage", NO_LOG)
def test_garbage_is_found_at_its_line_and_hides_nothing_else(sound: Lines, garbage: bytes) -> None:
    at = entries_in(sound)[5]
    changed = replaced(sound, at, edited(sound[at], ("entry", "case")))

    found = places([*changed[:3], garbage, *changed[3:]])
    assert found == [("unreadable", 4, ""), ("edited", at + 2, name_of(sound[at]))]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   "])
def test_an_empty_log_is_none(content: bytes) -> None:
    assert [fault.kind for fault in findings([*read_lines(BytesIO(content))])] == [FindingKind.CUT_OFF]


def test_a_line_without_an_end_is_read_to_the_longest_of_a_log_and_no_further(sound: Lines) -> None:
    longest = 4 * 1024 * 1024
    endless = BytesIO(sound[0] + b"x" * (2 * longest + 5) + b"\n" + sound[1])

    assert [len(line) for line in read_lines(endless)] == [len(sound[0]), longest, len(sound[1])]


@pytest.mark.parametrize(
    ("holds", "member"),
    [(b'"signature"', ("signature",)), (b'{"checkpoint"', ("signature",)), (b'{"checkpoint"', ("id",))],
)
def test_an_empty_member_is_found(sound: Lines, holds: bytes, member: tuple[str]) -> None:
    """A signature that was emptied is not an entry without a signature."""
    at = max(at for at, line in enumerate(sound[:-1]) if holds in line)
    changed = {**json.loads(sound[at]), member[0]: ""}

    assert ("unreadable", at + 1, "") in places(replaced(sound, at, json.dumps(changed).encode()))


@pytest.mark.parametrize("place", ["line", "entry", "item"])
def test_a_duplicate_member_is_found(sound: Lines, place: str) -> None:
    at = entries_in(sound)[3]
    before, member = {
        "line": (b'{"id":', b'"id":"0000000000000000-1",'),
        "entry": (b'"entry":{', b'"principal":"staff/nonexistent",'),
        "item": (b'"items":[{', b'"outcome":"not-found",'),
    }[place]
    begin = sound[at].index(before) + (1 if place == "line" else len(before))
    doubled = sound[at][:begin] + member + sound[at][begin:]

    assert ("unreadable", at + 1, "") in places(replaced(sound, at, doubled))


def test_at_most_a_hundred_findings_are_kept_and_all_are_counted(sound: Lines) -> None:
    verification = Verification(VERIFIER)
    verify([b"x\n"] * 1000 + [*sound], verification)

    assert (len([*verification.findings]), verification.findings.count) == (MAX_FINDINGS, 1000)


def test_a_line_that_is_longer_than_any_of_a_log_is_cut() -> None:
    longest = 4 * 1024 * 1024
    for length in (longest, longest + 1, 2 * longest + 1):
        cut, *rest = read_lines(BytesIO(b"x" * length + b"\n" + b"y\n"))
        assert (len(cut), rest) == (longest, [b"y\n"]), length


def test_a_line_of_the_file_is_read_up_to_four_mebibytes() -> None:
    most = 4 * 1024 * 1024
    file = BytesIO(b"a" * (most - 1) + b"\n" + b"b" * (2 * most + 1) + b"\n" + b"c\nd")

    read = [(line[:1], len(line)) for line in read_lines(file)]

    assert read == [(b"a", most), (b"b", most), (b"c", 2), (b"d", 1)]
