"""Checks whether every server of the store keeps what it acknowledges. Each fault has a reason and a remedy.

`docs/adr/0004-appendfsync-always.md` says why these settings, and why no timed
WAITAOF is among the questions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from redis.crc import key_slot
from redis.exceptions import AskError, NoPermissionError, NoScriptError, ReadOnlyError, ResponseError, TryAgainError

from masking_service.store import faults as known
from masking_service.store import rights
from masking_service.store.client import Command, Reply, ServerReplies, Store
from masking_service.store.condition import Condition, Server
from masking_service.store.connection import Node
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Fault
from masking_service.store.fences import probe
from masking_service.store.layout import GENESIS
from masking_service.store.pipeline import Script
from masking_service.store.reasons import reason, words

_MAX_LAG_SECONDS: Final = 3
_REPLICA: Final = re.compile(r"slave\d+")  # INFO's name for it
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
OLDEST_RELEASE: Final = (7, 2)

_QUESTIONS: Final[tuple[Command, ...]] = (
    (b"INFO", b"server", b"persistence", b"stats", b"memory", b"replication"),
    (
        *(b"CONFIG", b"GET", b"appendfsync", b"no-appendfsync-on-rewrite"),
        *(b"min-replicas-to-write", b"min-replicas-max-lag"),
    ),
    (b"ACL", b"DRYRUN", b"default", b"SET", GENESIS, b""),
)
_HARMLESS: Final = NoScriptError | ReadOnlyError | AskError | TryAgainError
"""Errors that tell nothing about rights and memory, such as MOVED and ASK during a slot's move."""
_SCRIPT: Final = Script.from_source(b"return 1")


@dataclass(frozen=True, slots=True)
class Examined:
    """One server that takes writes.

    Attributes:
        slots: those that it owns, in a cluster.
        run_id: the name that it took at its start; empty where it did not answer.
        faults: what is wrong with it.
        error: why it did not answer.
    """

    node: Node
    slots: Sequence[int]
    run_id: bytes
    faults: tuple[Fault, ...]
    error: StoreUnavailable | None

    @property
    def unfit(self) -> StoreUnavailable | None:
        """Why the server tells nothing; None if it is a primary that answers."""
        unseen = next((fault.check for fault in self.faults if fault.weight == "unseen"), "")
        return self.error or (StoreUnavailable(unseen) if unseen else None)


def examine(store: Store) -> list[Examined]:
    """Ask every server that takes writes, and leave the clocks and what was seen at the store.

    Raises:
        StoreUnavailable: no server is known.
    """
    try:
        answers = store.survey(lambda slot: _questions(slot, store))
    except StoreUnavailable as error:
        _note_condition(store, [_unseen(store, error)], [])
        raise
    told = [_parse_info(answer.replies[0]) if answer.replies else {} for answer in answers]
    store.clocks.saw(clock / 1e6 for one in told if (clock := _number(one, "server_time_usec")) is not None)
    servers = [_examined(answer, one, store) for answer, one in zip(answers, told, strict=True)]
    audit = store.identity.audit
    slots = [key_slot(audit.writers(slot)) for slot in range(audit.slots)]
    with_log = [not answer.slots or any(slot in answer.slots for slot in slots) for answer in answers]
    _note_condition(store, _faults(store, servers), [pair for pair in zip(told, with_log, strict=True) if pair[0]])
    return servers


def every_fault(store: Store) -> list[Fault]:
    """Return the faults of all servers, each once, and what could not be checked: one round trip."""
    try:
        return _faults(store, examine(store))
    except StoreUnavailable as error:
        return [_unseen(store, error)]


def faults(store: Store) -> list[Fault]:
    """Return the faults that keep the store from being ready: one round trip."""
    return [fault for fault in every_fault(store) if fault.weight not in {"advice", "untried"}]


def uphold(store: Store) -> list[Examined]:
    """Make the store read-only while one of its servers may lose what it acknowledges. One round trip.

    Returns:
        the servers.

    Raises:
        StoreUnavailable: it may lose what it acknowledges (``not-durable``), or no server is fit for use.
    """
    servers = examine(store)
    if any(fault.weight == "loses" for server in servers for fault in server.faults):
        store.read_only = True
        raise StoreUnavailable("not-durable")
    unfit = [error for server in servers if (error := server.unfit) is not None]
    if not unfit:  # of a server that does not answer nothing is known, so nothing changes
        store.read_only = False
    if len(unfit) == len(servers):
        raise unfit[0]
    return servers


def _faults(store: Store, servers: Sequence[Examined]) -> list[Fault]:
    shut = store.identity.shut
    found = [fault for server in servers for fault in server.faults if not shut or server.error is None]
    answering = [server for server in servers if server.error is None]
    if not store.clocks.agree:
        found.append(known.CLOCK)
    if shut:
        found.append(known.shut(shut))
    elif (store.identity.outdated or not store.admitted) and answering:
        found.append(known.NOT_IN_USE)
    elif not all(store.identity.knows(server.node, server.run_id) for server in answering):
        found.append(known.no_answer(*words(StoreUnavailable("unseen"))))
    return list(dict.fromkeys(found))


def _unseen(store: Store, error: StoreUnavailable) -> Fault:
    return known.shut(store.identity.shut) if store.identity.shut else known.no_answer(*words(error))


def _note_condition(store: Store, found: list[Fault], told: list[tuple[dict[str, str], bool]]) -> None:
    """Leave the state at the store; with what each server told is whether the audit log is on it."""
    checks = frozenset((fault.check, fault.weight) for fault in found)
    store.condition = Condition(monotonic(), checks, tuple(_server(said, with_log) for said, with_log in told))


def _examined(answer: ServerReplies, told: dict[str, str], store: Store) -> Examined:
    if answer.error is not None:
        return Examined(answer.node, answer.slots, b"", (known.no_answer(*words(answer.error)),), answer.error)
    found = list(_faults_of(answer.replies, told, store))
    if store.may_lose:  # the operator gave it up, in so many words
        found = [replace(fault, weight="advice") if fault.weight == "loses" else fault for fault in found]
    return Examined(answer.node, answer.slots, told.get("run_id", "").encode(), tuple(found), None)


def _questions(slot: int | None, store: Store) -> list[Command]:
    """Return the questions to a server. They change nothing.

    A server that refuses a write or a script refuses the three in the middle as well. The script is sent before it is
    called by its digest, because a server counts an unknown digest as an error.
    """
    key = probe(slot)
    return [
        *_QUESTIONS,
        (b"SET", key, b"", b"XX"),
        (b"EVAL", _SCRIPT.source, 1, key),
        (b"EVALSHA", _SCRIPT.digest, 1, key),
        *rights.questions(store.user, key, slotted=store.slotted, intake=store.intake),
    ]


def _faults_of(answer: list[Reply], said: Mapping[str, str], store: Store) -> Iterator[Fault]:
    info, config, replay, write, script, digest, *allowed = answer
    other_sort = _other_sort(info, said, store)
    if other_sort is not None:
        yield other_sort
        return
    if _number(said, "server_time_usec") is None:
        yield known.NO_INFO
    if said:
        yield from _faults_in_info(said, store)
    yield from _faults_in_config(config, store)
    # Where the default user's rights cannot be asked for, nothing is known.
    if not isinstance(replay, Exception) and replay != b"OK":
        yield known.NO_REPLAY
    for reply in (write, script, digest):
        if isinstance(reply, Exception) and not isinstance(reply, _HARMLESS):
            yield known.no_writes(reason(reply))
    missing = rights.missing(allowed, slotted=store.slotted, intake=store.intake)
    if missing is None:
        yield known.RIGHTS_UNTRIED
    elif missing:
        yield known.no_rights(missing)


def _other_sort(info: Reply, said: Mapping[str, str], store: Store) -> Fault | None:
    """Return why a server is of no use at all: it is too old, or of another sort than the URL says."""
    if _is_too_old(info, said):
        return known.TOO_OLD
    mode = said.get("server_mode") or said.get("redis_mode")  # Valkey's name for it, or Redis's
    if mode == "sentinel":
        return known.SENTINEL
    return known.ONE_OF_A_CLUSTER if mode == "cluster" and not store.slotted else None


def _is_too_old(info: Reply, said: Mapping[str, str]) -> bool:
    """Return whether the server is older than Redis 7.2. Before 7.0 INFO refuses more than one section."""
    if isinstance(info, ResponseError):
        return not isinstance(info, NoPermissionError)
    version = re.match(r"(\d+)\.(\d+)", said.get("redis_version", ""))
    return version is not None and tuple(map(int, version.groups())) < OLDEST_RELEASE


def _parse_info(info: Reply) -> dict[str, str]:
    if isinstance(info, Exception):
        return {}
    return dict(line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line)


def _number(said: Mapping[str, str], name: str) -> int | None:
    """Return a number that a server reports, or None."""
    told = said.get(name, "")
    return int(told) if _DIGITS.fullmatch(told) else None


def _faults_in_info(said: Mapping[str, str], store: Store) -> Iterator[Fault]:
    yield from (fault for fault in known.INFO if said.get(fault.check) != fault.wanted)
    if said.get("role") != "master":
        return
    following = _following(said)
    if following < store.replicas:
        yield known.TOO_FEW_REPLICAS
    elif following < store.required_replicas:  # a replica that comes back counts there an instant before it does here
        yield replace(known.TOO_FEW_REPLICAS, weight="advice")


def _server(said: Mapping[str, str], with_log: bool) -> Server:
    return Server(_number(said, "used_memory") or 0, _number(said, "maxmemory") or 0, _following(said), with_log)


def _following(said: Mapping[str, str]) -> int:
    """Return how many replicas are in sync and have reported lately."""
    replicas = [
        dict(part.split("=", 1) for part in value.split(",") if "=" in part)
        for name, value in said.items()
        if _REPLICA.fullmatch(name)
    ]
    # -1 at the turn of a second: the replica's word is newer than the second that the server's clock has kept.
    lately = {str(lag) for lag in range(-1, _MAX_LAG_SECONDS + 1)}
    return sum(replica.get("state") == "online" and replica.get("lag") in lately for replica in replicas)


def _faults_in_config(config: Reply, store: Store) -> Iterator[Fault]:
    if isinstance(config, Exception) or not config:
        if not store.vouched:
            yield known.HIDDEN
        return
    names = iter(part.decode("utf-8", "replace") for part in config)
    said = dict(zip(names, names, strict=False))
    yield from (fault for fault in known.CONFIG if said.get(fault.check) != fault.wanted)
    if not store.replicas:
        return
    for name, wrong, right in (
        ("min-replicas-to-write", lambda value: value < store.replicas, store.replicas),
        ("min-replicas-max-lag", lambda value: not 0 < value <= _MAX_LAG_SECONDS, _MAX_LAG_SECONDS),
    ):
        if wrong(_number(said, name) or 0):
            yield known.not_upheld(name, right)
