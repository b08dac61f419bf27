"""Stores, vaults and lossy wires for tests."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import shake_256
from typing import Any
from urllib.parse import urlsplit

import redis

from keys.keyring import Keyring
from masking_service.masking.records.schema import Place
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.search.state import Findable
from masking_service.service.state.serials import Serials
from masking_service.service.vault import records
from masking_service.service.vault.records import Record
from masking_service.service.vault.vault import Erasure, Vault
from masking_service.service.vault.writing import Draft, Refusal, Stored, index_entries
from masking_service.store.client import Reply, Store
from masking_service.store.layout import ONE_SLOT, AuditKeys
from tests.keys.known import known_keyring

NOW = 1_796_000_000
"""When the tests' records are written, by the service's clock, in Unix seconds."""
LATER = 4_000_000_000
"""When they expire, by the clocks of service and server: in 2096."""
NUMBER = "SF1234567890"
NAME, PHONE = Place.parse("name recipient.name"), Place.parse("phone recipient.phone")


def body(name: str = "张三", phone: str = "13812345678") -> bytes:
    """What is stored of a record with a name and a phone."""
    return body_of("standard", [(NAME, name), (PHONE, phone)])


def body_of(schema: str, fields: Sequence[tuple[Place, Any]]) -> bytes:
    """What is stored of a record with these values."""
    frame = records.frame_of(schema, [place for place, _ in fields])
    return records.body_of(frame, [value for _, value in fields])


NOT_DURABLE = "replicas|timeout"
"""Why a write is refused while replicas are missing: WAIT gives up 0.1 s before its reply counts as lost, which a busy
machine may take."""


_named = ONE_SLOT


def named() -> AuditKeys:
    """The names of the audit log's keys in this test."""
    return _named


@contextmanager
def spread_over(slots: int) -> Iterator[None]:
    """Let the audit log be spread over so many slots in every store that is made inside."""
    global _named
    _named = AuditKeys(slots)
    yield
    _named = ONE_SLOT


def admitted(url: str, **settings: Any) -> Store:
    """A store that may be used: the tests know whose it is."""
    store = Store(url, **settings)
    store.trust()
    store.identity.audit = named()
    return store


def foreseen(seed: str = "") -> Callable[[int], bytes]:
    """Return a source of bytes that repeats in every run."""
    calls = iter(range(1_000_000))
    return lambda length: shake_256(f"{seed}/{next(calls)}".encode()).digest(length)


def vault(store: Store, keyring: Keyring | None = None, seed: str = "") -> Vault:
    return Vault(store, keyring or known_keyring(), foreseen(seed))


def read_at(vault: Vault, tenant: str, places: Sequence[tuple[bytes, int]], now: int) -> list[Record | None]:
    """Return the active records at (base, revision), as detokenizing reads them."""
    question = vault.records_question(tenant, places, now)
    vault._store.ask(question)
    return question.answer()


def write(
    vault: Vault,
    bodies: dict[str, bytes] | list[tuple[str, bytes]],
    *,
    tenant: str = "default",
    now: int = NOW,
    expires_at: int = LATER,
    revise: bool = False,
    findable: Sequence[Findable] = (),
) -> list[Stored | Refusal]:
    """Store a batch of (number, body), found by what `findable` says."""
    pairs = [*bodies.items()] if isinstance(bodies, dict) else bodies
    numbers, values = [number for number, _ in pairs], [value for _, value in pairs]
    drafts = vault.writer.drafts(tenant, numbers, values, now=now, expires_at=expires_at, findable=findable)
    waiting = drafts if revise else vault.writer.put(tenant, drafts, now)
    while waiting:
        vault.compare(tenant, waiting, revise=revise)
        vault.search.replace(tenant, *index_entries(waiting), now)
        waiting = put_revisions(vault, tenant, waiting, now)
    return [draft.outcome for draft in drafts if draft.outcome is not None]


def put_revisions(vault: Vault, tenant: str, drafts: Sequence[Draft], now: int) -> list[Draft]:
    """Write compared drafts, as a call that may revise does; return those that were too late."""
    again = vault.writer.put(tenant, drafts, now)
    vault.follow_holds(tenant, drafts)
    return again


def put(vault: Vault, value: bytes, number: str = NUMBER, **how: Any) -> Stored:
    """Store one record, which must not be refused."""
    (outcome,) = write(vault, {number: value}, **how)
    assert isinstance(outcome, Stored)
    return outcome


def refused(vault: Vault, value: bytes, number: str = NUMBER, **how: Any) -> Refusal:
    """Store one record, which must be refused."""
    (outcome,) = write(vault, {number: value}, **how)
    assert not isinstance(outcome, Stored)
    return outcome


@contextmanager
def counted(store: Store) -> Iterator[list[int]]:
    """Counts the round trips made inside, into the list."""
    trips: list[int] = []
    before = store.round_trips
    yield trips
    trips.append(store.round_trips - before)


def erase(vault: Vault, number: str = NUMBER, *, until: int, tenant: str = "default", now: int = NOW) -> Erasure:
    """Erase a waybill, and record nothing."""
    while not (erasure := vault.prepare_erasure(tenant, number, now=now, until=until)).write():
        pass
    return erasure


def change(document: Serials | ClientRegistry, changed: Callable[[Any], Any]) -> None:
    """Change a sealed document, and record nothing."""
    while not document.prepare(changed).write():
        pass


def freeze(freezes: Freezes, tenant: str, wanted: Freeze) -> Freeze:
    """Freeze a principal and return how they are frozen; record nothing."""
    while True:
        frozen, prepared = freezes.prepare_freeze(tenant, wanted)
        if prepared.write():
            return frozen


def unfreeze(freezes: Freezes, tenant: str, principal: str) -> None:
    """Unfreeze a principal, and record nothing."""
    while not freezes.prepare_unfreeze(tenant, principal).write():
        pass


def ask(client: redis.Redis, *command: Any) -> Any:
    return client.execute_command(*command)


def next_millisecond(client: redis.Redis) -> None:
    """Wait until the server's clock, which orders the entries of several slots, shows another millisecond."""
    before = milliseconds(client)
    while milliseconds(client) == before:
        pass


def milliseconds(client: redis.Redis) -> int:
    """Return the time of the server's clock."""
    seconds, microseconds = ask(client, "TIME")
    return int(seconds) * 1000 + int(microseconds) // 1000


class Copy:
    """A copy of everything in a store, for putting it back."""

    def __init__(self, client: redis.Redis) -> None:
        self._values = {key: ask(client, "DUMP", key) for key in ask(client, "KEYS", "*")}

    def restore(self, client: redis.Redis) -> None:
        ask(client, "FLUSHALL")
        for key, value in self._values.items():
            ask(client, "RESTORE", key, 0, value)


class Interleaved(Store):
    """A store in which something else happens just before chosen writes.

    `before` maps the number of a write (from 0) to what happens before it.
    """

    def __init__(self, url: str, before: dict[int, Callable[[], object]]) -> None:
        super().__init__(url)
        self.trust()
        self._before = before
        self._writes = 0

    def write(self, commands: Any, **how: Any) -> list[Reply]:
        happening = self._before.get(self._writes)
        self._writes += 1
        if happening is not None:
            happening()
        return super().write(commands, **how)


def before_put(vault: Vault, act: Callable[[], object]) -> Vault:
    """Let something happen once, before this vault writes what it has compared."""
    put_now, waiting = vault.writer.put, [act]

    def put_late(tenant: str, drafts: Sequence[Draft], now: int) -> list[Draft]:
        if waiting:
            waiting.pop()()
        return put_now(tenant, drafts, now)

    vault.writer.put = put_late  # type: ignore[method-assign]  # of this vault alone
    return vault


class LossyWire:
    """A TCP wire that can lose replies and hang up."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._to_lose = 0
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        password = urlsplit(self._server).password or ""
        return f"redis://:{password}@127.0.0.1:{self._listener.getsockname()[1]}/0"

    def lose(self, replies: int = 1) -> None:
        """Lose so many of the replies to come."""
        self._to_lose = replies

    def close(self) -> None:
        for each in self._open:
            # This wakes its reader; a socket that is closed under its reader would wait for ever.
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(urlsplit(self._server).path)
            self._open += near, far
            threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, replies: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if replies and self._to_lose and data != b"+OK\r\n":  # the reply to AUTH belongs to the connection
                    self._to_lose -= 1
                    self.lost += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
