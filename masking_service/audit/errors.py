"""Why no checkpoint can be made, and remedies."""

from typing import Final

from keys.errors import IntegrityError
from masking_service.store.errors import StoreUnavailable, WrongStore

ROLLED_BACK_REMEDY: Final = (
    "Nothing is written to it. If this store was restored from a backup on purpose, accept it: "
    "python -m masking_service audit accept-store. If not, bring the right store back."
)
BLOCKED_REMEDY: Final = (
    "find out who could write to the store, and recreate the stream, as docs/redis.md says under A raised last id"
)


class RolledBackError(WrongStore):
    """The store is older than a signed checkpoint. It was restored or emptied, or parts of the log were removed."""


class CheckpointsBlockedError(IntegrityError):
    """The last id of the checkpoints' stream was raised."""

    def __init__(self, newest: int) -> None:
        super().__init__(
            f"the stream of checkpoints accepts none after {newest}, because its last id was raised. Actions are still "
            "logged, but it cannot be proved that the end of the log was not cut off"
        )


class ArchiveUnavailable(StoreUnavailable):
    """The store no longer has the entries, and the archive does not answer."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("archive", detail=detail)


class NotArchived(StoreUnavailable):
    """The log in the store is not trimmed and would fill it. Nothing was done."""

    def __init__(self) -> None:
        super().__init__("not-archived")
