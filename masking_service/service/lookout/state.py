"""The people whom the lookout listed, with the reasons, for the desk.

The list of a tenant is sealed and write-once (`serials.py`), like that of the
freezes: a thief with the store's password can neither read it nor remove a name from it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from keys.secret import Unprinted
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.signals import SIGNALS
from masking_service.service.state.sealed import Prepared, TenantState
from masking_service.service.state.serials import Serials
from masking_service.store.layout import SHORTLIST, tenant_key
from masking_service.texts import Language

KEPT_SECONDS: Final = 30 * SECONDS_A_DAY


class StoredReason(msgspec.Struct, frozen=True):
    """Why a person was listed; see `Reason`."""

    signal: str
    score: float
    observed: float
    total: int
    expected: float
    other: str


class StoredListing(Unprinted, msgspec.Struct, frozen=True):
    """A person who was listed at a time (Unix seconds), with the total score; `frozen` if the lookout froze them."""

    id: str
    at: int
    total: float
    frozen: bool
    reasons: Sequence[StoredReason]


class Shortlists(TenantState):
    """The lists of every tenant."""

    def of(self, tenant: str) -> list[StoredListing]:
        """Return the people listed in the last thirty days, the newest first: one round trip. Raises as `Serials`."""
        listed = self._document(tenant)
        listed.refresh()
        return _read(listed.content)

    def prepare(self, tenant: str, added: Sequence[StoredListing], now: int) -> Prepared[bool]:
        """Seal the list with more people, and without those of more than thirty days ago.

        One round trip, and one to write. Writing returns False where another change was first: prepare again then.
        """

        def change(content: bytes) -> bytes:
            kept = [one for one in _read(content) if one.at >= now - KEPT_SECONDS]
            return msgspec.json.encode([*added, *kept])

        return self._document(tenant).prepare(change)

    def _document(self, tenant: str) -> Serials:
        place = tenant_key(self._keyring.tenant(tenant).tenant_tag, SHORTLIST)
        return Serials(self._store, place, lambda: self._keyring.tenant(tenant).state, self._random)


def _read(content: bytes) -> list[StoredListing]:
    return msgspec.json.decode(content, type=list[StoredListing]) if content else []


class Reason(NamedTuple):
    """Why a person is listed: `observed` of `total`, where `expected` are expected.

    Attributes:
        score: -log10 of the probability among honest people.
        other: the other person of a pair; otherwise empty.
    """

    person: str
    signal: str
    score: float
    observed: float
    total: int
    expected: float
    other: str = ""


def in_words(reason: Reason | StoredReason, language: Language = "en") -> str:
    """Return a reason as a sentence; people are named as in the log."""
    told = SIGNALS[reason.signal].filled(
        observed=_number(reason.observed),
        total=reason.total,
        expected=_number(reason.expected),
        other=reason.other.partition("/")[2] or reason.other,
    )
    return told.in_language(language)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
