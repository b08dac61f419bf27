"""Puts the parts together: settings in, parts out. `acting` makes the use cases. It decides nothing."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from keys.keyring import Keyring
from masking_service.audit.backlog import Backlog
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import BLOCKED_REMEDY
from masking_service.audit.log import AuditLog
from masking_service.audit.questions import OlderEntries
from masking_service.audit.recent import RecentEntries
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.observability.logs import log
from masking_service.observability.metrics import Metrics
from masking_service.rotation.keyset_watch import KeyWatch
from masking_service.runtime.acting import Acting, Outside
from masking_service.runtime.clock import clock
from masking_service.runtime.gauges import Conditions
from masking_service.runtime.opened import open_alerts, open_archive, open_keyring, open_store
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.acts.state import Keyholders
from masking_service.service.call.denials import Denials
from masking_service.service.cases.case_check import load_case_check
from masking_service.service.decoys.state import Decoys
from masking_service.service.devices.state import Devices
from masking_service.service.freezes.state import Freezes, FreezeSnapshots, PendingFreezes
from masking_service.service.holds.state import Holds
from masking_service.service.incidents.state import IncidentLists
from masking_service.service.incidents.use import DeadlineWatch
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.people.issuer_keys import keys_by_url
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy, PolicyFile
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.service.people.signed_rules import load_models
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY, load_line
from masking_service.service.search.index_work import IndexWork
from masking_service.service.state.once import OnceAWhile
from masking_service.service.tiers.publisher import Publisher
from masking_service.service.vault.vault import Vault
from masking_service.store.faults import Fault

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


NO_CLIENTS: Final = Fault(
    "clients",
    "no registry of clients was seen yet: neither a snapshot beside the keys nor the store's",
    "see that the store answers, and that it has clients: python -m masking_service clients list",
    "unready",
)


class Parts:
    """Everything that a front, HTTP or command line, needs.

    Attributes:
        acting: the use cases under the policy in force.
        deferred: runs what no answer waits for.
        archive: has the entries that the store no longer has; None if it is not asked.
        tenants: every tenant that this process has heard of.

    Raises:
        PolicyError, DefinitionError, SettingsError, KeysError: what is wrong with the set-up, in words.
    """

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self.settings = settings
        self.keyring = keyring
        self.metrics = Metrics()
        self.alerts = open_alerts(settings, keyring, self.metrics)
        self.store = open_store(settings)
        self.registry = ClientRegistry(self.store, keyring, settings.state_dir, os.urandom)
        self.registry.load_snapshot()
        pending = PendingFreezes(settings.state_dir / "freezing", clock)
        self.freezes = Freezes(self.store, keyring, os.urandom, pending)
        self.freeze_snapshots = FreezeSnapshots(self.freezes, keyring, settings.state_dir)
        self.keyholders = Keyholders(self.store, keyring, os.urandom)
        self.devices = Devices(self.store, keyring, os.urandom)
        self.decoys = Decoys(self.store, keyring, os.urandom)
        self.holds = Holds(self.store, keyring, os.urandom)
        self.incidents = IncidentLists(self.store, keyring, os.urandom)
        self.deadlines = DeadlineWatch(self.incidents, OnceAWhile(self.store, keyring, os.urandom), self.alerts)
        self.deferred = ThreadPoolExecutor(2, "deferred")  # its threads start when something is first deferred
        self.vault = Vault(self.store, keyring, os.urandom)
        data_keys = self.vault.data_keys
        self._publisher = Publisher(self.store, keyring, self.registry, self.freezes, data_keys, os.urandom)
        self.index_work = IndexWork(self.store, keyring, self.vault.record_keys, self.vault.search, os.urandom)
        self.key_watch = KeyWatch(settings.keyset, keyring, data_keys, self.store, os.urandom, clock)
        self.log = AuditLog(self.store, keyring.audit_signer, os.urandom, time.time)
        self.denials = Denials(self.log, clock)
        self.checkpoints = Checkpoints(self.store, keyring.audit_signer, settings.state_dir, clock)
        self.archive: OlderEntries | None = open_archive(settings)
        self.backlog = Backlog(self.store, self.checkpoints, self.archive, clock)
        self.recent_entries = RecentEntries(self.store, self.archive, lambda: self.checkpoints.stored_since)
        self.schemas = load_schemas(settings.schemas)
        self._fetched = keys_by_url()
        self._policy_file = PolicyFile(settings.policy)
        self.acting = self.under(self._policy_file.read(development=settings.development))

    @property
    def tenants(self) -> set[str]:
        """Every tenant that this process has heard of: of its clients, and of its policy."""
        return {DEFAULT_TENANT, *self.acting.policy.tenants, *(client.tenant for client in self.registry.clients)}

    def reload_policy(self) -> None:
        """Act under the policy file's content from now on, if it or a key file that it names has changed.

        Raises:
            PolicyError: the new content has faults. The policy in force stays; it is said once a change.
        """
        if self._policy_file.changed():
            self.acting = self.under(self._policy_file.read(development=self.settings.development))
            log.info("policy-accepted", policy=self.acting.policy.digest)

    def faults(self, *, for_mask: bool) -> list[Fault]:
        """Return why this process is not ready, beside what is wrong with the store."""
        found = [] if self.registry.known else [NO_CLIENTS]
        if not for_mask and self.checkpoints.fault:
            found.append(Fault("checkpoints", self.checkpoints.fault, BLOCKED_REMEDY, "unready"))
        return found

    def conditions(self) -> "Collector":
        """Return the collector of this process's gauges."""
        return Conditions(self)

    def publish(self) -> None:
        """Publish what intake hosts have to know. Called once a second.

        Raises:
            StoreUnavailable, ProviderError: something is not published; the next call does it.
            IntegrityError: what is published was changed, or went back.
        """
        policy = self.acting.policy
        self._publisher.publish(self.tenants, lambda client: policy.may_store(client.principal()), clock())

    def file_index_work(self) -> None:
        """File the entries of search indexes that intake hosts left. Called once a second.

        Raises:
            StoreUnavailable, ProviderError: the next call does it.
            IntegrityError: some of it was changed, or sealed by a host that is not enrolled.
        """
        self.index_work.file(self.tenants, clock())

    def use(self, schema: Schema, profile: Profile) -> None:
        """Use this schema and this profile in place of those that have their names; for one file of records."""
        self.schemas[schema.name] = schema
        rules = self.acting.policy.rules
        profiles = {**rules.profiles, profile.name: profile}
        self.acting = self.under(Policy(replace(rules, profiles=profiles), development=self.settings.development))

    def under(self, policy: Policy) -> Acting:
        """Make the use cases of a policy, with the issuers, ticket system and provider that it names."""
        if self.settings.tier != "all":
            policy.check_split()
        issuers = Issuers.load(policy, self.settings.policy.parent, self._fetched)
        if self.settings.development:
            issuers = issuers.with_development((self.settings.state_dir / DEVELOPMENT_ISSUER_KEY).read_bytes())
        case_check = load_case_check(
            policy.rules.cases.check,
            self.settings.policy.parent,
            development=self.settings.development,
            clock=clock,
            random=os.urandom,
            counted=self.metrics.case_check,
        )
        line = load_line(
            policy.rules.calls,
            self.settings.policy.parent,
            development_key=self.settings.state_dir / DEVELOPMENT_KEY if self.settings.development else None,
            clock=clock,
            random=os.urandom,
            counted=self.metrics.call,
        )
        models = load_models(policy.rules.signed, self.settings.policy.parent)
        return Acting(self, policy, Outside(issuers, case_check, line, models))


def assemble(settings: Settings) -> Parts:
    """Put a process together. Reads files and connects to nothing, so that it works while the store is down (R6).

    Raises:
        KeysError, WrongPurpose, PolicyError, DefinitionError, SettingsError: what is wrong with the set-up, in words.
    """
    return Parts(settings, open_keyring(settings))
