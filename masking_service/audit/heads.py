"""Compares the newest entries of all writers with a checkpoint. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from masking_audit.format.lines import Checkpoint, CheckpointLine, Head
from masking_service.audit.errors import ROLLED_BACK_REMEDY, RolledBackError
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.layout import AuditKeys

LISTED_SECONDS: Final = SECONDS_A_DAY
"""Seconds of silence after which a chain is listed a last time; its writer then starts a new one."""


@dataclass(frozen=True, slots=True)
class NewestEntry:
    """A writer's newest entry; number 0 without entries."""

    writer: str
    number: int
    link: str
    ends: bool


def heads(found: Sequence[NewestEntry]) -> list[Head]:
    """Return the entries as a checkpoint names them."""
    return [Head(one.writer, one.number, one.link) for one in found if one.number]


def covers(checkpoint: Checkpoint, found: Sequence[NewestEntry]) -> bool:
    """Return whether a checkpoint names the newest entry of every listed writer."""
    return all(head in checkpoint.heads for head in heads(found))


def refuse_lost_entries(before: Checkpoint, found: Sequence[NewestEntry], now: int) -> None:
    """Raise RolledBackError if a listed writer lacks signed entries, or has others instead.

    Entries that the witness deletes are archived and idle for far longer than a day.
    """
    if now - before.at > LISTED_SECONDS:
        return
    newest = {one.writer: one for one in found}
    for head in before.heads:
        one = newest.get(head.writer)
        if one is not None and (one.number < head.number or (one.number == head.number and one.link != head.link)):
            writer = AuditKeys(before.slots).described(head.writer)
            raise RolledBackError(
                f"the audit log lost entries that checkpoint {before.epoch} covers: writer {writer} has "
                f"{one.number} of {head.number}. {ROLLED_BACK_REMEDY}"
            )


def describe_rollback(newest: CheckpointLine | None, known: CheckpointLine) -> str:
    """Say how a store was rolled back whose newest checkpoint is `newest`; `known` was seen before."""
    epoch = known.checkpoint.epoch
    if newest is None:
        found = "has none: it was emptied, or it is a different store"
    elif newest.checkpoint.epoch < epoch:
        found = f"ends at {newest.checkpoint.epoch}: it was rolled back"
    else:
        found = "has a different one: it was rolled back, and used since"
    return f"checkpoint {epoch} of the audit log was seen before, and the store {found}. {ROLLED_BACK_REMEDY}"
