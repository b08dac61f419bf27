"""Verifies the store before it is used, and every second while it is used.

A store that went back behind what was signed is not used until its operator says
that it is the right one; that is an entry in the log.
"""

import os
import time
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_audit.format.lines import CheckpointLine
from masking_service.audit.actions import Action, Outcome
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.runtime.clock import clock
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.freezes.state import FreezeSnapshots
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.people.principals import DEFAULT_TENANT, service_principal
from masking_service.service.state.sealed import Prepared
from masking_service.store.client import Store
from masking_service.store.connection import Node
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.genesis import MARKED_SLOTS, check, claim, is_claimed, unmarked
from masking_service.store.health import Examined, uphold
from masking_service.store.layout import DATA_KEYS, GENESIS, AuditKeys

if TYPE_CHECKING:
    from masking_service.runtime.wiring import Parts


def admit_store(parts: "Parts") -> None:
    """Verify the servers that answer, and let the process use the store while its lease lasts.

    A server that does not answer keeps none of the others from being verified. docs/architecture.md draws the states.

    Raises:
        StoreUnavailable: a server did not answer, would lose what it acknowledges, or the keys here are too old.
        WrongStore: the store belongs to another keyset, went back behind what was seen of it, or has an emptied
            shard.
    """
    store, keyring = parts.store, parts.keyring
    identity = store.identity
    if identity.shut:
        raise StoreUnavailable("not-admitted")
    store.check_primary()
    servers = uphold(store)
    fit = {server.node: server for server in servers if server.unfit is None}
    new = {node: one.run_id for node, one in fit.items() if not identity.knows(node, one.run_id)}
    candidate = store.candidate(new)
    failed = next((server.unfit for server in servers if server.unfit is not None), None)
    try:
        if new or not identity.leased:
            recognise(candidate, keyring, parts.checkpoints.for_store(candidate))
        else:
            check(candidate, keyring)
        identity.marked, identity.audit = candidate.identity.marked, candidate.identity.audit
        identity.open_until(parts.key_watch.beat(candidate, parts.acting.policy.digest))
    except StoreUnavailable as error:
        if error.reason == "old-keyset" or identity.marked is None:
            raise
        failed = error
        # Keys by which a store is recognised, and of which the lease on it is kept: what these servers hold was not
        # looked at, so they cannot be verified now.
        new = _without_owners(store, new, [GENESIS, identity.audit.checkpoints, DATA_KEYS])
    if identity.marked:  # first, so that an emptied server is called that
        unread = unmarked(candidate, keyring, _slots_to_check(fit.values(), new))
        new = {node: run_id for node, run_id in new.items() if unread.isdisjoint(fit[node].slots)}
    if new and identity.audit.slots > 1:
        unread = parts.checkpoints.for_store(candidate).unread_slots()
        new = _without_owners(store, new, [identity.audit.writers(slot) for slot in unread])
    identity.verify(new, [server.node for server in servers])
    if failed is not None:
        raise failed
    identity.unknown.clear()


def _without_owners(store: Store, servers: Mapping[Node, bytes], keys: Iterable[bytes]) -> dict[Node, bytes]:
    """Return the servers that own none of these keys."""
    owners = [store.owner_of(key) for key in keys]
    return {node: run_id for node, run_id in servers.items() if node not in owners}


def _slots_to_check(servers: Iterable[Examined], new: Container[Node]) -> list[int]:
    """Return the slots whose marks are read.

    All of a new server, and one of each other, which may have been emptied while it ran.
    """
    slots = []
    for server in servers:
        marked = [slot for slot in server.slots if slot in MARKED_SLOTS]
        slots += marked if server.node in new else marked[:1]
    return slots


def watch_store(parts: "Parts") -> None:
    """Do what `admit_store` does, and keep the audit log under checkpoints. Called once a second.

    A store that was emptied, exchanged or rolled back is shut: what would be sealed now with the data keys in memory
    could never be opened. The process has to be started again. It goes on masking.

    Raises:
        StoreUnavailable, WrongStore: as `admit_store`.
        IntegrityError: a checkpoint of its audit log is not valid.
    """
    failed = None
    try:
        try:
            admit_store(parts)
        except StoreUnavailable as error:
            if not parts.store.admitted:
                raise
            failed = error
        parts.checkpoints.make_if_due()
    except WrongStore as error:
        parts.store.identity.shut = str(error)
        raise
    if failed is not None:
        raise failed


def recognise(store: Store, keyring: Keyring, checkpoints: Checkpoints, *, may_claim: bool = True) -> None:
    """Check that a store is this keyset's and did not go back. One without a mark is marked, if allowed.

    A store that is empty although a checkpoint of it was seen before is not new, and is not marked.

    Args:
        store: admitted.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it; as RolledBackError, it went back.
        IntegrityError: one of its checkpoints is not valid.
    """
    known = checkpoints.newest_seen
    claimed = is_claimed(store, keyring)
    if known is not None and not claimed:  # what it lost is in the slots that were seen
        store.identity.audit = AuditKeys(known.checkpoint.slots)
    try:
        checkpoints.read_newest()
    except IntegrityError:
        check(store, keyring)  # a store without a first key is not ours
        raise
    if not claimed and may_claim and checkpoints.newest_seen is None:
        claim(store, keyring, os.urandom)
    elif not claimed:
        check(store, keyring)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest freezes and revocations that this host has seen.

    Attributes:
        registry: of the clients, with its snapshot loaded.
    """

    registry: ClientRegistry
    freezes: FreezeSnapshots
    tenants: Collection[str]

    def restores(self) -> Iterator[tuple[Action, str, Prepared[None]]]:
        """Yield what a store has to get back: the action, the tenant, and the change."""
        prepared = self.registry.prepare_restore()
        if prepared is not None:
            yield Action.CLIENT_RESTORE, DEFAULT_TENANT, prepared
        for tenant in sorted(self.tenants):
            prepared = self.freezes.prepare_restore(tenant)
            if prepared is not None:
                yield Action.FREEZE_RESTORE, tenant, prepared


def accept_store(
    store: Store, keyring: Keyring, checkpoints: Checkpoints, last_seen: LastSeen, policy: str
) -> CheckpointLine:
    """Accept a store as it is, although it went back: the log says so, and a new checkpoint follows.

    What takes rights away alone does not stay as it is: clients, freezes and revoked keys are restored as they were
    seen last, where the store has older ones.

    Processes that run have shut the store; they have to be started anew. Where several hosts have a state directory
    each, each of them has to accept the store.

    Args:
        store: admitted.
        policy: the hash of the policy in force.

    Returns:
        The new checkpoint.

    Raises:
        StoreUnavailable: it may be accepted; the same call can be made again.
        WrongStore: it belongs to another keyset.
        IntegrityError: the log holds something that is no entry.
    """
    claim(store, keyring, os.urandom)
    before = checkpoints.newest_seen
    log = AuditLog(store, keyring.audit_signer, os.urandom, time.time)
    now = clock()
    operator = RequestContext(service_principal("command-line"), "", now)
    subject = f"checkpoint/{before.checkpoint.epoch}" if before else ""
    audit = Recorder(log, Denials(log, clock), keyring, policy, None)
    audit.record(operator, Action.STORE_ACCEPT, Outcome.DONE, Stated(subject=subject))
    for action, tenant, restored in last_seen.restores():
        operator = RequestContext(service_principal("command-line", tenant), "", now)
        entry = audit.record(operator, action, Outcome.DONE, sealed=restored.sealed)
        with audit.take_back_on_failure(entry):
            restored.write()
    log.close()
    checkpoints.trust_store()
    return checkpoints.make((), despite_loss=True)
