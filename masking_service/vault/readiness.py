"""Whether the store keeps what it acknowledges: asked of every shard, each fault with its reason and what mends it.

`docs/adr/0004-appendfsync-always.md` says why these settings, and why no timed
WAITAOF is among the questions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, Literal

from masking_service.vault.condition import Condition, Server
from masking_service.vault.connection import Command, Reply, Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.layout import GENESIS

Weight = Literal["loses", "unready", "advice"]
"""What a fault means: acknowledged records may be lost; nothing is lost, but not all is served; it could be better."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about the store that is not as it has to be.

    Attributes:
        check: what was looked at: a fixed word.
        reason: what is wrong, in words.
        mending: what mends it: commands for the server, or what to do.
        weight: what it means.
    """

    check: str
    reason: str
    mending: str
    weight: Weight = "loses"


_MOST_LAG_SECONDS: Final = 3
_REPLICA: Final = re.compile(r"slave\d+")  # INFO's name for it
_QUESTIONS: Final[tuple[Command, ...]] = (
    (b"INFO", b"persistence", b"memory", b"stats", b"replication"),
    (
        *(b"CONFIG", b"GET", b"appendfsync", b"no-appendfsync-on-rewrite"),
        *(b"min-replicas-to-write", b"min-replicas-max-lag"),
    ),
    (b"ACL", b"DRYRUN", b"default", b"SET", GENESIS, b""),
)
_INFO: Final = {
    "role": (
        "master",
        Fault(
            "role",
            "the store must be a primary, not a replica",
            "let MASKING_REDIS_URL name the primary, or the sentinels, or the cluster",
            "unready",
        ),
    ),
    "loading": ("0", Fault("loading", "the store is still loading its data", "wait", "unready")),
    "aof_enabled": (
        "1",
        Fault(
            "aof_enabled",
            "appendonly must be yes, or a crash loses what was acknowledged",
            "CONFIG SET appendonly yes, then CONFIG REWRITE",
        ),
    ),
    "aof_last_write_status": (
        "ok",
        Fault(
            "aof_last_write_status",
            "the last write of the append-only file failed",
            "make room on its disk, or mend it",
        ),
    ),
    "maxmemory_policy": (
        "noeviction",
        Fault(
            "maxmemory_policy",
            "maxmemory-policy must be noeviction, or records vanish silently",
            "CONFIG SET maxmemory-policy noeviction, then CONFIG REWRITE",
        ),
    ),
    "evicted_keys": (
        "0",
        Fault(
            "evicted_keys",
            "records were evicted for want of memory since the server started",
            "find out which are missing with audit verify --store, restore them, then CONFIG RESETSTAT",
            "unready",
        ),
    ),
}
_CONFIG: Final = {
    "appendfsync": (
        "always",
        Fault(
            "appendfsync",
            "appendfsync must be always, or a power cut loses what was acknowledged",
            "CONFIG SET appendfsync always, then CONFIG REWRITE",
        ),
    ),
    "no-appendfsync-on-rewrite": (
        "no",
        Fault(
            "no-appendfsync-on-rewrite",
            "no-appendfsync-on-rewrite must be no, or a power cut during a rewrite loses what was acknowledged",
            "CONFIG SET no-appendfsync-on-rewrite no, then CONFIG REWRITE",
        ),
    ),
}
_HIDDEN: Final = Fault(
    "appendfsync",
    "the store does not show whether appendfsync is always",
    "ACL SETUSER name +config|get; or, if you know that it is, MASKING_REDIS_VOUCHED_DURABLE=appendfsync-always",
)
_TOO_FEW_REPLICAS: Final = Fault(
    "replicas",
    "fewer replicas are connected than a write has to reach",
    "start the missing replicas, or see with INFO replication why they do not follow",
    "unready",
)
_NO_REPLAY: Final = Fault(
    "default-user",
    "the default user lacks rights, and some releases leave transactions out when they replay their log as this user",
    "ACL SETUSER default off ~* &* +@all, then ACL SAVE, before the server is started again",
    "unready",
)
_NOT_IN_USE: Final = Fault(
    "store",
    "the store is not in use: it was not seen yet, or not lately, that it is this service's and keeps what it takes",
    "wait a second; if it stays so, the log says what is wrong",
    "unready",
)


CHECKS: Final[Mapping[str, Weight]] = {
    **{fault.check: fault.weight for _, fault in (*_INFO.values(), *_CONFIG.values())},
    **{fault.check: fault.weight for fault in (_TOO_FEW_REPLICAS, _NO_REPLAY, _NOT_IN_USE)},
    "info": "loses",
    "min-replicas-to-write": "advice",
    "min-replicas-max-lag": "advice",
}
"""Every word that `Fault.check` can be, and what it means where nobody gave anything up."""


def look(store: Store) -> list[Fault]:
    """Every fault of every shard, each once; an empty list means ready. One round trip.

    What was seen is left at the store, for those who watch it.
    """
    answers: list[list[Reply]] = []
    try:
        answers = store.ask_everybody(_QUESTIONS)
    except StoreUnavailable as error:
        reason = f"the store does not answer ({error.reason})"
        found = [Fault("store", reason, "see that it runs, and that this machine reaches it", "unready")]
    else:
        found = _judged(store, answers)
    servers = tuple(_server(_said(info)) for info, *_ in answers if not isinstance(info, Exception))
    store.condition = Condition(monotonic(), frozenset((one.check, one.weight) for one in found), servers)
    return found


def _judged(store: Store, answers: list[list[Reply]]) -> list[Fault]:
    found = [
        fault
        for info, config, replay in answers
        for fault in (*_seen_in(info, store.replicas), *_set_in(config, store), *_replayed(replay))
    ]
    if store.may_lose:  # somebody gave it up, in so many words
        found = [replace(fault, weight="advice") if fault.weight == "loses" else fault for fault in found]
    if not store.admitted:
        found.append(_NOT_IN_USE)
    return list(dict.fromkeys(found))


def faults(store: Store) -> list[tuple[str, str]]:
    """(check, reason) for every check that fails; an empty list means ready. One round trip."""
    return [(fault.check, fault.reason) for fault in look(store) if fault.weight != "advice"]


def uphold(store: Store) -> None:
    """Keep the store from acknowledging what it may lose: it is read only, until it is mended. One round trip.

    Raises:
        StoreUnavailable: it may lose what it acknowledges (``not-durable``), or does not answer.
    """
    found = look(store)
    if any(fault.weight == "loses" for fault in found):
        store.suspended = True
        raise StoreUnavailable("not-durable")
    if any(fault.check == "store" and fault is not _NOT_IN_USE for fault in found):
        raise StoreUnavailable("connection")  # nothing was seen, so nothing changes
    store.suspended = False


def _seen_in(info: Reply, replicas: int) -> Iterator[Fault]:
    if isinstance(info, Exception):
        yield Fault("info", "the store does not tell about itself", "ACL SETUSER name +info")
        return
    said = _said(info)
    for name, (wanted, fault) in _INFO.items():
        if said.get(name) != wanted:
            yield fault
    if said.get("role") == "master" and _following(said) < replicas:
        yield _TOO_FEW_REPLICAS


def _said(info: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line)


def _server(said: Mapping[str, str]) -> Server:
    return Server(int(said.get("used_memory", "0")), int(said.get("maxmemory", "0")), _following(said))


def _following(said: Mapping[str, str]) -> int:
    """How many replicas have all that went before, and said lately that they get what comes."""
    replicas = [
        dict(part.split("=", 1) for part in value.split(","))
        for name, value in said.items()
        if _REPLICA.fullmatch(name)
    ]
    lately = {str(seconds) for seconds in range(_MOST_LAG_SECONDS + 1)}
    return sum(replica["state"] == "online" and replica["lag"] in lately for replica in replicas)


def _replayed(replay: Reply) -> Iterator[Fault]:
    """Whether the default user could write. Where that is not to be asked, nothing is known, and nothing said."""
    if not isinstance(replay, Exception) and replay != b"OK":
        yield _NO_REPLAY


def _set_in(config: Reply, store: Store) -> Iterator[Fault]:
    if isinstance(config, Exception) or not config:
        if not store.vouched:
            yield _HIDDEN
        return
    names = iter(part.decode("utf-8", "replace") for part in config)
    said = dict(zip(names, names, strict=True))
    for name, (wanted, fault) in _CONFIG.items():
        if said.get(name) != wanted:
            yield fault
    if not store.replicas:
        return
    for name, wrong, mended in (
        ("min-replicas-to-write", lambda value: value < store.replicas, store.replicas),
        ("min-replicas-max-lag", lambda value: not 0 < value <= _MOST_LAG_SECONDS, _MOST_LAG_SECONDS),
    ):
        if wrong(int(said.get(name, "0"))):
            reason = f"{name} should be {mended}, so that a primary that is cut off soon takes no writes from anybody"
            yield Fault(name, reason, f"CONFIG SET {name} {mended}, then CONFIG REWRITE", "advice")
