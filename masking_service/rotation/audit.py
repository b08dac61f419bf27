"""Rotates the key that signs the audit log.

A checkpoint under the old key names the new one before any process uses it. When none uses the old one any more, a
checkpoint under the new key ends it: what a verifier finds under the old key after that is a forgery. Entries stay as
they are.
"""

from keys.rotation import change_name, end_retired, entries_of
from masking_service.audit.checkpoints import Checkpoints
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.rotate import rotate


def rotate_audit(coordinator: Coordinator, checkpoints: Checkpoints) -> int | None:
    """Rotate the key, or continue.

    Args:
        checkpoints: of the coordinator's store, with its keyring.

    Returns:
        The epoch of the checkpoint from which on only the new key signs. None if only the end of an earlier rotation
        had to reach every process.

    Raises:
        KeysError: the keyset cannot be used or changed; or the log is not as these keys signed it.
        ProcessesBehindError: a running process did not follow.
        StoreUnavailable: run it again.
    """
    signer = coordinator.keyring.audit_signer
    if coordinator.finish_last_change() == change_name("end", "audit"):
        return None
    if not any(entry.state == "retired" for entry in entries_of(coordinator.file, "audit")):
        rotate(coordinator, "audit", before_activation=lambda: checkpoints.make_naming(signer.successors()))
    coordinator.drain()
    newest = checkpoints.make_naming(())
    coordinator.change(end_retired(coordinator.path, "audit", coordinator.today))
    return newest.checkpoint.epoch
