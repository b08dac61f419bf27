"""Replaces stored values by the same values under another key, unless they were changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from masking_service.service.state.sealed import Sealed
from masking_service.store.client import Store
from masking_service.store.question import Question
from masking_service.store.scripts import Script

_SCRIPT: Final = Script.of("masking_service.rotation", "reseal.lua")


@dataclass(frozen=True, slots=True)
class Resealed:
    """A value that was sealed anew.

    Attributes:
        key: of the store.
        field: of a hash; empty for a string.
        before, after: the stored bytes.
    """

    key: bytes
    field: bytes
    before: bytes
    after: bytes

    @property
    def place(self) -> bytes:
        """Where it is stored, as audit entries name it."""
        return self.key + b"/" + self.field if self.field else self.key


def announced(store: Store, values: Sequence[Resealed]) -> list[Sealed]:
    """Return what the audit log says of values before they are replaced, with their expiries: one round trip.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    ends = store.read([(b"EXPIRETIME", one.key) for one in values]) if values else []
    return [
        Sealed(one.place, one.after, until=max(int(end), 0), once=False) for one, end in zip(values, ends, strict=True)
    ]


def replace(store: Store, values: Sequence[Resealed]) -> int:
    """Replace values durably, and return how many of them were not changed meanwhile: one round trip.

    Raises:
        StoreUnavailable: some of them may be replaced.
    """
    questions = [Question.running(_SCRIPT, [one.key], [one.field, one.before, one.after], int) for one in values]
    store.ask(*questions)
    return sum(question.answer() for question in questions)
