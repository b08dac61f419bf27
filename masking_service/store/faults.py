"""Lists the faults of a store and their remedies, for readiness checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from masking_service.store.reasons import in_english

Weight = Literal["loses", "unready", "unseen", "advice", "untried"]
"""What a fault means.

Acknowledged records may be lost; nothing is lost, but not everything is served; nothing is known, because no server
answered or it is another store; the set-up could be better; the server does not allow the check.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A failed check of the store.

    Attributes:
        check: what was checked: a fixed word.
        reason: what is wrong, in words.
        remedy: commands for the server, or what to do.
        weight: what it means.
        wanted: what the server has to say where `check` names something that it tells about itself.
    """

    check: str
    reason: str
    remedy: str
    weight: Weight = "loses"
    wanted: str = ""


SENTINEL: Final = Fault(
    "mode",
    "what answers is a sentinel, and not the store",
    "begin MASKING_REDIS_URL with redis+sentinel:// and end it with the name that the sentinels watch",
    "unseen",
)
ONE_OF_A_CLUSTER: Final = Fault(
    "mode",
    "what answers is one node of a cluster, and MASKING_REDIS_URL is for a single server",
    "begin it with redis+cluster:// and let it name a few of the nodes",
    "unseen",
)
INFO: Final = (
    Fault("role", *in_english("role"), "unseen", wanted="master"),
    Fault("loading", *in_english("loading"), "unseen", wanted="0"),
    Fault(
        "aof_enabled",
        "appendonly must be yes, or a crash loses what was acknowledged",
        "CONFIG SET appendonly yes, then CONFIG REWRITE",
        wanted="1",
    ),
    Fault(
        "aof_last_write_status",
        "the last write of the append-only file failed",
        "make room on its disk, or repair it",
        wanted="ok",
    ),
    Fault(
        "maxmemory_policy",
        "maxmemory-policy must be noeviction, or records vanish silently",
        "CONFIG SET maxmemory-policy noeviction, then CONFIG REWRITE",
        wanted="noeviction",
    ),
    Fault(
        "evicted_keys",
        "records were evicted for want of memory since the server started",
        "find out which are missing with audit verify --store, restore them, then CONFIG RESETSTAT",
        "unready",
        wanted="0",
    ),
)
CONFIG: Final = (
    Fault(
        "appendfsync",
        "appendfsync must be always, or a power cut loses what was acknowledged",
        "CONFIG SET appendfsync always, then CONFIG REWRITE",
        wanted="always",
    ),
    Fault(
        "no-appendfsync-on-rewrite",
        "no-appendfsync-on-rewrite must be no, or a power cut during a rewrite loses what was acknowledged",
        "CONFIG SET no-appendfsync-on-rewrite no, then CONFIG REWRITE",
        wanted="no",
    ),
)
HIDDEN: Final = Fault(
    "appendfsync",
    "the store does not show whether appendfsync is always",
    "ACL SETUSER name +config|get; or, if you know that it is, MASKING_REDIS_VOUCHED_DURABLE=appendfsync-always",
)
TOO_FEW_REPLICAS: Final = Fault("replicas", *in_english("replicas"), "unready")
CLOCK: Final = Fault("clock", *in_english("clock"), "unready")
TOO_OLD: Final = Fault(
    "version",
    "the store is older than Redis 7.2 and lacks commands that the service needs",
    "run Redis 7.2 or newer, or Valkey 8 or newer",
)
NO_INFO: Final = Fault("info", "the store does not tell about itself", "ACL SETUSER name +info")
NO_REPLAY: Final = Fault(
    "default-user",
    "the default user lacks rights, and some releases leave transactions out when they replay their log as this user",
    "ACL SETUSER default off ~* &* +@all, then ACL SAVE, before the server is started again",
    "unready",
)
RIGHTS_UNTRIED: Final = Fault(
    "rights",
    "the store does not tell which rights the service's user has; only a write and a script were tried",
    "ACL SETUSER name +acl|dryrun; where the store does not allow that, compare its rights with examples/redis.acl",
    "untried",
)
NOT_IN_USE: Final = Fault("store", *in_english("not-admitted"), "unready")


def shut(why: str) -> Fault:
    """Return the fault of a store that was found to be the wrong one."""
    return Fault(
        "store",
        why,
        "bring the store of these keys back, or do what the reason says; then start the service again",
        "unready",
    )


def no_answer(says: str, remedy: str) -> Fault:
    """Return the fault of a store that is not available, for a cause in `reasons`."""
    return Fault("store", says, remedy, "unseen")


def no_writes(cause: str) -> Fault:
    """Return the fault of a store that refuses writes, by its word in `reasons`."""
    return Fault("writes", *in_english(cause), "unready")


def no_rights(names: Sequence[str]) -> Fault:
    """Return the fault of a user that may not run some commands, by their names in an ACL."""
    says, remedy = in_english("rights")
    return Fault("rights", f"{says}: it lacks {' '.join(f'+{name}' for name in names)}", remedy, "unready")


def not_upheld(name: str, wanted: int) -> Fault:
    """Return the fault of a setting that would stop a primary that is cut off from taking writes."""
    reason = f"{name} should be {wanted}, so that a primary that is cut off soon takes no writes from any client"
    return Fault(name, reason, f"CONFIG SET {name} {wanted}, then CONFIG REWRITE", "advice")


CHECKS: Final[frozenset[tuple[str, Weight]]] = frozenset(
    (fault.check, fault.weight)
    for fault in (
        *(*INFO, *CONFIG, SENTINEL, TOO_FEW_REPLICAS, CLOCK, TOO_OLD, NO_INFO, NO_REPLAY, NOT_IN_USE),
        *(no_answer("", ""), no_writes("full"), not_upheld("min-replicas-to-write", 1)),
        *(not_upheld("min-replicas-max-lag", 1), no_rights(()), RIGHTS_UNTRIED),
    )
)
"""(check, weight) of every fault, where the operator gave nothing up."""
