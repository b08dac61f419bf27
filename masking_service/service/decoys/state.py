"""Decoys: waybills that only thieves name.

A phantom has no parcel; its number is known only where it was planted. A seed
is a real parcel with a phone of the operator's own. The lists of a tenant are
sealed and padded, so that neither a number nor how many there are can be read
from the store. Workers keep the phantoms in memory, 12 bytes each: to notice
one takes no round trip, and as long for a decoy as for any other waybill.

A signed-in person who names a phantom is frozen. A machine's client
is never frozen: a barcode that anyone can print must not stop a scan feed. The
answer is the same as for any other waybill: what follows is done by another thread.
All processes of this host refuse the caller from the next call on; those of
other hosts do when the freeze is written, as with any freeze.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import sleep
from typing import Final, Literal

import msgspec

from keys.errors import IntegrityError, ProviderError
from keys.keyring import BASE_BYTES, Keyring, TenantKeys
from keys.secret import Unprinted
from masking_service.observability.alerts import Alerts
from masking_service.service.call.recorder import RequestContext
from masking_service.service.freezes.state import FreezeByPolicy, Freezes
from masking_service.service.people.policy import Policy
from masking_service.service.state.lists import SealedLists, padded
from masking_service.service.state.sealed import Prepared, TenantState
from masking_service.service.state.serials import Documents, Serials
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DECOY_DETAILS, DECOY_HITS, DECOYS, tenant_key

Kind = Literal["phantom", "seed"]
MAX_DECOYS: Final = 10_000
HITS_KEPT: Final = 3
"""Hits of a decoy of which it is kept who named it."""
_COUNT_BYTES: Final = 4
PAUSES: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each attempt to write a freeze."""
ALERT_DELAY: Final = 0.1
"""Seconds before an alert without a freeze, so that its work does not slow down the call that caused it."""

Defer = Callable[[Callable[[], None]], object]


class Decoy(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """A planted waybill. Times in Unix seconds; `heard_at` is 0 until its phone rings."""

    waybill_no: str
    kind: Kind
    planted_at: int
    planted_by: str
    heard_at: int = 0


class Hit(Unprinted, msgspec.Struct, frozen=True):
    """Who named a decoy, and when (Unix seconds). `entry` is the audit entry of the freeze; "" without one."""

    at: int
    principal: str
    entry: str = ""


class Hits(msgspec.Struct, frozen=True):
    """How often a decoy was named, when last (Unix seconds; 0 for never), and by whom lately, the latest first."""

    times: int = 0
    last: int = 0
    recent: tuple[Hit, ...] = ()


class _Phantoms(Serials):
    """The sorted bases of one tenant's phantoms; `readable` says whether the newest list could be read."""

    readable = True

    def take(self, reply: list[bytes], through: Store | None = None) -> bool:
        """As `Serials.take`; remembers whether it failed."""
        try:
            newer = super().take(reply, through)
        except IntegrityError:
            self.readable = False
            raise
        self.readable = True
        return newer

    def holds(self, base: bytes) -> bool:
        """Return whether the base is a phantom's; a binary search, as long for either answer."""
        content = self.content

        def at(index: int) -> bytes:
            begin = _COUNT_BYTES + index * BASE_BYTES
            return content[begin : begin + BASE_BYTES]

        count = int.from_bytes(content[:_COUNT_BYTES], "big")
        index = bisect_left(range(count), base, key=at)
        return index < count and at(index) == base

    @staticmethod
    def write(bases: Iterable[bytes]) -> bytes:
        """Return the padded content of these bases."""
        ordered = sorted(bases)
        return padded(len(ordered).to_bytes(_COUNT_BYTES, "big") + b"".join(ordered), b"\0")


class Decoys(TenantState):
    """The decoys of every tenant."""

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self._phantoms = Documents(store, keyring, random, _Phantoms, DECOYS)
        self._details = SealedLists(store, keyring, random, list[Decoy], DECOY_DETAILS)

    def refresh(self, tenants: Iterable[str]) -> None:
        """Read the phantoms of tenants: one round trip. Raises as `Documents.refresh`."""
        self._phantoms.refresh(tenants)

    def phantoms(self, tenant: str, bases: Sequence[bytes]) -> list[bytes]:
        """Return the phantoms among these waybills, from memory.

        Raises:
            IntegrityError: the tenant's list could not be read, so it cannot be told.
        """
        known = self._phantoms.known.get(tenant)
        if known is None:
            return []
        if not known.readable:
            raise IntegrityError("the list of decoys could not be read")
        return [base for base in bases if known.holds(base)]

    def listed(self, tenant: str) -> list[Decoy]:
        """Return the tenant's decoys, the first planted first: one round trip. Raises as `SealedLists.listed`."""
        return self._details.listed(tenant)

    def prepare(self, tenant: str, change: Callable[[list[Decoy]], list[Decoy]]) -> Prepared[bool]:
        """Seal changed lists, as `SealedLists.prepare` does. Two round trips, and two to write."""
        changed: list[Decoy] = []

        def change_details(planted: list[Decoy]) -> list[Decoy]:
            changed[:] = change(planted)
            return changed

        details = self._details.prepare(tenant, change_details)
        numbers = [decoy.waybill_no for decoy in changed if decoy.kind == "phantom"]
        content = _Phantoms.write(self._keyring.tenant(tenant).bases(numbers))
        phantoms = self._phantoms.of(tenant).prepare(lambda _: content)
        return Prepared([*details.sealed, *phantoms.sealed], lambda: details.write() and phantoms.write())

    def add_hits(self, tenant: str, bases: Sequence[bytes], hit: Hit) -> None:
        """Count that phantoms were named, and keep by whom: two round trips. Raises StoreUnavailable.

        The counts are no secret and decide nothing. Who it was is sealed.
        """
        place = self._hits_key(tenant)
        fields = [self._hit_fields(tenant, base) for base in bases]
        counted = self._store.write([(b"HINCRBY", place, times, 1) for times, *_ in fields])
        commands: list[Command] = []
        for times, (_, last, *kept) in zip(counted, fields, strict=True):
            who = kept[times % HITS_KEPT]
            sealed = self._seal(tenant, msgspec.json.encode(hit), place + b"/" + who)
            commands.append((b"HSET", place, last, hit.at, who, sealed))
        self._store.write(commands)

    def hits(self, tenant: str, waybill_nos: Sequence[str]) -> list[Hits]:
        """Return how often each waybill was named since it was planted: one round trip, none without waybills.

        Raises:
            StoreUnavailable: it cannot be told.
            IntegrityError: who named it was changed.
        """
        keys = self._keyring.tenant(tenant)
        place = self._hits_key(tenant)
        fields = [field for base in keys.bases(waybill_nos) for field in self._hit_fields(tenant, base)]
        [found] = self._store.read([(b"HMGET", place, *fields)]) if fields else [[]]
        width = 2 + HITS_KEPT
        hits = []
        for at in range(0, len(found), width):
            times, last, *kept = found[at : at + width]
            recent = [
                msgspec.json.decode(keys.state.open(sealed, place + b"/" + field), type=Hit)
                for field, sealed in zip(fields[at + 2 : at + width], kept, strict=True)
                if sealed is not None
            ]
            recent.sort(key=lambda hit: hit.at, reverse=True)
            hits.append(Hits(int(times or 0), int(last or 0), tuple(recent)))
        return hits

    def _hit_fields(self, tenant: str, base: bytes) -> tuple[bytes, ...]:
        """Return the fields of a decoy: how often, when last, and by whom."""
        tag = self._keyring.tenant(tenant).tag("decoy", base.hex()).encode()
        return tag, tag + b"@", *(tag + b"#%d" % at for at in range(HITS_KEPT))

    def _hits_key(self, tenant: str) -> bytes:
        return tenant_key(self._keyring.tenant(tenant).tenant_tag, DECOY_HITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyWatch:
    """Watches which waybills are named, under one policy.

    Attributes:
        policy: says which roles are people's.
        freezes: refuses a caller until the freeze is written.
        defer: runs something later, in another thread.
    """

    policy: Policy
    decoys: Decoys
    freezes: Freezes
    freezing: FreezeByPolicy
    alerts: Alerts
    defer: Defer

    def notice(self, context: RequestContext, bases: Sequence[bytes], *, freeze: bool = True) -> None:
        """Note that the caller named these waybills. No round trip.

        Args:
            freeze: whether naming a phantom here freezes a person; otherwise it only raises the alert.

        Raises:
            IntegrityError: the list of decoys could not be read, so nothing may be answered.
        """
        found = self.decoys.phantoms(context.principal.tenant, bases)
        if not found:
            return
        principal = context.principal
        # In development a key with a role of people calls for a person.
        staff = any(role.staff_only for role in self.policy.roles_of(principal))
        freeze = freeze and (principal.source == "jwt" or staff)
        if freeze:
            self.freezes.announce(principal)
        self.defer(lambda: self._act(context, found, freeze=freeze))

    def _act(self, context: RequestContext, found: Sequence[bytes], *, freeze: bool) -> None:
        if not freeze:
            sleep(ALERT_DELAY)
        self.alerts.raise_alert("decoy", context.principal)
        entry = self._freeze(context) if freeze else ""
        with suppress(StoreUnavailable):  # a count decides nothing
            hit = Hit(context.now, context.principal.id, entry)
            self.decoys.add_hits(context.principal.tenant, found, hit)

    def _freeze(self, context: RequestContext) -> str:
        """Freeze the caller; return the entry's id. If all fails it is empty; this process goes on refusing them."""
        for pause in PAUSES:
            sleep(pause)
            with suppress(StoreUnavailable, IntegrityError, ProviderError):
                entry = self.freezing.freeze(context, "decoy")
                self.freezes.withdraw(context.principal)
                return entry
        return ""


def hash_number(keys: TenantKeys, number: str) -> str:
    """Return the hash of a phone number for one tenant: 32 hexadecimal characters."""
    return keys.audit_hash("own-number", number)


def number_hashes(keys: TenantKeys, number: str) -> list[str]:
    """Return the hashes that a policy may have of a number: those from before a rotation, too."""
    return keys.audit_hashes("own-number", number)
