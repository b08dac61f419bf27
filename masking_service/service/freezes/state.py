"""Freezes, revocations of people's keys, and the counts that lead to a freeze by policy.

A freeze reaches every worker within two seconds, and no value is released from that moment on. The list of a tenant is
sealed and write-once (`serials.py`), so that a principal cannot be unfrozen unseen by writing to the store. Revoked
keys are in the same document, which is read live, so an older copy of a person's keys revives none. The counts are no
secret and decide nothing by themselves. One that is counted twice, because a reply was lost, errs on the strict side.

Until every worker of a host has read a new freeze, a file in the state directory tells it whom the freeze is for.

By policy the service itself freezes callers who guess or go on far beyond a budget: misses in a row, and calls that a
budget refused within a minute, are counted over all workers. The freeze is recorded in the audit log before it is done.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import Recorded, Recorder, RequestContext, Stated
from masking_service.service.people.errors import Frozen
from masking_service.service.people.principals import Principal, service_principal
from masking_service.service.people.rules import WatchRules
from masking_service.service.state.sealed import Prepared, TenantState
from masking_service.service.state.serials import Documents, Serials
from masking_service.service.state.snapshot import Snapshot
from masking_service.store.client import Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import FREEZES, tenant_stem
from masking_service.store.pipeline import Question

MISSES_KEPT: Final = 30 * SECONDS_A_DAY
"""How long misses are kept after the last one, in seconds. It is long, because guessing may be slow."""
MINUTE: Final = 60
MARK_SECONDS: Final = 60
"""Seconds for which a mark counts: that of a process that was killed before it wrote the freeze must end by itself."""
LEARNT_SECONDS: Final = 3
"""Seconds after the freeze was written until its mark no longer counts: by then each process has read the freeze."""
CACHED_MARKS: Final = 4_096
WATCH: Final = "watch"
"""The service principal that freezes by policy, in the audit log."""
CACHED_COUNT_KEYS: Final = 4_096
"""Size of the cache of the key names of counts, so that they are not hashed for each view."""


class Freeze(Unprinted, msgspec.Struct, frozen=True):
    """A frozen principal: since when (Unix seconds), why, and by whom."""

    id: str
    since: int
    why: str
    by: str


class _Shut(msgspec.Struct, frozen=True):
    """A tenant's frozen principals by id, and the ids of revoked keys and invitations."""

    frozen: Mapping[str, Freeze]
    revoked: frozenset[str]


class _StoredList(msgspec.Struct, frozen=True):
    """The stored content since the first revoked key; before, it is the list of freezes alone."""

    frozen: list[Freeze]
    revoked: list[str]


class _List(Serials):
    """The list of one tenant."""

    _last_read: tuple[bytes, _Shut] = (b"", _Shut(MappingProxyType({}), frozenset()))

    @property
    def shut(self) -> _Shut:
        """From the newest content that any thread has read."""
        content = self.content
        read_of, shut = self._last_read
        if content is not read_of:
            shut = _read(content)
            self._last_read = content, shut
        return shut

    def prepare_shut(self, change: Callable[[_Shut], _Shut]) -> Prepared[bool]:
        """As `prepare`, with what the content says."""
        return self.prepare(lambda content: _write(change(_read(content))))


@dataclass(frozen=True, slots=True)
class PendingFreezes:
    """Marks people whose freeze is being written, for all processes of a host: an empty file for each person.

    Attributes:
        folder: where the files are; every process of the host has the same. None: no marks are made or read.
        clock: Unix seconds.
    """

    folder: Path | None
    clock: Callable[[], int]

    def add(self, tenant: str, principal: str) -> None:
        """Mark a person. If the file cannot be written, the other processes read the freeze from the store later."""
        if self.folder is not None:
            with suppress(OSError):
                self.folder.mkdir(mode=0o700, exist_ok=True)
                (self.folder / _mark_name(tenant, principal)).touch(mode=0o600)

    def written(self, tenant: str, principal: str) -> None:
        """Let the mark of a person end when every process has read the freeze, and remove marks that ended before."""
        if self.folder is not None:
            now = self.clock()
            with suppress(OSError):
                os.utime(self.folder / _mark_name(tenant, principal), times=(now, now - MARK_SECONDS + LEARNT_SECONDS))
                for file in self.folder.iterdir():
                    if now - file.stat().st_mtime >= 2 * MARK_SECONDS:
                        file.unlink(missing_ok=True)

    def discard(self, tenant: str, principal: str) -> None:
        """Remove the mark of a person."""
        if self.folder is not None:
            with suppress(OSError):
                (self.folder / _mark_name(tenant, principal)).unlink(missing_ok=True)

    def has(self, tenant: str, principal: str) -> bool:
        """Whether a person is marked by any process of the host."""
        if self.folder is None:
            return False
        try:
            marked = (self.folder / _mark_name(tenant, principal)).stat().st_mtime
        except OSError:
            return False
        return self.clock() - marked < MARK_SECONDS


@lru_cache(CACHED_MARKS)
def _mark_name(tenant: str, principal: str) -> str:
    """Return the name of the file of a person: a hash, so that the folder lists no names."""
    return hashlib.sha256(frame(tenant.encode(), principal.encode())).hexdigest()


NONE_PENDING: Final = PendingFreezes(None, int)


class Freezes(TenantState):
    """The frozen principals of every tenant, and their counts."""

    def __init__(
        self, store: Store, keyring: Keyring, random: Callable[[int], bytes], pending: PendingFreezes = NONE_PENDING
    ) -> None:
        super().__init__(store, keyring, random)
        self._pending = pending
        self._lists = Documents(store, keyring, random, _List, FREEZES)
        self._announced: set[tuple[str, str]] = set()
        self._count_key = lru_cache(CACHED_COUNT_KEYS)(partial(_count_key, keyring))

    def document(self, tenant: str) -> Serials:
        """Return a tenant's list as it is stored, as this process knows it."""
        return self._lists.of(tenant)

    def published(self, tenant: str) -> tuple[int, list[str]]:
        """Return the serial of a tenant's list, and the ids of its frozen principals, as this process knows them."""
        of_tenant = self._lists.of(tenant)
        return of_tenant.serial, sorted(of_tenant.shut.frozen)

    @property
    def count(self) -> int:
        """The number of frozen principals that this process knows."""
        return sum(len(known.shut.frozen) for known in list(self._lists.known.values()))

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen if this process knows that `principal` is. No round trip (R6)."""
        known = self._lists.known.get(principal.tenant)
        if known is not None and principal.id in known.shut.frozen:
            raise Frozen
        if (principal.tenant, principal.id) in self._announced:
            raise Frozen
        # By far the most calls are those of programs.
        if principal.source == "jwt" and self._pending.has(principal.tenant, principal.id):
            raise Frozen

    def announce(self, principal: Principal) -> None:
        """Refuse `principal` until `withdraw`: its freeze is about to be written. No round trip.

        This process refuses every call, the others of this host those of signed-in people, and those that read the
        freeze live.
        """
        self._announced.add((principal.tenant, principal.id))
        self._pending.add(principal.tenant, principal.id)

    def withdraw(self, principal: Principal) -> None:
        """Leave it to the list again whether `principal` is frozen, which is written and known to this process.

        The other processes of this host still refuse it for the seconds in which they read the list.
        """
        self._announced.discard((principal.tenant, principal.id))
        self._pending.written(principal.tenant, principal.id)

    def refuse_live(self, principal: Principal) -> int:
        """Return the misses in a row; raise Frozen if the store says so. As `freeze_question`, in one round trip."""
        return self._store.answer(self.freeze_question(principal))

    def freeze_question(self, principal: Principal) -> Question[int]:
        """Return the question whether the principal is frozen now.

        Its answer is how many items in a row opened or showed the principal nothing until now. It raises:
            Frozen: the principal is frozen.
            StoreUnavailable, IntegrityError: it cannot be told, so nothing may be answered.
        """
        of_tenant = self._lists.of(principal.tenant)

        def read(replies: list[Reply]) -> int:
            stored, missed = replies
            of_tenant.take(stored)
            self.refuse(principal)
            # In development, one with a role of people.
            if principal.source == "key" and self._pending.has(principal.tenant, principal.id):
                raise Frozen
            return int(missed or 0)

        return Question(
            [of_tenant.reading_command(), (b"GET", self._count_key(principal.tenant, principal.id, "misses"))], read
        )

    def refresh(self, tenants: Iterable[str]) -> None:
        """Read the lists of tenants: one round trip. Raises as `Documents.refresh`."""
        self._lists.refresh(tenants)

    def listed(self, tenant: str) -> list[Freeze]:
        """Return the tenant's frozen principals, the longest frozen first: one round trip. Raises as `refresh`."""
        of_tenant = self._lists.of(tenant)
        of_tenant.refresh()
        return sorted(of_tenant.shut.frozen.values(), key=lambda freeze: (freeze.since, freeze.id))

    def prepare_freeze(self, tenant: str, freeze: Freeze) -> tuple[Freeze, Prepared[bool]]:
        """Seal the list with a principal, known or not; an existing freeze is kept.

        One round trip, and one to write. Writing returns False where another change was first: prepare again then.

        Returns:
            How the principal is frozen then (`freeze`, unless it was frozen before), and the change.
        """
        stored = freeze

        def add(shut: _Shut) -> _Shut:
            nonlocal stored
            stored = shut.frozen.get(freeze.id, freeze)
            return _Shut({freeze.id: freeze, **shut.frozen}, shut.revoked)

        prepared = self._lists.of(tenant).prepare_shut(add)
        return stored, prepared

    def prepare_unfreeze(self, tenant: str, principal: str) -> Prepared[bool]:
        """Seal the list without a principal, whose counts are reset with it. As `prepare_freeze`."""

        def remove(shut: _Shut) -> _Shut:
            return _Shut({id_: one for id_, one in shut.frozen.items() if id_ != principal}, shut.revoked)

        prepared = self._lists.of(tenant).prepare_shut(remove)

        def write() -> bool:
            self.forget_counts(tenant, principal)  # first, or the next miss would freeze them again
            if not prepared.write():
                return False
            self._pending.discard(tenant, principal)
            return True

        return Prepared(prepared.sealed, write)

    def revoked(self, tenant: str) -> frozenset[str]:
        """Return the ids of the tenant's revoked keys, as this process has read them last. No round trip."""
        known = self._lists.known.get(tenant)
        return known.shut.revoked if known is not None else frozenset()

    def prepare_revocation(self, tenant: str, key: str) -> Prepared[bool]:
        """Seal the list with a revoked key. As `prepare_freeze`."""
        return self._lists.of(tenant).prepare_shut(lambda shut: _Shut(shut.frozen, shut.revoked | {key}))

    def add_misses(self, principal: Principal, count: int) -> int:
        """Add misses, and return how many there are in a row: one round trip. Raises StoreUnavailable."""
        key = self._count_key(principal.tenant, principal.id, "misses")
        counted, _ = self._store.write([(b"INCRBY", key, count), (b"EXPIRE", key, MISSES_KEPT)])
        return int(counted)

    def set_misses(self, principal: Principal, count: int) -> None:
        """Set the misses in a row: one round trip. Raises StoreUnavailable."""
        key = self._count_key(principal.tenant, principal.id, "misses")
        self._store.write([(b"SET", key, count, b"EX", MISSES_KEPT) if count else (b"DEL", key)])

    def add_refusal(self, principal: Principal) -> int:
        """Count a call that a budget refused; return the number in the minute since the first: one round trip.

        Raises StoreUnavailable.
        """
        key = self._count_key(principal.tenant, principal.id, "refusals")
        counted, _ = self._store.write([(b"INCR", key), (b"EXPIRE", key, MINUTE, b"NX")])
        return int(counted)

    def forget_counts(self, tenant: str, principal: str) -> None:
        """Reset the counts of a principal: one round trip. Raises StoreUnavailable."""
        self._store.write([(b"DEL", *(self._count_key(tenant, principal, what) for what in ("misses", "refusals")))])


class FreezeSnapshots:
    """The newest list of each tenant that any process of this host has read, in a folder, sealed as in the store.

    So people whom a supervisor froze stay frozen, and keys that were revoked sign nothing, in a store that came from a
    backup and was accepted.
    """

    def __init__(self, freezes: Freezes, keyring: Keyring, folder: Path) -> None:
        self._freezes = freezes
        self._keyring = keyring
        self._folder = folder
        self._kept: dict[str, int] = {}

    def keep(self, tenants: Iterable[str]) -> None:
        """Write the lists that are newer than their files. No round trip."""
        for tenant in tenants:
            serial, sealed = self._freezes.document(tenant).as_stored()
            if serial > self._kept.get(tenant, 0):
                self._snapshot(tenant).keep(serial, sealed)
                self._kept[tenant] = serial

    def prepare_restore(self, tenant: str) -> Prepared[None] | None:
        """Prepare to restore the newest list of a tenant, as `Serials.prepare_restore`.

        Raises:
            KeysetError: others may read or write the file.
            StoreUnavailable, IntegrityError: as there, or the file was changed.
        """
        kept = self._snapshot(tenant).read()
        if kept is None or self._keyring.is_ended_state(tenant, kept[1]):
            return None
        document = self._freezes.document(tenant)
        document.adopt(*kept)
        return document.prepare_restore()

    def _snapshot(self, tenant: str) -> Snapshot:
        return Snapshot(self._folder / f"freezes-{self._keyring.tenant(tenant).tenant_tag}.sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeByPolicy:
    """Freezes callers who guess or far exceed a budget, under one policy."""

    rules: WatchRules
    freezes: Freezes
    recorder: Recorder
    alerts: Alerts
    metrics: Metrics

    def count_misses(self, context: RequestContext, before: int, shown: Sequence[bool]) -> None:
        """Count a call's misses before it is answered.

        No round trip if everything was shown and nothing was missed before, else one. The call that reaches the limit
        is answered; the next one is refused.

        Args:
            before: how many items in a row had opened nothing before this call.
            shown: for each item in order, whether it opened or showed something.

        Raises:
            StoreUnavailable, IntegrityError: it cannot be counted, so nothing may be answered.
        """
        if not shown or (all(shown) and not before):
            return
        rows = [(hit, len([*items])) for hit, items in groupby(shown)]
        if not any(shown):
            rows = [(False, self.freezes.add_misses(context.principal, len(shown)))]
        else:
            if not rows[0][0]:
                rows[0] = (False, rows[0][1] + before)
            self.freezes.set_misses(context.principal, 0 if rows[-1][0] else rows[-1][1])
        if any(count >= self.rules.misses for hit, count in rows if not hit):
            self.freeze(context, "misses")

    @contextmanager
    def count_refusals(self, context: RequestContext) -> Iterator[None]:
        """Count the call inside if a budget refuses it. It stays refused."""
        try:
            yield
        except QuotaExceeded:
            with suppress(StoreUnavailable, IntegrityError):
                if self.freezes.add_refusal(context.principal) >= self.rules.refusals:
                    self.freeze(context, "burst")
            raise

    def freeze(self, context: RequestContext, why: Literal["misses", "burst", "decoy", "lookout"]) -> str:
        """Freeze the principal of `context`, raise an alert, and return the id of the audit entry.

        Round trips: read, audit, write.

        Raises:
            StoreUnavailable, IntegrityError: the principal may or may not be frozen.
        """
        caller = context.principal
        watch = RequestContext(service_principal(WATCH, caller.tenant), context.request_id, context.now)
        wanted = Freeze(id=caller.id, since=context.now, why=why, by=watch.principal.id)
        stated = Stated(purpose=why, subject=caller.id)
        frozen, entry = record_freeze(self.freezes, self.recorder, watch, wanted, stated)
        if frozen is wanted:
            self.metrics.freeze(why)
            self.alerts.raise_alert(why, caller)
        return entry.id


def record_freeze(
    freezes: Freezes, recorder: Recorder, context: RequestContext, wanted: Freeze, stated: Stated
) -> tuple[Freeze, Recorded]:
    """Freeze a principal; return `wanted`, or the freeze that is there already, and the entry."""
    frozen = wanted

    def prepare() -> Prepared[bool]:
        nonlocal frozen
        frozen, change = freezes.prepare_freeze(context.principal.tenant, wanted)
        return change

    entry = recorder.change(context, Action.FREEZE, stated, prepare)
    return frozen, entry


def _count_key(keyring: Keyring, tenant: str, principal: str, what: str) -> bytes:
    keys = keyring.tenant(tenant)
    return tenant_stem(keys.tenant_tag) + b"tally:" + keys.tag("tally", what, principal).encode()


def _read(content: bytes) -> _Shut:
    found: list[Freeze] | _StoredList = msgspec.json.decode(content, type=list[Freeze] | _StoredList) if content else []
    stored = _StoredList(found, []) if isinstance(found, list) else found
    return _Shut({one.id: one for one in stored.frozen}, frozenset(stored.revoked))


def _write(shut: _Shut) -> bytes:
    frozen = [*shut.frozen.values()]
    return msgspec.json.encode(_StoredList(frozen, sorted(shut.revoked)) if shut.revoked else frozen)
