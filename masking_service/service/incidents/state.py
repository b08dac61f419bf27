"""The incidents of a tenant, in one sealed list, without persons concerned and without waybills."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.state.lists import SealedLists, without_oldest
from masking_service.store.client import Store
from masking_service.store.layout import INCIDENTS

MAX_INCIDENTS: Final = 200
"""Maximum number of a tenant's incidents. A new one replaces the one that was closed first."""


class PackFile(msgspec.Struct, frozen=True):
    """A file about an incident: its name, and its SHA-256 in hexadecimal."""

    name: str
    sha256: str


class IncidentRecord(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident.

    Attributes:
        name: unique in the tenant.
        countries: whose laws ask something: codes of `duties.countries`.
        found_at: when it was found, in Unix seconds: deadlines count from then.
        opened_at, opened_by: when and by whom it was opened here.
        flags: what is so: `duties.Flag`.
        persons, possible: how many persons are concerned for sure, and at most; None as long as it is not known.
        what, measures: in words.
        reported: when each duty was done, by its key.
        closed_at, closed_by: the end; 0 and empty before.
    """

    name: str
    leak: str
    countries: tuple[str, ...]
    found_at: int
    opened_at: int
    opened_by: str
    flags: frozenset[str] = frozenset()
    persons: int | None = None
    possible: int | None = None
    kinds: tuple[str, ...] = ()
    what: str = ""
    measures: str = ""
    reported: Mapping[str, int] = {}
    files: tuple[PackFile, ...] = ()
    closed_at: int = 0
    closed_by: str = ""


class IncidentLists(SealedLists[IncidentRecord]):
    """The incidents of every tenant."""

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random, list[IncidentRecord], INCIDENTS, _bounded)


def _bounded(incidents: list[IncidentRecord]) -> list[IncidentRecord]:
    return without_oldest(incidents, MAX_INCIDENTS, lambda incident: bool(incident.closed_at))
