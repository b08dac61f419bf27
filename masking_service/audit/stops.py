"""Why the log of a store takes no further checkpoint, and what its operator does about it."""

from typing import Final

from keys.errors import IntegrityError
from masking_service.store.genesis import WrongStore

WHAT_TO_DO: Final = (
    "Nothing is written to it. If this store is the one that must be gone on with, because it was restored from a "
    "backup, say so: python -m masking_service audit accept-store. If not, bring the right one back."
)
FIND_OUT: Final = (
    "find out who could write to the store, and make the stream anew, as docs/redis.md says under A raised last id"
)


class RolledBack(WrongStore):
    """The store went back behind what was signed: it was restored, emptied, or parts of the log were taken out."""


class Blocked(IntegrityError):
    """The store takes no further checkpoint: somebody who can write to it has raised the last id of their stream."""

    def __init__(self, newest: int) -> None:
        super().__init__(
            f"the stream of checkpoints takes none behind {newest}: somebody has raised its last id. What is done is "
            "still written down, but nobody could prove that its end was not cut off"
        )
