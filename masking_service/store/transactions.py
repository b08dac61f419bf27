"""Packs commands for exchanges, those of one slot as a transaction, and reads the replies to transactions."""

from collections.abc import Sequence
from typing import Any, Final

from redis.crc import key_slot

from masking_service.store.errors import StoreUnavailable
from masking_service.store.identity import Roster
from masking_service.store.node import Command, pack
from masking_service.store.parser import Reply
from masking_service.store.pipeline import Bundle, whole
from masking_service.store.question import Question

_MULTI: Final = pack((b"MULTI",))
_EXEC: Final = pack((b"EXEC",))


def slot_of(command: Command) -> int:
    """Return the slot of a command's first key, which the layout gives to the other keys too."""
    key = command[1] if len(command) > 1 else b""
    return key_slot(key if isinstance(key, bytes) else b"%d" % key)


def slot_of_script(command: Command) -> int:
    """Return the slot of the keys of EVALSHA."""
    _, _, count, *rest = command
    key = rest[0] if count else b""
    return key_slot(key if isinstance(key, bytes) else b"")


def bundles_of(question: Question[Any], *, slotted: bool) -> list[Bundle]:
    """Pack the commands of a question, in a cluster one by one."""
    durable = question.script is not None
    if slotted:
        slot = slot_of_script if durable else slot_of
        return [
            Bundle(slot(command), pack(command), 1, since=question.since, durable=durable)
            for command in question.commands
        ]
    packed = b"".join(map(pack, question.commands))
    if not question.commands:
        return []
    return [Bundle(0, packed, len(question.commands), since=question.since, durable=durable)]


def together(slot: int, commands: Sequence[Command], since: Roster | None) -> Bundle:
    """Pack commands as one transaction.

    A single command needs no MULTI.
    """
    if len(commands) == 1:
        return Bundle(slot, pack(commands[0]), 1, since=since)
    return Bundle(slot, b"".join((_MULTI, *map(pack, commands), _EXEC)), len(commands) + 2, since=since)


def executed(bundle: Bundle, count: int) -> list[Reply]:
    """Return the replies to the commands of a transaction.

    Raises StoreUnavailable where it was not executed.
    """
    replies = bundle.replies or []
    if count == 1:
        return whole(replies)
    executed = whole(replies[-1:])[0]
    if not isinstance(executed, list):
        raise StoreUnavailable("refused")
    return whole(executed)
