"""Compares the store with the log: every stored value must be announced, and the reverse.

Sealed state is identified by its place. Nothing is opened, and nothing is changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from keys.aead import HOUR_FORMAT
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import fact_hash
from masking_audit.verify.facts import Facts, Mismatch, MismatchKind
from masking_audit.verify.findings import FindingKind
from masking_audit.verify.verifier import Verification
from masking_service.audit.actions import Action
from masking_service.audit.places import PLACES, RECORD
from masking_service.audit.streams import Streams
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import PREFIX

KEYS_AT_ONCE: Final = 500
ANNOUNCED: Final[Mapping[str, str]] = {each.value: each.announces for each in Action if each.announces}
"""What the facts of an action are about."""


@dataclass(frozen=True, slots=True)
class StoreMismatch:
    """A place that the log does not explain.

    Attributes:
        what: what is stored there, or should be.
        place: its hash, as in facts.
    """

    what: str
    place: str
    mismatch: Mismatch


@dataclass(frozen=True, slots=True)
class _StoredValue:
    """A value read at a place, and when; `by_intake` is a custody that an intake host sealed."""

    what: str
    place: str
    value: str
    seen_at: int
    by_intake: bool

    @property
    def ends(self) -> bool:
        """Whether the place expires with its value."""
        return self.what in {"custody", "restriction", RECORD}

    @property
    def stays(self) -> bool:
        """Whether no rotation moves it to another place, or to another number of a list."""
        return self.what == "case"


def read_new_entries(streams: Streams, verification: Verification) -> Iterator[EntryLine]:
    """Verify and yield the store's newer entries.

    Raises:
        StoreUnavailable, UnreadableLineError: the store did not answer, or its log is invalid.
    """
    if verification.findings:
        return  # the log cannot be continued
    checkpoint_chain = verification.checkpoint_chain
    checkpoints = streams.checkpoints(checkpoint_chain.epoch)
    if checkpoint_chain.epoch:
        stored = next(checkpoints, None)
        if stored is None or stored.link != checkpoint_chain.head:
            text = "is not in the store: it was rolled back, or it is a different store"
            verification.findings.add(FindingKind.REWRITTEN, 0, f"checkpoint {checkpoint_chain.epoch}", text)
            return
    writers = streams.writers()
    for checkpoint in checkpoints:
        writers |= {head.writer for head in checkpoint.checkpoint.heads}
        verification.add_parsed(checkpoint)
    for writer in sorted(writers):
        chain = verification.chains.get(writer)
        for parsed in streams.entries(writer, chain.number + 1 if chain else 1):
            verification.add_parsed(parsed)
            yield parsed
        chain = verification.chains.get(writer)
        if chain:
            chain.end()


def check_store(
    store: Store, facts: Facts, update_facts: Callable[[], None], clock: Callable[[], int]
) -> Iterator[StoreMismatch]:
    """Compare all sealed values in store and log.

    Args:
        facts: the announcements of the log so far.
        update_facts: adds the announcements made meanwhile; called once, after everything was read.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    began = clock()
    seen: set[str] = set()
    suspected: list[_StoredValue] = []
    for one in _stored_values(store, facts, clock):
        seen.add(one.place)
        if one.by_intake and one.place not in facts:
            continue  # no entry announced it; once a place is announced, it is compared with the log
        if facts.check(one.place, one.value, one.seen_at, ends=one.ends, stays=one.stays):
            suspected.append(one)
    update_facts()
    for one in suspected:
        # Checked as of the time it was read: later announcements may have changed it since.
        mismatch = facts.check(one.place, one.value, one.seen_at, ends=one.ends, stays=one.stays)
        if mismatch:
            yield StoreMismatch(_name(one.what, mismatch), one.place, mismatch)
    for place in facts:
        mismatch = None if place in seen else facts.check(place, "", began, ends=True)
        if mismatch:
            yield StoreMismatch(_name("", mismatch), place, mismatch)


def _name(what: str, mismatch: Mismatch) -> str:
    """Describe what a place holds."""
    announcement = mismatch.announcement
    if announcement is None:
        return what
    if what in {"", RECORD}:
        what = ANNOUNCED.get(announcement.action, announcement.action)
    return f"case {announcement.case}" if what == "case" and announcement.case else what


def _stored_values(store: Store, facts: Facts, clock: Callable[[], int]) -> Iterator[_StoredValue]:
    keys = store.keys(PREFIX + b"*")
    while found := [*islice(keys, KEYS_AT_ONCE)]:
        kinds = [kind for key in found if (kind := _kind(key, facts))]
        commands: list[Command] = [(command, key) for _, command, key in kinds]
        now = clock()
        for (what, _, key), reply in zip(kinds, store.read(commands), strict=True):
            for place, value in _values(key, reply):
                by_intake = what == "custody" and value[:1] == bytes((HOUR_FORMAT,))
                yield _StoredValue(what, fact_hash(place), fact_hash(value), now, by_intake)


def _kind(key: bytes, facts: Facts) -> tuple[str, bytes, bytes] | None:
    """Return what a key holds and the command that reads it; None if it is not announced."""
    for what, command, pattern in PLACES:
        if pattern.fullmatch(key):
            return None if what == RECORD and fact_hash(key) not in facts else (what, command, key)
    return None


def _values(key: bytes, reply: Reply) -> Sequence[tuple[bytes, bytes]]:
    """Return places and values from the reply of GET or HGETALL."""
    if isinstance(reply, list):
        return [(key + b"/" + field, value) for field, value in zip(reply[0::2], reply[1::2], strict=True)]
    return [] if reply is None else [(key, reply)]


def is_not_in_log(found: StoreMismatch) -> bool:
    """Return whether the log lacks a place, as a log that begins later than the store may."""
    return found.mismatch.kind is MismatchKind.UNLOGGED and found.mismatch.announcement is None
