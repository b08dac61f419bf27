"""What the log says has been written, place by place, and whether what stands there now can have come of it. Pure.

Entries announce what is about to be written, and several processes announce at
the same time: what was announced within ten seconds may have been written in
either order, and what was announced just now may not be written yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from masking_service.audit.entries import Entry, entry_id
from masking_service.audit.lines import EntryLine

SLACK_SECONDS: Final = 10


class Mark(StrEnum):
    """What is wrong with a place."""

    DELETED = "deleted"
    REPLAYED = "replayed"
    REPLACED = "replaced"
    OUTLIVED = "outlived"
    UNLOGGED = "not in the log"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one place, in words, and the entry that is the newest to speak of it (None: none does)."""

    mark: Mark
    text: str
    said: "Said | None"


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry, by its id, announced about one place; see `entries.Fact`."""

    at: int
    value: str
    until: int
    once: bool
    entry: str
    action: str
    case: str

    def ended(self, at: int) -> bool:
        """Whether it may have expired by `at`."""
        return 0 < self.until <= at + SLACK_SECONDS


class Facts:
    """All facts of a log."""

    def __init__(self) -> None:
        self._places: dict[str, list[Said]] = {}
        self._taken_back: set[str] = set()

    def take(self, line: EntryLine) -> None:
        """Learn what an entry announced. Raises msgspec.ValidationError where it is no entry."""
        entry = msgspec.json.decode(line.entry, type=Entry)
        self._taken_back.update(entry.takes_back)
        name = entry_id(line.writer, line.number)
        for fact in entry.facts:
            said = Said(entry.at, fact.value, fact.until, fact.once, name, entry.action, entry.case)
            found = self._places.setdefault(fact.place, [])
            if said not in found:
                found.append(said)

    def __contains__(self, place: str) -> bool:
        return place in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def newest(self, place: str) -> Said | None:
        """The newest that was said of a place."""
        return max(self._places.get(place, ()), key=lambda said: said.at, default=None)

    def judge(self, place: str, value: str, now: int, *, ends: bool) -> Finding | None:
        """Hold a place against the log.

        Args:
            place, value: hashes, as facts have them; no value where nothing stands there.
            now: Unix seconds.
            ends: whether the place itself expires when its value does.

        Returns:
            None where the log explains what stands there.
        """
        history = _History(self._places.get(place, []), self._taken_back, now)
        return history.judge_value(value, ends=ends) if value else history.judge_nothing()


class _History:
    """What was said of one place."""

    def __init__(self, said: Sequence[Said], taken_back: set[str], now: int) -> None:
        self._said = sorted(said, key=lambda one: one.at)
        self._taken_back = taken_back
        self._now = now

    def judge_nothing(self) -> Finding | None:
        """Nothing stands there."""
        for one in reversed(self._said):
            if one.value and self._was_written(one) and not one.ended(self._now) and not self._emptied(one):
                text = "nothing stands there: it was never written, or it was deleted since"
                return Finding(Mark.DELETED, text, one)
        return None

    def judge_value(self, value: str, *, ends: bool) -> Finding | None:
        """A value stands there."""
        if not self._said:
            return Finding(Mark.UNLOGGED, "no entry announced what stands there", None)
        mine = [one for one in self._said if one.value == value]
        if not mine:
            if ends and all(one.ended(self._now) for one in self._said if one.value):
                return None  # what was announced has ended, and nobody announces what may come after it
            return Finding(Mark.UNLOGGED, "what stands there is none of what was announced", self._said[-1])
        found: Finding | None = None
        for one in mine:
            found = self._objection(one, ends=ends)
            if found is None:
                return None
        return found

    def _objection(self, one: Said, *, ends: bool) -> Finding | None:
        """Why what an entry announced cannot stand there, if it cannot."""
        for other in reversed(self._said):
            if not other.once and other.at > one.at + SLACK_SECONDS and self._was_written(other):
                what = "another value" if other.value else "nothing"
                return Finding(Mark.REPLAYED, f"it is older: since {other.entry}, {what} stands there", one)
        for other in self._said:
            if one.once and other.value and other.at < one.at - SLACK_SECONDS and self._stood(other, one.at):
                text = f"{other.entry} came first, and what it announced was never written, or it was deleted"
                return Finding(Mark.REPLACED, text, one)
        if ends and one.until and self._now > one.until + SLACK_SECONDS:
            return Finding(Mark.OUTLIVED, "it should have ended by itself", one)
        return None

    def _was_written(self, one: Said) -> bool:
        """Whether nothing explains that it was not."""
        return one.entry not in self._taken_back and one.at < self._now - SLACK_SECONDS

    def _stood(self, one: Said, at: int) -> bool:
        return self._was_written(one) and not one.ended(at) and not self._emptied(one, at)

    def _emptied(self, one: Said, at: int | None = None) -> bool:
        """Whether the place may have been emptied behind it, and before `at`."""
        upto = self._now if at is None else at
        emptied = (other.at for other in self._said if not other.value)
        return any(one.at - SLACK_SECONDS <= other <= upto + SLACK_SECONDS for other in emptied)


def hash_of(content: bytes) -> str:
    """The hash by which facts name places and values."""
    return sha256(content).digest()[:16].hex()
