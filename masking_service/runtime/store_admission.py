"""Whose store is this, and did it go back? Asked before a store is used, and every second while it is.

A store that went back behind what was signed is not believed until somebody who
is responsible for it says that it is the right one; and that stands in the log.
"""

import os

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.access.principals import service_principal
from masking_service.access.registry import ClientRegistry
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.lines import CheckpointLine
from masking_service.audit.log import AuditLog
from masking_service.runtime.clock import clock
from masking_service.store.client import Store
from masking_service.store.genesis import check, claim
from masking_service.usecases.denials import Denials
from masking_service.usecases.recorder import DONE, Call, Recorder


def recognise(store: Store, keyring: Keyring, checkpoints: Checkpoints, *, may_claim: bool = True) -> None:
    """See that a store is this keyset's and did not go back. One without a mark is marked, if that is allowed.

    A store that is empty although something of it was seen before is not new, and is not marked.

    Args:
        store: admitted.
        checkpoints: of that store.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it; as RolledBackError, it went back.
        IntegrityError: what stands among its checkpoints is none.
    """
    try:
        checkpoints.read_newest()
    except IntegrityError:
        check(store, keyring)  # another keyset signed it: then the store itself says whose it is
        raise
    if may_claim and checkpoints.newest_seen is None:
        claim(store, keyring, os.urandom)
    else:
        check(store, keyring)


def accept_store(
    store: Store, keyring: Keyring, checkpoints: Checkpoints, registry: ClientRegistry, policy: str
) -> CheckpointLine:
    """Go on with a store as it stands, although it went back: the log says so, and a new checkpoint follows.

    Its registry of clients alone does not stay as it is: the newest that was seen is put back, where it is older.

    Processes that run have shut the store; they have to be started anew. Where several hosts have a state directory
    each, each of them has to accept the store.

    Args:
        store: admitted.
        checkpoints: of that store.
        registry: of that store, with its snapshot loaded.
        policy: the hash of the policy in force.

    Returns:
        The new checkpoint.

    Raises:
        StoreUnavailable: it may be accepted; the same call can be made again.
        WrongStore: it belongs to another keyset.
        IntegrityError: what stands in the log is none.
    """
    claim(store, keyring, os.urandom)
    before = checkpoints.newest_seen
    log = AuditLog(store, keyring.audit_signer, os.urandom, clock)
    operator = Call(service_principal("command-line"), "", clock())
    subject = f"checkpoint/{before.checkpoint.epoch}" if before else ""
    audit = Recorder(log, Denials(log, clock), keyring, policy)
    audit.record(operator, "store-accept", DONE, subject=subject)
    restored = registry.prepare_restore()
    if restored is not None:
        entry = audit.record(operator, "client-restore", DONE, sealed=restored.sealed)
        with audit.take_back_on_failure(entry):
            restored.write()
    log.close()
    checkpoints.trust_store()
    return checkpoints.make(accept_loss=True)
