"""Compares the store with the log: every stored value must be announced, and the reverse.

Sealed state is identified by its place. Nothing is opened, and nothing is changed.

Several processes announce at the same time: writes announced within ten seconds
of each other may have happened in either order, and a recent one may not have
happened yet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

import msgspec

from keys.aead import HOUR_FORMAT
from masking_audit.format.entries import Entry
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import entry_id, fact_hash
from masking_audit.verify.findings import FindingKind
from masking_audit.verify.verifier import Verification
from masking_service.audit.actions import Action
from masking_service.audit.places import PLACES, RECORD, places_in
from masking_service.audit.streams import Streams
from masking_service.store.client import Command, Store
from masking_service.store.layout import PREFIX

SLACK_SECONDS: Final = 10


class MismatchKind(StrEnum):
    """How a place in the store differs from the log."""

    DELETED = "deleted"
    REPLAYED = "replayed"
    REPLACED = "replaced"
    OUTLIVED = "outlived"
    UNLOGGED = "not in the log"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How one place differs from the log."""

    kind: MismatchKind
    text: str
    announcement: "AnnouncedWrite | None"


@dataclass(frozen=True, slots=True)
class AnnouncedWrite:
    """A write to one place that an entry announced; see `entries.Fact`."""

    at: int
    value: str
    until: int
    once: bool
    entry: str
    action: str
    case: str

    def ended(self, at: int) -> bool:
        """Return whether it may have expired by `at`."""
        return 0 < self.until <= at + SLACK_SECONDS


class Facts:
    """The announced writes of a log, by place."""

    def __init__(self) -> None:
        self._places: dict[str, list[AnnouncedWrite]] = {}
        self._taken_back: set[str] = set()

    def add(self, line: EntryLine) -> None:
        """Add the announcements of an entry; raises msgspec.ValidationError if it is invalid."""
        entry = msgspec.json.decode(line.entry, type=Entry)
        self._taken_back.update(entry.takes_back)
        name = entry_id(line.writer, line.number)
        for fact in entry.facts:
            announcement = AnnouncedWrite(entry.at, fact.value, fact.until, fact.once, name, entry.action, entry.case)
            found = self._places.setdefault(fact.place, [])
            if announcement not in found:
                found.append(announcement)

    def __contains__(self, place: str) -> bool:
        return place in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def newest(self, place: str) -> AnnouncedWrite | None:
        """Return the newest announcement of a place."""
        return max(self._places.get(place, ()), key=lambda announcement: announcement.at, default=None)

    def check(self, place: str, value: str, now: int, *, ends: bool, stays: bool = False) -> Mismatch | None:
        """Compare a stored value with the log.

        Args:
            place, value: hashes, as in facts; an empty value if the place is empty.
            now: Unix seconds.
            ends: whether the place itself expires when its value does.
            stays: whether its values are sealed anew at this place only, so that another entry announced the first one.

        Returns:
            None if the log explains the value.
        """
        announcements = self._places.get(place, [])
        if value and stays and announcements and all(one.action == Action.RESEAL for one in announcements):
            return Mismatch(MismatchKind.UNLOGGED, "no entry announced this value before it was sealed anew", None)
        history = _History(announcements, self._taken_back, now)
        return history.check_value(value, ends=ends) if value else history.check_absent()


class _History:
    """The announcements of one place."""

    def __init__(self, announcements: Sequence[AnnouncedWrite], taken_back: set[str], now: int) -> None:
        self._announcements = sorted(announcements, key=lambda one: one.at)
        self._taken_back = taken_back
        self._now = now

    def check_absent(self) -> Mismatch | None:
        """Check that the log explains an empty place."""
        for one in reversed(self._announcements):
            if one.value and self._was_written(one) and not one.ended(self._now) and not self._may_be_deleted(one):
                text = "the place is empty: the value was never written, or it was deleted since"
                return Mismatch(MismatchKind.DELETED, text, one)
        return None

    def check_value(self, value: str, *, ends: bool) -> Mismatch | None:
        """Check that the log explains a value."""
        if not self._announcements:
            return Mismatch(MismatchKind.UNLOGGED, "no entry announced this value", None)
        mine = [one for one in self._announcements if one.value == value]
        if not mine:
            if ends and all(one.ended(self._now) for one in self._announcements if one.value):
                return None  # what was announced has expired, and later values need no announcement
            return Mismatch(MismatchKind.UNLOGGED, "the value is none of those announced", self._announcements[-1])
        found: Mismatch | None = None
        for one in mine:
            found = self._contradiction(one, ends=ends)
            if found is None:
                return None
        return found

    def _contradiction(self, one: AnnouncedWrite, *, ends: bool) -> Mismatch | None:
        """Return why the announced value cannot be there now, if so."""
        for other in reversed(self._announcements):
            if not other.once and other.at > one.at + SLACK_SECONDS and self._was_written(other):
                what = "has another value" if other.value else "is empty"
                return Mismatch(MismatchKind.REPLAYED, f"it is old: since {other.entry}, the place {what}", one)
        for other in self._announcements:
            if one.once and other.value and other.at < one.at - SLACK_SECONDS and self._was_present(other, one.at):
                text = f"{other.entry} came first, and its value was never written, or it was deleted"
                return Mismatch(MismatchKind.REPLACED, text, one)
        if ends and one.until and self._now > one.until + SLACK_SECONDS:
            return Mismatch(MismatchKind.OUTLIVED, "it should have expired", one)
        return None

    def _was_written(self, one: AnnouncedWrite) -> bool:
        """Return whether nothing explains why it would not have been written."""
        return one.entry not in self._taken_back and one.at < self._now - SLACK_SECONDS

    def _was_present(self, one: AnnouncedWrite, at: int) -> bool:
        return self._was_written(one) and not one.ended(at) and not self._may_be_deleted(one, at)

    def _may_be_deleted(self, one: AnnouncedWrite, at: int | None = None) -> bool:
        """Return whether the value may have been deleted before `at`."""
        upto = self._now if at is None else at
        emptied = (other.at for other in self._announcements if not other.value)
        return any(one.at - SLACK_SECONDS <= other <= upto + SLACK_SECONDS for other in emptied)


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
            for place, value in places_in(key, reply):
                by_intake = what == "custody" and value[:1] == bytes((HOUR_FORMAT,))
                yield _StoredValue(what, fact_hash(place), fact_hash(value), now, by_intake)


def _kind(key: bytes, facts: Facts) -> tuple[str, bytes, bytes] | None:
    """Return what a key holds and the command that reads it; None if it is not announced."""
    for what, command, pattern in PLACES:
        if pattern.fullmatch(key):
            return None if what == RECORD and fact_hash(key) not in facts else (what, command, key)
    return None


def is_not_in_log(found: StoreMismatch) -> bool:
    """Return whether the log lacks a place, as a log that begins later than the store may."""
    return found.mismatch.kind is MismatchKind.UNLOGGED and found.mismatch.announcement is None
