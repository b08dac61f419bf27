"""Compares stored values with announced writes. Pure.

Entries announce what is about to be written, and several processes announce at
the same time: writes announced within ten seconds of each other may have
happened in either order, and a recent one may not have happened yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from masking_audit.format.entries import Entry
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import entry_id
from masking_service.audit.actions import Action

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
