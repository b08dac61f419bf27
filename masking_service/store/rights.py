"""Asks a server which commands of `examples/redis.acl` the service's user may not run. Nothing is executed.

The user of an intake host needs those of `examples/redis-intake.acl` only.

`ACL DRYRUN` answers for one command at a time. A user without `+acl|dryrun`, and a managed store, do not allow it.
"""

from collections.abc import Sequence
from typing import Final

from masking_service.store.connection import Command, Reply

_COMMANDS: Final = """
DEL {key}
EVAL {script} 1 {key}
EVALSHA {digest} 1 {key}
EXEC
EXISTS {key}
EXPIRE {key} 1
EXPIREAT {key} 1
GET {key}
HDEL {key} x
HEXISTS {key} x
HGET {key} x
HGETALL {key}
HINCRBY {key} x 1
HLEN {key}
HMGET {key} x
HSCAN {key} 0
HSET {key} x x
HSETNX {key} x x
INCR {key}
INCRBY {key} 1
INFO
MGET {key}
MULTI
SADD {key} x
SET {key} x
SETRANGE {key} 0 x
SISMEMBER {key} x
SMEMBERS {key}
SREM {key} x
SSCAN {key} 0
UNLINK {key}
WAIT 0 0
XADD {key} * x x
XDEL {key} 0-1
XRANGE {key} - +
XREVRANGE {key} + -
XTRIM {key} MAXLEN 0
ZADD {key} 1 x
ZRANGE {key} 0 0
ZREMRANGEBYSCORE {key} 0 0
"""
_AT_INTAKE: Final = frozenset({"EVAL", "EVALSHA", "EXEC", "GET", "HGETALL", "INFO", "MULTI", "SET", "WAIT", "XADD"})
_OF_A_CLUSTER: Final = """
ASKING
CLUSTER SLOTS
"""
_CONTAINERS: Final = frozenset({"CLUSTER"})


def commands(*, slotted: bool, intake: bool = False) -> list[list[str]]:
    """Return the commands that are tried, each with arguments that it accepts, as text.

    Args:
        slotted: whether the store is a cluster.
        intake: whether the user is that of an intake host.
    """
    words = [line.split() for line in _COMMANDS.splitlines() if line]
    tried = [command for command in words if not intake or command[0] in _AT_INTAKE]
    return tried + [line.split() for line in _OF_A_CLUSTER.splitlines() if line and slotted]


def questions(user: str, key: bytes, *, slotted: bool, intake: bool) -> list[Command]:
    """Return the questions to a server about a user of it, in one fixed order.

    Args:
        key: one of the service.
        slotted: whether the store is a cluster.
        intake: whether the user is that of an intake host.
    """
    values = {"{key}": key, "{script}": b"return 1", "{digest}": b"0" * 40}
    who = user.encode()
    return [
        (b"ACL", b"DRYRUN", who, *(values.get(word, word.encode()) for word in command))
        for command in commands(slotted=slotted, intake=intake)
    ]


def missing(replies: Sequence[Reply], *, slotted: bool, intake: bool) -> list[str] | None:
    """Return the rights that the user lacks, as an ACL writes them, by replies to `questions`; None if unknown."""
    if all(isinstance(reply, Exception) for reply in replies):
        return None
    asked = commands(slotted=slotted, intake=intake)
    return [_right(command) for command, reply in zip(asked, replies, strict=True) if reply != b"OK"]


def _right(command: Sequence[str]) -> str:
    return "|".join(command[: 2 if command[0] in _CONTAINERS else 1]).lower()
