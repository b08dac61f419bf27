"""Holds the store against the log: is what stands in it what was announced, and does all that was announced stand?

Sealed state is known by its places alone. Nothing is opened, and nothing is changed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from masking_service.audit.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.audit.verify.facts import Facts, Finding, Mark, hash_of
from masking_service.audit.verify.findings import Kind
from masking_service.audit.verify.verifier import Verification
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import PREFIX

KEYS_AT_ONCE: Final = 500
RECORD: Final = "record"
"""A record is announced by nobody; a tombstone in its place is."""
_WAYBILL: Final = rb"wm:\{[A-Za-z0-9_-]{16}\}"
_TENANT: Final = rb"wm:\{t:[A-Za-z0-9_-]+\}"
_KINDS: Final = (
    ("custody", b"GET", re.compile(_WAYBILL + rb"@")),
    (RECORD, b"GET", re.compile(_WAYBILL + rb"(?:[0-9a-f]|10)")),
    ("disclosure", b"HGETALL", re.compile(_WAYBILL + rb"!")),
    ("case", b"HGETALL", re.compile(_TENANT + rb"case:[A-Za-z0-9_-]+")),
    ("list of frozen principals", b"HGETALL", re.compile(_TENANT + rb"freezes")),
    ("list of clients", b"HGETALL", re.compile(rb"wm:clients")),
)
_BY_ACTION: Final = (
    ("case-", "case"),
    ("custody-", "custody"),
    ("erase", "tombstone"),
    ("detokenize", "disclosure"),
    ("view", "disclosure"),
    ("client-", "list of clients"),
    ("freeze", "list of frozen principals"),
    ("thaw", "list of frozen principals"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A place that the log does not explain. `what` stands there, or should; `place` is the hash that facts give it."""

    what: str
    place: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Standing:
    """What was seen at a place, and when (Unix seconds)."""

    what: str
    place: str
    value: str
    seen_at: int

    @property
    def ends(self) -> bool:
        """Whether the place expires with its value: a field of a hash stays while another one does."""
        return self.what in {"custody", RECORD}


def beyond(streams: Streams, verification: Verification) -> Iterator[EntryLine]:
    """The entries of the store that `verification` has not taken yet; it takes them, and says what is wrong with them.

    Raises:
        StoreUnavailable, Unreadable: the store did not answer, or holds what is no log.
    """
    if verification.faults:
        return  # it is no log any more
    epochs = verification.epochs
    checkpoints = streams.checkpoints(epochs.epoch)
    if epochs.epoch:
        standing = next(checkpoints, None)
        if standing is None or standing.link != epochs.head:
            where, text = f"checkpoint {epochs.epoch}", "does not stand in the store: it went back, or it is another"
            verification.faults.add(Kind.REWRITTEN, 0, where, text)
            return
    writers = streams.writers()
    for checkpoint in checkpoints:
        writers |= {head.writer for head in checkpoint.checkpoint.heads}
        verification.take_said(checkpoint)
    for writer in sorted(writers):
        chain = verification.chains.get(writer)
        for said in streams.entries(writer, chain.number + 1 if chain else 1):
            verification.take_said(said)
            yield said
        chain = verification.chains.get(writer)
        if chain and not chain.is_whole:
            chain.end()


def hold(store: Store, facts: Facts, learn: Callable[[], None], clock: Callable[[], int]) -> Iterator[Held]:
    """Look at all sealed state in the store.

    Args:
        store: the way to Redis.
        facts: what the log says, as far as it is known.
        learn: adds to the facts whatever was announced meanwhile; called once, when everything was seen.
        clock: now, in Unix seconds.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    began = clock()
    seen: set[str] = set()
    suspected: list[_Standing] = []
    for one in _standing(store, facts, clock):
        seen.add(one.place)
        if facts.judge(one.place, one.value, one.seen_at, ends=one.ends):
            suspected.append(one)
    learn()
    for one in suspected:
        # By the time at which it was seen: what was announced later may have changed it since.
        finding = facts.judge(one.place, one.value, one.seen_at, ends=one.ends)
        if finding:
            yield Held(_name(one.what, finding), one.place, finding)
    for place in facts:
        finding = None if place in seen else facts.judge(place, "", began, ends=True)
        if finding:
            yield Held(_name("", finding), place, finding)


def _name(what: str, finding: Finding) -> str:
    """What a place holds, for people: what cannot be told from its key, the entry that speaks of it tells."""
    said = finding.said
    if said is None:
        return what
    if what in {"", RECORD}:
        what = next((name for action, name in _BY_ACTION if said.action.startswith(action)), said.action)
    return f"case {said.case}" if what == "case" and said.case else what


def _standing(store: Store, facts: Facts, clock: Callable[[], int]) -> Iterator[_Standing]:
    keys = store.keys(PREFIX + b"*")
    while found := [*islice(keys, KEYS_AT_ONCE)]:
        kinds = [kind for key in found if (kind := _kind(key, facts))]
        commands: list[Command] = [(command, key) for _, command, key in kinds]
        now = clock()
        for (what, _, key), reply in zip(kinds, store.read(commands), strict=True):
            for place, value in _values(key, reply):
                yield _Standing(what, hash_of(place), hash_of(value), now)


def _kind(key: bytes, facts: Facts) -> tuple[str, bytes, bytes] | None:
    """What a key holds, and the command that reads it; None where nothing announces it."""
    for what, command, pattern in _KINDS:
        if pattern.fullmatch(key):
            return None if what == RECORD and hash_of(key) not in facts else (what, command, key)
    return None


def _values(key: bytes, reply: Reply) -> Sequence[tuple[bytes, bytes]]:
    """Places and what stands there, in the reply of GET or HGETALL; nothing where it has gone meanwhile."""
    if isinstance(reply, list):
        return [(key + b"/" + field, value) for field, value in zip(reply[0::2], reply[1::2], strict=True)]
    return [] if reply is None else [(key, reply)]


def is_older(held: Held) -> bool:
    """Whether nothing in the log speaks of a place: of a log that begins later than the store, that is no fault."""
    return held.finding.mark is Mark.UNLOGGED and held.finding.said is None
