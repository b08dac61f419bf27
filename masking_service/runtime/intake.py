"""Puts the parts of an intake process together, and keeps them up to date.

It masks and stores. It reads what the opening tier publishes, and has no key that opens what is stored.
"""

import os
import signal
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from keys.errors import KeysError
from keys.keyring import Keyring
from masking_service import __version__
from masking_service.masking.schemas import load_schemas
from masking_service.observability.logs import log
from masking_service.observability.metrics import Metrics
from masking_service.rotation.keyset_watch import KeysetFileWatch
from masking_service.runtime.background import BackgroundThreads, Report
from masking_service.runtime.gauges import gauge, store_gauges
from masking_service.runtime.opened import open_alerts, open_store
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import NO_CLIENTS, Parts
from masking_service.service.call.call import Admission, Authenticator, Gate, UseCases
from masking_service.service.people.errors import ClientError
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy, PolicyFile
from masking_service.service.tiers.forwarding import Forwarding
from masking_service.service.tiers.intake import SealAndForward
from masking_service.service.tiers.published import LATE_SECONDS, Published
from masking_service.service.tiers.sealing import HourKeyMaker, Lifetime, SealedRecords
from masking_service.service.waybills.mask import Mask, Maskers
from masking_service.service.waybills.tokenize import Tokenize
from masking_service.store.client import Reply
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.faults import Fault
from masking_service.store.fences import mark
from masking_service.store.genesis import MARKED_SLOTS
from masking_service.store.health import uphold
from masking_service.store.layout import GENESIS

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.registry import Collector

LEASE_SECONDS: Final = 10.0
"""Seconds the store may be used after it was last verified."""


class PublicationLate(Exception):
    """The publication of the opening tier is too old: revocations and freezes may be missing here."""


class IntakeParts:
    """Everything that a process of the intake tier needs.

    Attributes:
        acting: the use cases under the policy in force.
        forwarding: the way to the opening tier.
    """

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self.settings = settings
        self.keyring = keyring
        self.metrics = Metrics()
        self.alerts = open_alerts(settings, keyring, self.metrics)
        self.store = open_store(settings)
        self.published = Published(self.store, keyring, settings.state_dir, os.urandom)
        self.published.load_snapshots()
        self.lifetime = Lifetime(time.time())
        self.key_watch = KeysetFileWatch(settings.keyset, keyring)
        self.schemas = load_schemas(settings.schemas)
        hour_keys = HourKeyMaker(self.store, keyring, self.published, self.lifetime, os.urandom)
        self._records = SealedRecords(self.store, keyring, hour_keys, os.urandom)
        self.forwarding = Forwarding(settings.opening_url, keyring)
        self._policy_file = PolicyFile(settings.policy)
        self.acting = self._under(self._policy_file.read(development=settings.development))

    def reload_policy(self) -> None:
        """Act under the policy file's content from now on, if it has changed.

        Raises:
            PolicyError: the new content has faults. The policy in force stays.
        """
        if self._policy_file.changed():
            self.acting = self._under(self._policy_file.read(development=self.settings.development))
            log.info("policy-accepted", policy=self.acting.policy.digest)

    def faults(self, *, for_mask: bool) -> list[Fault]:
        """Return why this process is not ready, beside what is wrong with the store."""
        del for_mask
        return [] if self.published.known else [NO_CLIENTS]

    def conditions(self) -> "Collector":
        """Return the collector of this process's gauges."""
        return IntakeConditions(self)

    def admit_store(self) -> None:
        """Verify the servers that answer against what is published, and let the store be used for a while.

        Raises:
            StoreUnavailable: a server did not answer, would lose what it acknowledges, or nothing is published.
            WrongStore: the store is not that of the opening tier, or a shard of it was emptied.
            IntegrityError: a publication was changed, or went back.
        """
        store = self.store
        if store.identity.shut:
            raise StoreUnavailable("not-admitted")
        store.check_primary()
        now = time.monotonic()
        servers = [server for server in uphold(store) if server.unfit is None]
        new = {one.node: one.run_id for one in servers if not store.identity.knows(one.node, one.run_id)}
        candidate = store.candidate(new)
        self.published.refresh(candidate)
        slots = [slot for one in servers for slot in one.slots if slot in MARKED_SLOTS]
        genesis, *marks = candidate.read([(b"GET", GENESIS), *((b"GET", mark(slot)) for slot in slots)])
        held: dict[int, Reply] = dict(zip(slots, marks, strict=True))
        try:
            self.published.check_store(genesis, held)
        except WrongStore:
            if new or None in (genesis, *held.values()):
                raise
            # `keys rotate state` has sealed them anew: the next publication says so, or the lease ends.
            raise StoreUnavailable("not-admitted") from None
        store.identity.open_until(now + LEASE_SECONDS)
        store.identity.current_until = now + LEASE_SECONDS
        store.identity.verify(new, [one.node for one in servers])
        store.identity.unknown.clear()

    def _under(self, policy: Policy) -> UseCases:
        policy.check_split()
        gate = Gate(policy, self.published)
        maskers = Maskers(self.schemas, policy.rules.profiles)
        issuers = Issuers.load(policy, self.settings.policy.parent)
        storing = SealAndForward(policy=policy, keyring=self.keyring, records=self._records, opening=self.forwarding)
        return UseCases(
            policy,
            Admission(Authenticator(self.published, issuers, self.keyring), gate, None),
            {
                Mask: Mask(gate=gate, maskers=maskers),
                Tokenize: Tokenize(gate=gate, schemas=self.schemas, maskers=maskers, storing=storing),
            },
        )


class IntakeBackground(BackgroundThreads):
    """Three threads of an intake process, none of which waits for what another one waits for.

    The first learns policy and publication and verifies the store, the second looks after the keyset file, and the
    third ends the process with its hour.

    Args:
        report: is told of each error.
    """

    def __init__(self, parts: IntakeParts, report: Report) -> None:
        super().__init__(
            report,
            {
                "access": (parts.store.identity.unknown.wait, (parts.reload_policy, self._watch, self._check_age)),
                "keys": (self.pause, (parts.key_watch.reload,)),
                "hour": (self.pause, (self._end_with_hour,)),
            },
        )
        self._parts = parts
        self._up = False

    def start(self) -> None:
        """Do everything once now, then go on in the threads.

        Raises:
            WrongStore: the store belongs to another keyset; this process must not serve.
        """
        try:
            self._watch()
        except (StoreUnavailable, KeysError, ClientError, OSError) as error:
            self.report(error)
        self.start_threads()

    def _watch(self) -> None:
        self._up = False
        try:
            self._parts.admit_store()
            self._up = True
        finally:
            store, keys = self._parts.store, self._parts.key_watch
            self._parts.metrics.background_run(
                store_up=self._up, circuits_open=store.open_circuits, keyset_refused=bool(keys.fault)
            )

    def _check_age(self) -> None:
        if self._parts.published.age > LATE_SECONDS:
            raise PublicationLate

    def _end_with_hour(self) -> None:
        """End this process once its hour is over. The master has others by then."""
        if time.time() >= self._parts.lifetime.ends_at:
            os.kill(os.getpid(), signal.SIGTERM)


class IntakeConditions:
    """A Prometheus collector; see `Metrics.exposition`."""

    def __init__(self, parts: IntakeParts) -> None:
        self._parts = parts

    def collect(self) -> "Iterator[Metric]":
        yield gauge("build_info", "The release, in a label.", {(__version__,): 1}, "version")
        yield gauge(
            "published_age_seconds",
            "How old the newest publication of the opening tier is that this intake host has.",
            {(): self._parts.published.age} if self._parts.published.known else {},
        )
        yield from store_gauges(self._parts.store)


Served = Parts | IntakeParts
"""What serves: the parts of a process, whichever tier it is of."""
