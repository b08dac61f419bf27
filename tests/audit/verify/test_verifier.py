"""Tests that every kind of tampering is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.signatures import Verifier
from masking_service.audit.entries import FIRST_LINK, commit_message, encode, link
from masking_service.audit.lines import MAX_LINE_BYTES, CheckpointLine, EntryLine, read_line, write_line
from masking_service.audit.verify.findings import MAX_FINDINGS, Finding, Kind
from masking_service.audit.verify.verifier import StartingPoint, Summary, Verification, read_lines, verify
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import FIRST_AT, LAST_AT
from tests.keys.known import known_keyring

SIGNER = known_keyring().audit_signer
OTHER_SIGNER = known_keyring("another owner").audit_signer
Lines = Sequence[bytes]
Path = tuple[str | int, ...]


def run(lines: Lines, **how: Any) -> tuple[Summary, list[Finding]]:
    verification = Verification(Verifier(SIGNER.public_pem()), **how)
    summary = verify(lines, verification)
    return summary, [*verification.findings]


def findings(lines: Lines, **how: Any) -> list[Finding]:
    return run(lines, **how)[1]


def places(lines: Lines, **how: Any) -> list[tuple[str, int, str]]:
    """Kind, line and place of each fault."""
    return [(fault.kind.value, fault.line, fault.where) for fault in findings(lines, **how)]


def kinds(lines: Lines, **how: Any) -> set[Kind]:
    return {fault.kind for fault in findings(lines, **how)}


def entry_at(line: bytes) -> EntryLine:
    said = read_line(line)
    assert isinstance(said, EntryLine)
    return said


def checkpoint_at(line: bytes) -> CheckpointLine:
    said = read_line(line)
    assert isinstance(said, CheckpointLine)
    return said


def name_of(line: bytes) -> str:
    said = read_line(line)
    return f"checkpoint {said.checkpoint.epoch}" if isinstance(said, CheckpointLine) else f"{said.writer}-{said.number}"


def entries_in(lines: Lines) -> list[int]:
    """0-based positions of entries."""
    return [at for at, line in enumerate(lines) if line.startswith(b'{"id"')]


def checkpoints_in(lines: Lines) -> list[int]:
    return [at for at, line in enumerate(lines) if line.startswith(b'{"checkpoint"')]


def replaced(lines: Lines, at: int, *new: bytes) -> list[bytes]:
    return [*lines[:at], *new, *lines[at + 1 :]]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each scalar in JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from leaves(inner, (*path, name))
    if not isinstance(value, dict | list):
        yield path


def other(value: Any) -> Any:
    """Return a different value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return ("1" if value[:1] != "1" else "2") + value[1:]


def edited(line: bytes, path: Path) -> bytes:
    """The line with another value at one place."""
    said = json.loads(line)
    inner = said
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = other(inner[path[-1]])
    return json.dumps(said).encode() + b"\n"


def test_a_log_of_checkpoints_without_entries_is_sound_and_one_without_either_is_empty(store: Store) -> None:
    lines = [write_line(logs.checkpoint(store))]

    assert (places(lines), places([])) == ([], [("cut off", 0, "")])


def test_a_valid_log_has_no_findings_and_a_summary(sound: Lines) -> None:
    summary, found = run(sound)

    assert found == []
    assert summary == Summary(
        entries=21,
        writers=3,
        commits=9,
        checkpoints=3,
        first_at=FIRST_AT,
        last_at=LAST_AT,
        newest_epoch=3,
        newest_checkpoint_at=LAST_AT,
    )


def test_every_edited_member_of_every_entry_is_found_at_its_line_alone(sound: Lines) -> None:
    wrong = []
    for at in entries_in(sound):
        for path in leaves(json.loads(sound[at])["entry"], ("entry",)):
            found = places(replaced(sound, at, edited(sound[at], path)))
            if found != [("edited", at + 1, name_of(sound[at]))]:
                wrong.append((at, path, found))

    assert wrong == []


def test_an_edited_entry_is_blamed_and_its_link_is_not(sound: Lines) -> None:
    at = entries_in(sound)[0]

    (found,) = findings(replaced(sound, at, edited(sound[at], ("entry", "principal"))))

    assert found.text.startswith("the entry does not match its link")


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_member_that_was_added_or_removed_is_found_at_its_line(sound: Lines, change: str) -> None:
    at = entries_in(sound)[3]
    said = json.loads(sound[at])
    if change == "added":
        said["entry"]["note"] = "x"
    else:
        del said["entry"]["case"]

    assert places(replaced(sound, at, json.dumps(said).encode())) == [("edited", at + 1, name_of(sound[at]))]


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


def test_every_edited_link_is_found_and_its_entry_is_not_blamed(sound: Lines) -> None:
    wrong = []
    for at in entries_in(sound):
        found = findings(replaced(sound, at, edited(sound[at], ("link",))))
        if [(fault.kind, fault.line) for fault in found] != [(Kind.EDITED, at + 1)] or "its link" not in found[0].text:
            wrong.append((at, found))

    assert wrong == []


def test_every_edited_signature_is_found_at_its_line_alone(sound: Lines) -> None:
    signed = [at for at in range(len(sound)) if b'"signature"' in sound[at]]
    wrong = [
        (at, found)
        for at in signed
        if (found := places(replaced(sound, at, edited(sound[at], ("signature",)))))
        != [("signature", at + 1, name_of(sound[at]))]
    ]

    assert (wrong, len(signed)) == ([], 12)


def test_a_signature_of_another_key_is_found_at_its_line(sound: Lines) -> None:
    at = next(at for at in entries_in(sound) if b'"signature"' in sound[at])
    said = entry_at(sound[at])
    forged = OTHER_SIGNER.sign(commit_message(said.writer, said.number, said.link))
    line = write_line(EntryLine(said.writer, said.number, said.entry, said.link, forged))

    assert places(replaced(sound, at, line)) == [("signature", at + 1, name_of(sound[at]))]


def relinked(lines: Lines, at: int, upto: Callable[[EntryLine], bool]) -> list[bytes]:
    """Edit an entry, and recompute links up to `upto`."""
    changed = list(lines)
    first = entry_at(lines[at])
    before = entry_at(lines[at - 1]).link if first.number > 1 else FIRST_LINK
    while True:
        said = entry_at(changed[at])
        content = json.loads(said.entry)
        if said.number == first.number:
            content["principal"] = "staff/nonexistent"
        entry = encode(content)
        before = link(before, said.writer, said.number, entry)
        changed[at] = write_line(EntryLine(said.writer, said.number, entry, before, said.signature))
        if upto(said):
            return changed
        at += 1


def test_an_entry_that_was_edited_with_its_link_is_found_there_or_at_the_entry_after(sound: Lines) -> None:
    wrong = []
    for at in entries_in(sound):
        first, *more = findings(relinked(sound, at, lambda said: True))
        signed = bool(entry_at(sound[at]).signature)
        # Only the entry after it tells them apart, so both are named.
        expected = (at + 1, Kind.FORGED) if signed else (at + 2, Kind.EDITED)
        if (first.line, first.kind) != expected or (not signed and more):
            wrong.append((at, first, more))

    assert wrong == []


def test_a_relinked_commit_has_an_invalid_signature(sound: Lines) -> None:
    wrong = []
    for at in entries_in(sound):
        end = next(later for later in entries_in(sound) if later >= at and b'"signature"' in sound[later])
        first = findings(relinked(sound, at, lambda said: bool(said.signature)))[0]
        if (first.line, first.kind, first.where) != (end + 1, Kind.FORGED, name_of(sound[end])):
            wrong.append((at, first))

    assert wrong == []


def test_a_relinked_chain_fails_every_signature_and_checkpoint(sound: Lines) -> None:
    at = entries_in(sound)[0]
    found = places(relinked(sound, at, lambda said: said.number == 7))

    assert [kind for kind, *_ in found].count("signature") == 3
    assert [kind for kind, *_ in found].count("rewritten") == 3


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
    assert (fault.kind, fault.line, fault.where) == (Kind.DROPPED, first + 1, name)
    assert f"{name} to 5 are missing" in fault.text


def test_the_last_commit_of_a_writer_is_missed_by_the_checkpoint_that_names_it(sound: Lines) -> None:
    last = max(at for at in entries_in(sound) if name_of(sound[at]).endswith("-7"))
    (fault,) = findings([*sound[: last - 1], *sound[last + 1 :]])

    assert (fault.kind, fault.line, fault.where) == (Kind.CUT_OFF, last - 1, name_of(sound[last - 2]))
    assert f": {name_of(sound[last - 1])} and all after it are missing" in fault.text
    assert f"checkpoint 3 names {name_of(sound[last])}" in fault.text


def test_a_dropped_writer_is_missed_by_name(sound: Lines) -> None:
    writers = sorted({entry_at(sound[at]).writer for at in entries_in(sound)})

    wrong = [
        writer
        for writer in writers
        if places([s for s in sound if b'{"id":"%b' % writer.encode() not in s]) != [("writer missing", 0, writer)]
    ]

    assert (wrong, len(writers)) == ([], 3)


@pytest.mark.parametrize("where", ["beside it", "before the end"])
def test_every_duplicated_line_is_found(sound: Lines, where: str) -> None:
    wrong = []
    for at in range(len(sound) - 1):
        second = at + 1 if where == "beside it" else len(sound) - 1
        found = places([*sound[:second], sound[at], *sound[second:]])
        if found != [("duplicate", second + 1, name_of(sound[at]))]:
            wrong.append((at, found))

    assert wrong == []


def test_an_edited_copy_behind_the_entry_itself_is_found(sound: Lines) -> None:
    at = entries_in(sound)[3]
    copied = edited(sound[at], ("entry", "principal"))

    assert places([*sound[: at + 1], copied, *sound[at + 1 :]]) == [("duplicate", at + 2, name_of(sound[at]))]


def test_all_swapped_neighbours_are_found_at_the_line_that_comes_too_late(sound: Lines) -> None:
    wrong = []
    for at, after in zip(entries_in(sound), entries_in(sound)[1:], strict=False):
        if entry_at(sound[at]).writer != entry_at(sound[after]).writer:
            continue
        found = places([*sound[:at], sound[after], sound[at], *sound[after + 1 :]])
        if found != [("out of order", after + 1, name_of(sound[at]))]:
            wrong.append((at, found))

    assert wrong == []


def test_entries_that_changed_places_between_writers_are_both_found(sound: Lines) -> None:
    one, another = entries_in(sound)[3], entries_in(sound)[10]
    first, second = json.loads(sound[one]), json.loads(sound[another])
    first["entry"], second["entry"] = second["entry"], first["entry"]
    changed = replaced(replaced(sound, one, json.dumps(first).encode()), another, json.dumps(second).encode())

    assert places(changed) == [("edited", one + 1, first["id"]), ("edited", another + 1, second["id"])]


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
    wrong = [kept for kept in range(len(sound)) if not kinds(sound[:kept]) & {Kind.CUT_OFF, Kind.MISSING_WRITER}]

    assert wrong == []


def test_a_log_that_was_cut_off_within_a_line_says_which(sound: Lines) -> None:
    content = b"".join(sound)
    begins = len(content) - len(sound[-1])
    wrong = []
    for length in range(begins + 1, len(content) - 1, 13):
        found = findings([*read_lines(BytesIO(content[:length]))])
        if (found[0].kind, found[0].line) != (Kind.UNREADABLE, len(sound)) or "cut off" not in found[0].text:
            wrong.append(length)

    assert wrong == []


def test_a_last_line_without_a_line_end_is_valid(sound: Lines) -> None:
    assert findings([*read_lines(BytesIO(b"".join(sound)[:-1]))]) == []


def test_files_in_another_order_are_found(sound: Lines) -> None:
    middle = entries_in(sound)[4]
    found = places([*sound[middle:], *sound[:middle]])

    assert ("out of order", len(sound) - middle + 3, name_of(sound[entries_in(sound)[0]])) in found
    assert "cut off" in {kind for kind, *_ in found}


def test_every_edited_member_of_every_checkpoint_is_found_at_its_line(sound: Lines) -> None:
    wrong = []
    for at in checkpoints_in(sound):
        for path in leaves(json.loads(sound[at])["checkpoint"], ("checkpoint",)):
            first = findings(replaced(sound, at, edited(sound[at], path)))[0]
            if (first.kind, first.line) != (Kind.FORGED, at + 1):
                wrong.append((at, path, first))

    assert wrong == []


def test_a_dropped_checkpoint_is_named(sound: Lines) -> None:
    assert places(replaced(sound, 0)) == [("dropped", 1, "checkpoint 1")]
    assert places(replaced(sound, 1)) == [("dropped", len(sound) - 1, "checkpoint 2")]


def test_a_dropped_newest_checkpoint_is_missed_at_the_end(sound: Lines) -> None:
    assert places(sound[:-1]) == [("cut off", len(sound) - 1, "")]


def test_swapped_checkpoints_are_found(sound: Lines) -> None:
    assert places([sound[1], sound[0], *sound[2:]]) == [("out of order", 2, "checkpoint 1")]


def test_a_checkpoint_that_is_signed_but_follows_another_one_is_found(sound: Lines) -> None:
    said = json.loads(sound[1])["checkpoint"]
    said["previous"] = "1" * 64
    forked = CheckpointLine(checkpoint_at(sound[1]).checkpoint, encode(said), b"")
    forked = CheckpointLine(forked.checkpoint, forked.content, SIGNER.sign(forked.message))

    assert ("rewritten", 2, "checkpoint 2") in places(replaced(sound, 1, write_line(forked)))


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
    assert [fault.kind for fault in findings([*read_lines(BytesIO(content))])] == [Kind.CUT_OFF]


def test_a_line_without_an_end_is_read_to_the_longest_of_a_log_and_no_further(sound: Lines) -> None:
    endless = BytesIO(sound[0] + b"x" * (2 * MAX_LINE_BYTES + 5) + b"\n" + sound[1])

    assert [len(line) for line in read_lines(endless)] == [len(sound[0]), MAX_LINE_BYTES, len(sound[1])]


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
    verification = Verification(Verifier(SIGNER.public_pem()))
    verify([b"x\n"] * 1000 + [*sound], verification)

    assert (len([*verification.findings]), verification.findings.count) == (MAX_FINDINGS, 1000)


def test_a_log_is_verified_from_its_starting_checkpoint(sound: Lines) -> None:
    since = checkpoint_at(sound[0])
    heads = {head.writer: head.number for head in since.checkpoint.heads}
    rest = [s for s in sound[1:] if not s.startswith(b'{"id"') or entry_at(s).number > heads[entry_at(s).writer]]

    assert (len(sound) - len(rest), findings(rest, start=StartingPoint.after(since))) == (7, [])
    assert ("dropped", 1, "checkpoint 1") in places(rest)


def test_a_wrong_starting_checkpoint_is_found(sound: Lines) -> None:
    since = checkpoint_at(sound[0])
    heads = {head.writer: head.number for head in checkpoint_at(sound[1]).checkpoint.heads}
    rest = [s for s in sound[2:] if not s.startswith(b'{"id"') or entry_at(s).number > heads[entry_at(s).writer]]

    assert kinds(rest, start=StartingPoint.after(since)) == {Kind.DROPPED}


def test_a_kept_checkpoint_detects_an_older_log(sound: Lines) -> None:
    kept = checkpoint_at(sound[-1])
    older = cut_back(sound)

    assert findings(older) == []
    assert kinds(older, against=kept) == {Kind.CUT_OFF}


def cut_back(sound: Lines) -> list[bytes]:
    """The log as it was at its second checkpoint."""
    heads = {head.writer: head.number for head in checkpoint_at(sound[1]).checkpoint.heads}
    entries = [s for s in sound if s.startswith(b'{"id"') and entry_at(s).number <= heads[entry_at(s).writer]]
    return [sound[0], *entries, sound[1]]


def test_a_kept_checkpoint_needs_a_valid_signature(sound: Lines) -> None:
    kept = checkpoint_at(edited(sound[1], ("signature",)))

    assert kinds(sound, against=kept) == {Kind.FORGED}


def test_a_log_that_continues_after_a_kept_checkpoint_is_valid(sound: Lines) -> None:
    assert findings(sound, against=checkpoint_at(sound[1])) == []


def strictly(line: bytes) -> object:
    """Return the meaning of a line, or None."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    def typed(value: Any) -> Any:
        """Distinguish 1, 1.0 and true."""
        if isinstance(value, dict):
            return {name: typed(inner) for name, inner in value.items()}
        return [typed(inner) for inner in value] if isinstance(value, list) else (type(value), value)

    try:
        return typed(json.loads(line, object_pairs_hook=once))
    except ValueError:
        return None


@given(st.data())
def test_whatever_changes_the_meaning_of_one_line_is_found(sound: Lines, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sound) - 1))
    line = sound[at].rstrip(b"\n")
    begin = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(begin, min(begin + 3, len(line))))
    put = data.draw(st.binary(max_size=3) | st.sampled_from([b"0", b'"', b",", b" ", b"f", b"{", b"-", b"1e1"]))
    changed = line[:begin] + put.replace(b"\n", b" ") + line[end:]

    found = findings(replaced(sound, at, changed + b"\n"))

    assert bool(found) == (strictly(changed) != strictly(line))


@given(st.data())
def test_a_value_from_elsewhere_in_the_log_is_found_wherever_it_is_put(sound: Lines, data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(sound) - 1))
    another = data.draw(st.integers(0, len(sound) - 1))
    source, target = json.loads(sound[one]), json.loads(sound[another])
    value = source
    for name in data.draw(st.sampled_from([*leaves(source)])):
        value = value[name]
    changed = copy.deepcopy(target)
    path = data.draw(st.sampled_from([*leaves(target)]))
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value

    found = findings(replaced(sound, another, json.dumps(changed).encode()))

    assert bool(found) == (json.dumps(changed) != json.dumps(target))


def two_chains(first: str, epoch: int) -> list[bytes]:
    """A log that begins after a checkpoint."""
    entry = encode({"action": "start", "after": [f"{first}-4", "1" * 64], "at": 1})
    linked = link(FIRST_LINK, "cd" * 8, 1, entry)
    started = EntryLine("cd" * 8, 1, entry, linked, SIGNER.sign(commit_message("cd" * 8, 1, linked)))
    heads = [{"writer": "cd" * 8, "number": 1, "link": linked.hex()}]
    return [write_line(started), write_line(signed_checkpoint(epoch, "0" * 64, heads))]


def signed_checkpoint(epoch: int, previous: str, heads: list[dict[str, Any]]) -> CheckpointLine:
    content = encode({"epoch": epoch, "at": 1, "previous": previous, "heads": heads})
    said = checkpoint_at(b'{"checkpoint":%b,"signature":""}' % content)
    return CheckpointLine(said.checkpoint, content, SIGNER.sign(said.message))


def test_a_chain_named_by_the_next_one_is_missed(sound: Lines) -> None:
    assert places(two_chains("ab" * 8, 1)) == [("writer missing", 0, "ab" * 8)]


def test_a_named_chain_may_precede_a_log_that_begins_later() -> None:
    since = signed_checkpoint(1, "0" * 64, [])
    entry, checkpoint = two_chains("ab" * 8, 2)
    bound = checkpoint_at(checkpoint).checkpoint
    heads = [{"writer": head.writer, "number": head.number, "link": head.link} for head in bound.heads]
    newest = signed_checkpoint(2, since.link.hex(), heads)

    assert findings([entry, write_line(newest)], start=StartingPoint.after(since)) == []
