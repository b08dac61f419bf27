"""The opening tier publishes what intake hosts have to know. Any of its processes does, once a second.

Two processes that know different serials do not undo each other: one that knows less publishes nothing.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from operator import attrgetter
from typing import Final

import msgspec

from keys.keyring import Keyring
from keys.keyset import Keyset
from keys.keyset_file import INTAKE_USES, Use
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.clients import Client, ClientRegistry, Clients
from masking_service.service.state.serials import Serials
from masking_service.service.tiers.published import (
    DAYS_PLACE,
    STATE_PLACE,
    DayKeyEntry,
    PublishedAccess,
    PublishedDays,
    Sources,
    publication_key,
)
from masking_service.service.vault.data_keys import DataKeys
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import mark
from masking_service.store.genesis import MARKED_SLOTS
from masking_service.store.layout import GENESIS

FRESH_SECONDS: Final = 30
"""Seconds between publications without a change, so that intake hosts know their age."""


class Publisher:
    """Publishes for intake hosts.

    Args:
        keyring: signs; where it is not split, nothing is published.
        registry, freezes: what is published of access.
        data_keys: give the day keys.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        registry: ClientRegistry,
        freezes: Freezes,
        data_keys: DataKeys,
        random: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._registry = registry
        self._freezes = freezes
        self._data_keys = data_keys
        self._documents = tuple(
            Serials(store, place, lambda: publication_key(keyring), random) for place in (STATE_PLACE, DAYS_PLACE)
        )
        self._marks: tuple[bytes, tuple[bytes, dict[int, bytes]]] = b"", (b"", {})

    def publish(self, tenants: Iterable[str], may_store: Callable[[Client], bool], now: int) -> None:
        """Publish what has changed: one round trip to look at each of two documents, and two for one that is written.

        Args:
            tenants: whose day keys are published.
            may_store: whether a client may mask or tokenize.
            now: Unix seconds.

        Raises:
            StoreUnavailable, ProviderError: something is not published; the next call does it.
            IntegrityError: what is published was changed, or went back.
        """
        if self._keyring.publication is None:
            return
        access, days = self._documents
        whose = sorted(tenants)
        _publish(days, lambda content: self._days(content, whose, now))
        _publish(access, lambda content: self._access(content, whose, may_store, (now, days.serial)))

    def _days(self, before: bytes, tenants: list[str], now: int) -> bytes:
        last = msgspec.json.decode(before, type=PublishedDays) if before else PublishedDays({})
        if last.keyset > self._keyring.keyset.serial:
            return before
        keys: dict[str, list[DayKeyEntry]] = {}
        for tenant in tenants:
            theirs = {entry.day: entry for entry in last.keys.get(tenant, [])}
            found = (self._data_keys.of_day(tenant, at) for at in (now, now + SECONDS_A_DAY))
            both = {day: DayKeyEntry(day, number, key.key_id, key.day_key.public) for day, number, key in found}
            # The higher number of a day counts: another process may have made it just now.
            keys[tenant] = [max(mine, theirs.get(day, mine), key=attrgetter("number")) for day, mine in both.items()]
        return msgspec.json.encode(PublishedDays(keys, self._keyring.keyset.serial))

    def _access(
        self, before: bytes, tenants: list[str], may_store: Callable[[Client], bool], at: tuple[int, int]
    ) -> bytes:
        now, days = at
        known = self._registry.clients
        freezes = {tenant: self._freezes.published(tenant) for tenant in tenants}
        keyset = self._keyring.keyset
        sources = Sources(
            keyset.serial, self._registry.serial, {tenant: serial for tenant, (serial, _) in freezes.items()}
        )
        if before and sources.before(msgspec.json.decode(before, type=PublishedAccess).sources):
            return before
        genesis, marks = self._identity()
        return msgspec.json.encode(
            PublishedAccess(
                at=now // FRESH_SECONDS * FRESH_SECONDS,
                sources=sources,
                made_for=keyset.made_for,
                genesis=genesis,
                marks=marks,
                audit_slots=self._store.identity.audit.slots,
                versions={use: _usable(keyset, use) for use in INTAKE_USES if use != "host"},
                clients=Clients((client for client in known if may_store(client)), known.pepper).to_state(),
                frozen={tenant: frozen for tenant, (_, frozen) in freezes.items() if frozen},
                days=days,
            )
        )

    def _identity(self) -> tuple[bytes, dict[int, bytes]]:
        """Return the hashes of the first key of the store and of its marks.

        They change only while the state secret is rotated, which seals them anew.
        """
        keyset = self._keyring.keyset
        if self._marks[0] != keyset.digest or len(keyset.in_store("state")) > 1:
            slots = MARKED_SLOTS if self._store.identity.marked else ()
            genesis, *marks = self._store.read([(b"GET", GENESIS), *((b"GET", mark(slot)) for slot in slots)])
            if genesis is None or None in marks:
                raise StoreUnavailable("not-admitted")
            hashes = {slot: sha256(value).digest() for slot, value in zip(slots, marks, strict=True)}
            self._marks = keyset.digest, (sha256(genesis).digest(), hashes)
        return self._marks[1]


def _usable(keyset: Keyset, use: Use) -> list[int]:
    """Return the versions of a secret with which an intake host may store.

    While the index secret is rotated, the older place still decides (`docs/adr/0025`); afterwards nothing may be
    stored there.
    """
    if use == "index":
        return sorted({keyset.active["index"], *([] if keyset.deciding is None else [keyset.deciding])})
    return sorted(version for name, version in keyset.secrets if name == use)


def _publish(document: Serials, made: Callable[[bytes], bytes]) -> None:
    """Write a document if it has changed. Where another process is first, the next call looks again."""
    document.refresh()
    if made(document.content) != document.content:
        document.prepare(made).write()
