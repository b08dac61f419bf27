"""Edited entries, links and signatures are found at their lines."""

import json
from collections.abc import Callable

import pytest

from masking_audit.format.lines import EntryLine, write_line
from masking_audit.format.links import FIRST_LINK, commit_message, encode, link
from masking_audit.verify.findings import FindingKind
from tests.audit.logs import findings
from tests.audit.verify.verifier.tampering import (
    Lines,
    edited,
    entries_in,
    entry_at,
    leaves,
    name_of,
    places,
    replaced,
)
from tests.keys.known import known_keyring

OTHER_SIGNER = known_keyring("another owner").audit_signer


@pytest.mark.parametrize("step", [3, 1])
def test_every_edited_member_of_every_entry_is_found_at_its_line_alone(sound: Lines, step: int) -> None:
    some = entries_in(sound)[::step]
    edits = [(at, path) for at in some for path in leaves(json.loads(sound[at])["entry"], ("entry",))]
    found = {(at, path): places(replaced(sound, at, edited(sound[at], path))) for at, path in edits}

    assert found == {(at, path): [("edited", at + 1, name_of(sound[at]))] for at, path in edits}


def test_an_edited_entry_is_blamed_and_its_link_is_not(sound: Lines) -> None:
    at = entries_in(sound)[0]

    (found,) = findings(replaced(sound, at, edited(sound[at], ("entry", "principal"))))

    assert found.text.startswith("the entry does not match its link")


def test_two_edited_entries_behind_each_other_are_both_found(sound: Lines) -> None:
    first = entries_in(sound)[2]
    log = sound
    for at in (first, first + 1):
        log = replaced(log, at, edited(log[at], ("entry", "principal")))
    found = findings(log)

    assert {line for fault in found for line in range(fault.line, fault.last_line + 1)} == {first + 1, first + 2}
    assert {fault.kind for fault in found} == {FindingKind.EDITED}


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_member_that_was_added_or_removed_is_found_at_its_line(sound: Lines, change: str) -> None:
    at = entries_in(sound)[3]
    said = json.loads(sound[at])
    if change == "added":
        said["entry"]["note"] = "x"
    else:
        del said["entry"]["case"]

    assert places(replaced(sound, at, json.dumps(said).encode())) == [("edited", at + 1, name_of(sound[at]))]


def test_every_edited_link_is_found_and_its_entry_is_not_blamed(sound: Lines) -> None:
    found = {at: findings(replaced(sound, at, edited(sound[at], ("link",)))) for at in entries_in(sound)}

    said = {at: [(fault.kind, fault.line, "its link" in fault.text) for fault in found[at]] for at in found}
    assert said == {at: [(FindingKind.EDITED, at + 1, True)] for at in found}


def test_every_edited_signature_is_found_at_its_line_alone(sound: Lines) -> None:
    signed = [at for at in range(len(sound)) if b'"signature"' in sound[at]]
    found = {at: places(replaced(sound, at, edited(sound[at], ("signature",)))) for at in signed}

    assert found == {at: [("signature", at + 1, name_of(sound[at]))] for at in signed}
    assert len(signed) == 12


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
        expected = (at + 1, FindingKind.FORGED) if signed else (at + 2, FindingKind.EDITED)
        if (first.line, first.kind) != expected or (not signed and more):
            wrong.append((at, first, more))

    assert wrong == []


def test_a_relinked_commit_has_an_invalid_signature(sound: Lines) -> None:
    signed = [at for at in entries_in(sound) if b'"signature"' in sound[at]]
    ends = {at: min(end for end in signed if end >= at) for at in entries_in(sound)}
    found = {at: places(relinked(sound, at, lambda said: bool(said.signature)))[0] for at in ends}

    assert found == {at: ("signature", end + 1, name_of(sound[end])) for at, end in ends.items()}


def test_a_relinked_chain_fails_every_signature_and_checkpoint(sound: Lines) -> None:
    at = entries_in(sound)[0]
    found = places(relinked(sound, at, lambda said: said.number == 7))

    assert [kind for kind, *_ in found].count("signature") == 3
    assert [kind for kind, *_ in found].count("rewritten") == 3


def test_entries_that_changed_places_between_writers_are_both_found(sound: Lines) -> None:
    one, another = entries_in(sound)[3], entries_in(sound)[10]
    first, second = json.loads(sound[one]), json.loads(sound[another])
    first["entry"], second["entry"] = second["entry"], first["entry"]
    changed = replaced(replaced(sound, one, json.dumps(first).encode()), another, json.dumps(second).encode())

    assert places(changed) == [("edited", one + 1, first["id"]), ("edited", another + 1, second["id"])]


def test_an_entry_whose_link_was_edited_is_known_again_by_the_link_that_was_signed(sound: Lines) -> None:
    """One in the middle of a commit, which comes once more as it was."""
    at = next(at for at in entries_in(sound) if b"signature" not in sound[at])
    log = [*replaced(sound, at, edited(sound[at], ("link",)))]
    log.insert(at + 2, sound[at])

    assert [(fault.line, fault.where, fault.text) for fault in findings(log)] == [
        (at + 1, name_of(sound[at]), "its link was edited; the entry itself is as signed"),
        (at + 3, name_of(sound[at]), "occurs twice in the log"),
    ]
