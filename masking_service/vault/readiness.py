"""Whether the store keeps what it acknowledges: asked of every shard, each fault with its reason and what mends it.

`docs/adr/0004-appendfsync-always.md` says why these settings, and why no timed
WAITAOF is among the questions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from redis.exceptions import MovedError, NoScriptError, ReadOnlyError

from masking_service.vault.connection import Command, Reply, Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.fences import probe
from masking_service.vault.reasons import WORDS, reason, words

Weight = Literal["loses", "unready", "unseen", "advice"]
"""What a fault means: acknowledged records may be lost; nothing is lost, but not all is served; nothing was seen of the
store, because nobody answered, or what answered is not the store; it could be better."""


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
    (b"INFO", b"server", b"persistence", b"stats", b"memory", b"replication"),
    (
        *(b"CONFIG", b"GET", b"appendfsync", b"no-appendfsync-on-rewrite"),
        *(b"min-replicas-to-write", b"min-replicas-max-lag"),
    ),
)
_NO_SCRIPT: Final = b"0" * 40
_SENTINEL: Final = Fault(
    "mode",
    "what answers is a sentinel, and not the store",
    "begin MASKING_REDIS_URL with redis+sentinel:// and end it with the name that the sentinels watch",
    "unseen",
)
_ONE_OF_A_CLUSTER: Final = Fault(
    "mode",
    "what answers is one node of a cluster, and MASKING_REDIS_URL is for a single server",
    "begin it with redis+cluster:// and let it name a few of the nodes",
    "unseen",
)
_INFO: Final = {
    "role": (
        "master",
        Fault(
            "role",
            "the store must be a primary, not a replica",
            "let MASKING_REDIS_URL name the primary, or the sentinels, or the cluster",
            "unseen",
        ),
    ),
    "loading": ("0", Fault("loading", *WORDS["loading"], "unseen")),
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
_TOO_FEW_REPLICAS: Final = Fault("replicas", *WORDS["replicas"], "unready")
_NOT_IN_USE: Final = Fault(
    "store",
    "the store is not in use: it was not seen yet, or not lately, that it is this service's and keeps what it takes",
    "wait a second; if it stays so, the log says what is wrong",
    "unready",
)


def look(store: Store) -> list[Fault]:
    """Every fault of every shard, each once; an empty list means ready. One round trip."""
    try:
        return _looked(store)
    except StoreUnavailable as error:
        return [_shut(store) if store.shut else Fault("store", *words(error), "unseen")]


def _looked(store: Store) -> list[Fault]:
    answers = store.ask_everybody(_questions)
    found = [fault for answer in answers for fault in _faults_of(answer, store)]
    if store.may_lose:  # somebody gave it up, in so many words
        found = [replace(fault, weight="advice") if fault.weight == "loses" else fault for fault in found]
    if store.shut:
        found.append(_shut(store))
    elif not store.admitted:
        found.append(_NOT_IN_USE)
    return list(dict.fromkeys(found))


def faults(store: Store) -> list[Fault]:
    """Every fault that is more than advice; an empty list means ready. One round trip."""
    return [fault for fault in look(store) if fault.weight != "advice"]


def uphold(store: Store) -> None:
    """Keep the store from acknowledging what it may lose: it is read only, until it is mended. One round trip.

    Raises:
        StoreUnavailable: it may lose what it acknowledges (``not-durable``), does not answer, or is not what answers.
    """
    found = _looked(store)
    if any(fault.weight == "loses" for fault in found):
        store.suspended = True
        raise StoreUnavailable("not-durable")
    unseen = next((fault for fault in found if fault.weight == "unseen"), None)
    if unseen is not None:  # nothing is known, so nothing changes
        raise StoreUnavailable(unseen.check)
    store.suspended = False


def _shut(store: Store) -> Fault:
    return Fault("store", store.shut, "when that is done, start the service anew", "unready")


def _questions(slot: int | None) -> list[Command]:
    """What a server is asked. The last two change nothing, and are refused where a write or a script would be."""
    key = probe(slot)
    return [*_QUESTIONS, (b"SET", key, b"", b"XX"), (b"EVALSHA", _NO_SCRIPT, 1, key)]


def _faults_of(answer: list[Reply], store: Store) -> Iterator[Fault]:
    info, config, *tried = answer
    said = {} if isinstance(info, Exception) else _said(info)
    mode = said.get("server_mode") or said.get("redis_mode")  # Valkey's name for it, or Redis's
    if mode == "sentinel":
        yield _SENTINEL
        return
    if mode == "cluster" and not store.slotted:
        yield _ONE_OF_A_CLUSTER
        return
    if said:
        store.clocks.saw(int(said["server_time_usec"]) / 1e6)
        if not store.clocks.agree:
            yield Fault("clock", *WORDS["clock"], "unready")
        yield from _seen_in(said, store.replicas)
    else:
        yield Fault("info", "the store does not tell about itself", "ACL SETUSER name +info")
    yield from _set_in(config, store)
    for reply in tried:
        if isinstance(reply, Exception) and not isinstance(reply, NoScriptError | ReadOnlyError | MovedError):
            yield Fault("writes", *WORDS[reason(reply)], "unready")


def _said(info: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line)


def _seen_in(said: Mapping[str, str], replicas: int) -> Iterator[Fault]:
    for name, (wanted, fault) in _INFO.items():
        if said.get(name) != wanted:
            yield fault
    if said.get("role") == "master" and _following(said) < replicas:
        yield _TOO_FEW_REPLICAS


def _following(said: Mapping[str, str]) -> int:
    """How many replicas have all that went before, and said lately that they get what comes."""
    replicas = [
        dict(part.split("=", 1) for part in value.split(","))
        for name, value in said.items()
        if _REPLICA.fullmatch(name)
    ]
    lately = {str(seconds) for seconds in range(_MOST_LAG_SECONDS + 1)}
    return sum(replica["state"] == "online" and replica["lag"] in lately for replica in replicas)


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
