"""An export of all slots is verified, and findings name the slot."""

import json
from collections.abc import Callable, Sequence

import pytest

from masking_audit.format.lines import EntryLine, read_line, write_line
from masking_audit.format.links import commit_message
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import entry, writer_of
from tests.audit.slots.spread import KEYS, SLOTS, verified
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW


@pytest.fixture(scope="module")
def spread_lines(embedded: EmbeddedServer) -> list[bytes]:
    """The lines of a valid log with a writer in each slot."""
    with stores.spread_over(SLOTS):
        return logs.lines_of_real_log(embedded, writers=SLOTS)


def of_slot(lines: Sequence[bytes], slot: int) -> list[int]:
    """The positions of the entries of a slot."""
    parsed = [read_line(line) for line in lines]
    return [at for at, one in enumerate(parsed) if isinstance(one, EntryLine) and KEYS.slot_of(one.writer) == slot]


def test_an_export_of_all_slots_can_be_verified(spread_lines: list[bytes]) -> None:
    assert (verified(spread_lines), [len(of_slot(spread_lines, slot)) for slot in range(SLOTS)]) == ([], [7] * SLOTS)


def changed(lines: Sequence[bytes], at: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[at]
    return [*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]


def resigned(lines: Sequence[bytes], at: int) -> list[bytes]:
    """Sign a commit with another key."""
    said = read_line(lines[at])
    assert isinstance(said, EntryLine)
    forged = known_keyring("others").audit_signer.sign(commit_message(said.writer, said.number, said.link))
    line = write_line(EntryLine(said.writer, said.number, said.entry, said.link, forged))
    return [*lines[:at], line, *lines[at + 1 :]]


TAMPERED: dict[str, Callable[[list[bytes], list[int]], list[bytes]]] = {
    "edited: the entry does not": lambda lines, mine: changed(lines, mine[3], b'"dispute"', b'"support"'),
    "edited: its link": lambda lines, mine: changed(lines, mine[3], *other_link(lines[mine[3]])),
    "signature": lambda lines, mine: resigned(lines, mine[-1]),
    "dropped": lambda lines, mine: [line for at, line in enumerate(lines) if at != mine[3]],
    "duplicate": lambda lines, mine: [*lines[: mine[3] + 1], *lines[mine[3] :]],
    "out of order": lambda lines, mine: [*lines[: mine[3]], lines[mine[4]], lines[mine[3]], *lines[mine[5] :]],
    "cut off": lambda lines, mine: [line for at, line in enumerate(lines) if at != mine[-1]],
    "writer missing": lambda lines, mine: [line for at, line in enumerate(lines) if at not in mine],
}


def other_link(line: bytes) -> tuple[bytes, bytes]:
    said = read_line(line)
    assert isinstance(said, EntryLine)
    return said.link.hex().encode(), b"f" * 64


@pytest.mark.parametrize("finding", TAMPERED)
def test_tampering_in_any_slot_is_found_and_named_with_it(spread_lines: list[bytes], finding: str, slot: int) -> None:
    mine = of_slot(spread_lines, slot)
    said, *_ = verified(TAMPERED[finding](spread_lines, mine))

    assert f"in slot {slot}): {finding}" in said


def test_a_checkpoint_that_was_changed_for_any_slot_is_named(spread_lines: list[bytes], slot: int) -> None:
    (writer,) = {writer_of(json.loads(spread_lines[at])["id"]) for at in of_slot(spread_lines, slot)}
    newest = len(spread_lines) - 1
    number, less = b'"number":7,"writer":"%b"' % writer.encode(), b'"number":4,"writer":"%b"' % writer.encode()

    assert any(": signature: " in said for said in verified(changed(spread_lines, newest, number, less)))


def test_a_checkpoint_that_was_changed_to_another_number_of_slots_is_named(spread_lines: list[bytes]) -> None:
    newest = len(spread_lines) - 1

    assert any(": signature: " in said for said in verified(changed(spread_lines, newest, b'"slots":4', b'"slots":2')))


@pytest.mark.parametrize("slots", [b"0", b"17", b"-1", b"4.5"])
def test_a_checkpoint_with_an_impossible_number_of_slots_cannot_be_read(
    spread_lines: list[bytes], slots: bytes
) -> None:
    newest = len(spread_lines) - 1
    found = verified(changed(spread_lines, newest, b'"slots":4', b'"slots":%b' % slots))

    assert any(": unreadable: " in said for said in found)


def test_an_older_export_lacks_entries_of_the_slot_that_went_on(store: Store, slot: int) -> None:
    processes = [logs.Process(store, str(number)) for number in range(SLOTS)]
    for one in processes:
        one.commit(entry(at=NOW))
    logs.checkpoint(store)
    older = logs.lines(store)
    processes[slot].commit(entry(at=NOW))
    found = verified(older, against=logs.checkpoint(store))

    assert any("ends at checkpoint 1, before the given one" in said for said in found)
    assert any(
        f"{processes[slot].log._writer}-2 in slot {slot}): cut off: the given checkpoint" in said for said in found
    )
