"""Reads which writers a log has, and the newest entry of each, and compares these with a checkpoint.

Each slot of the log lists its own writers.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from keys.errors import IntegrityError
from masking_audit.format.lines import Checkpoint, CheckpointLine, Head
from masking_service.audit.actions import Action
from masking_service.audit.errors import ROLLED_BACK_REMEDY, RolledBackError
from masking_service.audit.stored import fields_of, unpack
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import AuditKeys
from masking_service.store.pipeline import Question, Roster, Script

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


_LEAVE: Final = Script.of(__package__, "leave.lua")


class Writers:
    """The writers of one store.

    All methods raise StoreUnavailable, and IntegrityError for a stream with something else than entries.
    """

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    def in_other_slots(self) -> list[bytes]:
        """Return the writers that the slots without checkpoints list: one round trip, if there are such slots."""
        lists = [(b"SMEMBERS", self._audit_keys.writers(slot)) for slot in range(1, self._audit_keys.slots)]
        return [writer for found in self._store.read(lists) for writer in found]

    def newest(self, writers: Iterable[bytes]) -> list[NewestEntry]:
        """Return the newest entry of each writer, in the order of their names: one round trip."""
        try:
            names = [writer.decode() for writer in sorted(set(writers))]
        except UnicodeDecodeError:
            raise IntegrityError("a list of writers of the audit log contains an invalid name") from None
        return [self._parse(name, reply) for name, reply in zip(names, self._store.read(self._ask(names)), strict=True)]

    def newest_read(self, writers: Sequence[str]) -> tuple[list[NewestEntry], set[int]]:
        """Return the newest entries of those writers that can be read now, and the slots of the others.

        One round trip, for a store that is not admitted yet, and of which a server may not answer.
        """
        found: list[NewestEntry] = []
        unread: set[int] = set()
        for writer, reply in zip(writers, self._store.poll(self._ask(writers)), strict=True):
            if isinstance(reply, StoreUnavailable):
                unread.add(self._audit_keys.slot_of(writer))
            else:
                found.append(self._parse(writer, reply))
        return found, unread

    def wait_for_replicas(self, since: Roster) -> None:
        """Return once each slot's replicas have what was read before: one round trip, if other slots have replicas.

        What was read may be on one server only. When a later write has reached the replicas, so has it.

        Args:
            since: the servers of before it was read: another one in the place of one of them may not have it.
        """
        if self._store.replicas and self._store.slotted and self._audit_keys.slots > 1:
            lists = [self._audit_keys.writers(slot) for slot in range(self._audit_keys.slots)]
            self._store.write([(b"SREM", one, b"") for one in lists], since=since)

    def let_leave(self, ended: Sequence[NewestEntry]) -> None:
        """Take writers off the lists: one round trip, if there are any.

        Where that fails, they are taken off after the next checkpoint.
        """
        keys: dict[int, list[bytes]] = {}
        args: dict[int, list[bytes | int]] = {}
        for one in ended:
            slot = self._audit_keys.slot_of(one.writer)
            keys.setdefault(slot, [self._audit_keys.writers(slot)]).append(self._audit_keys.stream(one.writer))
            args.setdefault(slot, []).extend((one.writer.encode(), one.number))
        questions = [Question.running(_LEAVE, keys[slot], args[slot], lambda reply: reply) for slot in keys]
        with suppress(StoreUnavailable):
            self._store.ask(*questions)

    @property
    def _audit_keys(self) -> AuditKeys:
        return self._store.identity.audit

    def _ask(self, writers: Iterable[str]) -> list[Command]:
        return [(b"XREVRANGE", self._audit_keys.stream(writer), b"+", b"-", b"COUNT", 1) for writer in writers]

    def _parse(self, writer: str, reply: Sequence[Any]) -> NewestEntry:
        if not reply:
            return NewestEntry(writer, 0, "", ends=True)
        try:
            name, flat = reply[0]
            fields = fields_of(flat)
            said = msgspec.convert(unpack(fields[b"entry"]), _EntryHead)
            number, link = int(name.removesuffix(b"-0")), fields[b"link"].hex()
        except (KeyError, ValueError, msgspec.DecodeError):
            raise IntegrityError("a stream of the audit log contains an invalid entry") from None
        ends = said.action == Action.CLOSE or said.at < self._clock() - LISTED_SECONDS
        return NewestEntry(writer, number, link, ends)


class _EntryHead(msgspec.Struct):
    """The members of an entry that checkpoints depend on."""

    at: int
    action: str
