"""Changed, missing, kept and first checkpoints of a log."""

import json
from typing import Any

from masking_audit.format.lines import CheckpointLine, EntryLine, write_line
from masking_audit.format.links import FIRST_LINK, commit_message, encode, link
from masking_audit.verify.findings import FindingKind
from masking_audit.verify.verifier import StartingPoint
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import SIGNER, VERIFIER, findings
from tests.audit.verify.verifier.tampering import (
    Lines,
    checkpoint_at,
    checkpoints_in,
    edited,
    entry_at,
    kinds,
    leaves,
    name_of,
    places,
    replaced,
)


def test_a_log_of_checkpoints_without_entries_is_sound_and_one_without_either_is_empty(store: Store) -> None:
    lines = [write_line(logs.checkpoint(store))]

    assert (places(lines), places([])) == ([], [("cut off", 0, "")])


def test_every_edited_member_of_every_checkpoint_is_found_at_its_line(sound: Lines) -> None:
    members = {at: leaves(json.loads(sound[at])["checkpoint"], ("checkpoint",)) for at in checkpoints_in(sound)}
    edits = [(at, path) for at, paths in members.items() for path in paths]
    found = {(at, path): places(replaced(sound, at, edited(sound[at], path)))[0][:2] for at, path in edits}

    assert found == {(at, path): ("signature", at + 1) for at, path in edits}


def test_a_dropped_checkpoint_is_named(sound: Lines) -> None:
    assert places(replaced(sound, 0)) == [("dropped", 1, "checkpoint 1")]
    assert places(replaced(sound, 1)) == [("dropped", len(sound) - 1, "checkpoint 2")]


def test_a_dropped_newest_checkpoint_is_missed_at_the_end(sound: Lines) -> None:
    assert places(sound[:-1]) == [("cut off", len(sound) - 1, "")]


def test_entries_that_no_checkpoint_names_are_found(sound: Lines) -> None:
    *entries, last = sound[2:-1]
    found = places([*entries, last, sound[0]])

    assert ("cut off", len(entries) + 1, name_of(last)) in found


def test_swapped_checkpoints_are_found(sound: Lines) -> None:
    assert places([sound[1], sound[0], *sound[2:]]) == [("out of order", 2, "checkpoint 1")]


def test_a_checkpoint_that_is_signed_but_follows_another_one_is_found(sound: Lines) -> None:
    said = json.loads(sound[1])["checkpoint"]
    said["previous"] = "1" * 64
    forked = CheckpointLine(checkpoint_at(sound[1]).checkpoint, encode(said), b"")
    forked = CheckpointLine(forked.checkpoint, forked.content, SIGNER.sign(forked.message))

    assert ("rewritten", 2, "checkpoint 2") in places(replaced(sound, 1, write_line(forked)))


def test_a_log_is_verified_from_its_starting_checkpoint(sound: Lines) -> None:
    since, rest = checkpoint_at(sound[0]), behind(sound, 0)

    assert (len(sound) - len(rest), findings(rest, start=StartingPoint.after(since, VERIFIER))) == (7, [])
    assert ("dropped", 1, "checkpoint 1") in places(rest)


def test_a_wrong_starting_checkpoint_is_found(sound: Lines) -> None:
    since, rest = checkpoint_at(sound[0]), behind(sound, 1)

    assert kinds(rest, start=StartingPoint.after(since, VERIFIER)) == {FindingKind.DROPPED}


def test_a_kept_checkpoint_detects_an_older_log(sound: Lines) -> None:
    kept = checkpoint_at(sound[-1])
    older = cut_back(sound)

    assert findings(older) == []
    assert kinds(older, against=kept) == {FindingKind.CUT_OFF}


def behind(sound: Lines, at: int) -> list[bytes]:
    """The lines behind one of the checkpoints with which the log begins, without the entries that it names."""
    heads = {head.writer: head.number for head in checkpoint_at(sound[at]).checkpoint.heads}
    return [s for s in sound[at + 1 :] if not s.startswith(b'{"id"') or entry_at(s).number > heads[entry_at(s).writer]]


def cut_back(sound: Lines) -> list[bytes]:
    """The log as it was at its second checkpoint."""
    later = behind(sound, 1)
    return [sound[0], *(s for s in sound if s.startswith(b'{"id"') and s not in later), sound[1]]


def test_a_kept_checkpoint_needs_a_valid_signature(sound: Lines) -> None:
    kept = checkpoint_at(edited(sound[1], ("signature",)))

    assert [(fault.kind, fault.line) for fault in findings(sound, against=kept)] == [(FindingKind.FORGED, 0)]


def test_a_log_that_continues_after_a_kept_checkpoint_is_valid(sound: Lines) -> None:
    assert findings(sound, against=checkpoint_at(sound[1])) == []


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

    assert findings([entry, write_line(newest)], start=StartingPoint.after(since, VERIFIER)) == []


def test_an_entry_is_compared_with_a_checkpoint_before_it() -> None:
    started, _ = two_chains("ab" * 8, 1)
    wrong = signed_checkpoint(1, "0" * 64, [{"writer": "cd" * 8, "number": 1, "link": "1" * 64}])

    assert ("rewritten", 2, f"{'cd' * 8}-1") in places([write_line(wrong), started])


def test_a_checkpoint_that_comes_late_leaves_the_other_gaps() -> None:
    lines = [write_line(signed_checkpoint(epoch, "0" * 64, [])) for epoch in (1, 5, 8, 3)]

    assert places(lines) == [
        ("dropped", 2, "checkpoint 2"),
        ("dropped", 2, "checkpoint 4"),
        ("dropped", 3, "checkpoint 6"),
        ("out of order", 4, "checkpoint 3"),
    ]


WRITER = "cd" * 8


def two_entries() -> list[EntryLine]:
    """A chain of two commits."""
    entries, linked = [], FIRST_LINK
    for number, action in enumerate(("start", "freeze"), 1):
        entry = encode({"action": action, "at": number})
        linked = link(linked, WRITER, number, entry)
        entries.append(EntryLine(WRITER, number, entry, linked, SIGNER.sign(commit_message(WRITER, number, linked))))
    return entries


def naming(epoch: int, previous: str, number: int, linked: str) -> CheckpointLine:
    """A checkpoint that names one entry."""
    return signed_checkpoint(epoch, previous, [{"writer": WRITER, "number": number, "link": linked}])


def test_one_last_entry_that_no_checkpoint_names_is_found() -> None:
    first, second = two_entries()
    newest = naming(1, "0" * 64, 1, first.link.hex())

    assert places([write_line(one) for one in (first, second, newest)]) == [("cut off", 2, f"{WRITER}-2")]


def test_an_entry_is_compared_with_a_checkpoint_that_comes_behind_the_next_entry() -> None:
    """A checkpoint names what there is when it is made; it may be written behind later entries."""
    first, second = two_entries()
    found = {}
    for said in (first.link.hex(), "1" * 64):
        late = naming(1, "0" * 64, 1, said)
        newest = naming(2, late.link.hex(), 2, second.link.hex())
        found[said] = places([write_line(one) for one in (first, second, late, newest)])

    assert found == {first.link.hex(): [], "1" * 64: [("rewritten", 0, f"{WRITER}-1")]}


def test_a_checkpoint_with_the_kept_heads_behind_another_history_is_found() -> None:
    first = signed_checkpoint(1, "0" * 64, [])
    kept, found = (signed_checkpoint(2, previous, []) for previous in ("1" * 64, first.link.hex()))

    assert places([write_line(first), write_line(found)], against=kept) == [("rewritten", 2, "checkpoint 2")]


def test_one_last_entry_that_a_checkpoint_names_and_the_log_lacks_is_found() -> None:
    first, second = two_entries()
    newest = naming(1, "0" * 64, 2, second.link.hex())

    assert places([write_line(first), write_line(newest)]) == [("cut off", 1, f"{WRITER}-1")]


def test_a_log_that_ends_one_checkpoint_before_a_kept_one_is_found() -> None:
    first = signed_checkpoint(1, "0" * 64, [])
    kept = signed_checkpoint(2, first.link.hex(), [])

    assert places([write_line(first)], against=kept) == [("cut off", 0, "")]
    assert places([write_line(first), write_line(kept)], against=kept) == []
