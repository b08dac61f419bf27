"""Whether the store keeps what it acknowledges: asked of every shard, each fault with its reason and what mends it.

`docs/adr/0004-appendfsync-always.md` says why these settings, and why no timed
WAITAOF is among the questions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha1
from time import monotonic
from typing import Final

from redis.exceptions import MovedError, NoPermissionError, NoScriptError, ReadOnlyError, ResponseError

from masking_service.store import faults as known
from masking_service.store.client import Command, Reply, Store
from masking_service.store.condition import Condition, Server
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Fault
from masking_service.store.fences import probe
from masking_service.store.layout import GENESIS
from masking_service.store.reasons import reason, words

_MOST_LAG_SECONDS: Final = 3
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
_SCRIPT: Final = b"return 1"
_DIGEST: Final = sha1(_SCRIPT, usedforsecurity=False).hexdigest().encode()


def look(store: Store) -> list[Fault]:
    """Every fault of every shard, each once; an empty list means ready. One round trip.

    What was seen is left at the store, for those who watch it.
    """
    try:
        return _looked(store)
    except StoreUnavailable as error:
        return [_unseen(store, error)]


def _looked(store: Store) -> list[Fault]:
    try:
        answers = store.ask_everybody(_questions)
    except StoreUnavailable as error:
        _leave(store, [_unseen(store, error)], [])
        raise
    servers = [_said(info) for info, *_ in answers if not isinstance(info, Exception)]
    store.clocks.saw(told / 1e6 for said in servers if (told := _number(said, "server_time_usec")) is not None)
    found = [fault for answer in answers for fault in _faults_of(answer, store)]
    if not store.clocks.agree:
        found.append(known.CLOCK)
    if store.may_lose:  # somebody gave it up, in so many words
        found = [replace(fault, weight="advice") if fault.weight == "loses" else fault for fault in found]
    if store.shut:
        found.append(known.shut(store.shut))
    elif not store.admitted:
        found.append(known.NOT_IN_USE)
    found = list(dict.fromkeys(found))
    _leave(store, found, servers)
    return found


def _unseen(store: Store, error: StoreUnavailable) -> Fault:
    return known.shut(store.shut) if store.shut else known.no_answer(*words(error))


def _leave(store: Store, found: list[Fault], servers: list[dict[str, str]]) -> None:
    faults = frozenset((fault.check, fault.weight) for fault in found)
    store.condition = Condition(monotonic(), faults, tuple(map(_server, servers)))


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


def _questions(slot: int | None) -> list[Command]:
    """What a server is asked. The last three change nothing, and are refused where a write or a script would be.

    The script is sent before it is called by its digest: a digest that is not known is counted as an error.
    """
    key = probe(slot)
    return [*_QUESTIONS, (b"SET", key, b"", b"XX"), (b"EVAL", _SCRIPT, 1, key), (b"EVALSHA", _DIGEST, 1, key)]


def _faults_of(answer: list[Reply], store: Store) -> Iterator[Fault]:
    info, config, replay, *tried = answer
    said = {} if isinstance(info, Exception) else _said(info)
    if _is_too_old(info, said):
        yield known.TOO_OLD
        return
    mode = said.get("server_mode") or said.get("redis_mode")  # Valkey's name for it, or Redis's
    if mode == "sentinel":
        yield known.SENTINEL
        return
    if mode == "cluster" and not store.slotted:
        yield known.ONE_OF_A_CLUSTER
        return
    if _number(said, "server_time_usec") is None:
        yield known.NO_INFO
    if said:
        yield from _seen_in(said, store.replicas)
    yield from _set_in(config, store)
    # Where the default user's rights are not to be asked for, nothing is known, and nothing said.
    if not isinstance(replay, Exception) and replay != b"OK":
        yield known.NO_REPLAY
    for reply in tried:
        if isinstance(reply, Exception) and not isinstance(reply, NoScriptError | ReadOnlyError | MovedError):
            yield known.no_writes(reason(reply))


def _is_too_old(info: Reply, said: Mapping[str, str]) -> bool:
    """Return whether the server is older than Redis 7.2. Before 7.0, INFO refuses more than one section."""
    if isinstance(info, ResponseError):
        return not isinstance(info, NoPermissionError)
    version = re.match(r"(\d+)\.(\d+)", said.get("redis_version", ""))
    return version is not None and tuple(map(int, version.groups())) < OLDEST_RELEASE


def _said(info: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line)


def _number(said: Mapping[str, str], name: str) -> int | None:
    """A number that a server tells, or None where it tells none."""
    told = said.get(name, "")
    return int(told) if _DIGITS.fullmatch(told) else None


def _seen_in(said: Mapping[str, str], replicas: int) -> Iterator[Fault]:
    for name, (wanted, fault) in known.INFO.items():
        if said.get(name) != wanted:
            yield fault
    if said.get("role") == "master" and _following(said) < replicas:
        yield known.TOO_FEW_REPLICAS


def _server(said: Mapping[str, str]) -> Server:
    return Server(_number(said, "used_memory") or 0, _number(said, "maxmemory") or 0, _following(said))


def _following(said: Mapping[str, str]) -> int:
    """How many replicas have all that went before, and said lately that they get what comes."""
    replicas = [
        dict(part.split("=", 1) for part in value.split(",") if "=" in part)
        for name, value in said.items()
        if _REPLICA.fullmatch(name)
    ]
    lately = {str(seconds) for seconds in range(_MOST_LAG_SECONDS + 1)}
    return sum(replica.get("state") == "online" and replica.get("lag") in lately for replica in replicas)


def _set_in(config: Reply, store: Store) -> Iterator[Fault]:
    if isinstance(config, Exception) or not config:
        if not store.vouched:
            yield known.HIDDEN
        return
    names = iter(part.decode("utf-8", "replace") for part in config)
    said = dict(zip(names, names, strict=False))
    for name, (wanted, fault) in known.CONFIG.items():
        if said.get(name) != wanted:
            yield fault
    if not store.replicas:
        return
    for name, wrong, mended in (
        ("min-replicas-to-write", lambda value: value < store.replicas, store.replicas),
        ("min-replicas-max-lag", lambda value: not 0 < value <= _MOST_LAG_SECONDS, _MOST_LAG_SECONDS),
    ):
        if wrong(_number(said, name) or 0):
            yield known.not_upheld(name, mended)
