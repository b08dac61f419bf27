"""Service processes with their own keys, store and vault."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from keys.errors import KeysError
from keys.keyring import Keyring
from keys.keyset import load
from masking_service.rotation.coordinator import Coordinator, Waiting
from masking_service.rotation.keyset_watch import KeyWatch
from masking_service.runtime.clock import clock
from masking_service.service.vault.records import Tokens, read_token
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.writing import Stored
from tests.store import stores
from tests.store.stores import NOW, body, read_at

TODAY = "2026-11-30"
"""The date of `stores.NOW`."""
DAY = 86_400


class Process:
    """A process without HTTP; `look` is its background run.

    Attributes:
        policy: the digest that it reports; empty as from a release that reported none.
    """

    policy = ""

    def __init__(self, path: Path, url: str) -> None:
        self.url = url
        self.store = stores.admitted(url)
        self.keyring = Keyring(load(path))
        self.vault = Vault(self.store, self.keyring, os.urandom)
        self.watch = KeyWatch(path, self.keyring, self.vault.data_keys, self.store, os.urandom, clock)

    def look(self) -> None:
        with suppress(KeysError):
            self.watch.reload()
        self.store.identity.open_until(self.watch.beat(self.store, self.policy))

    def put(self, number: str, *, now: int = NOW, tenant: str = "default", value: bytes | None = None) -> Stored:
        return stores.put(self.vault, value or body(), number, now=now, tenant=tenant)

    def token(self, stored: Stored, tenant: str = "default") -> str:
        """The token of the record's first field."""
        tokens = Tokens(self.keyring.tenant(tenant).tokens)
        tokens.add(stored.base, stored.revision, stored.record, bytes(1))
        return next(tokens.make()[stored.record.token_version])

    def opens(self, token: str, tenant: str = "default") -> bool:
        """Whether the token names a record that is readable here."""
        found = read_token(self.keyring.tenant(tenant).tokens, token)
        if found is None:
            return False
        (record,) = read_at(self.vault, tenant, [(found.base, found.revision)], NOW)
        return record is not None and found.names(record)

    def finds(self, number: str, tenant: str = "default") -> bool:
        """Whether the waybill's newest revision can be read here."""
        return self.vault.newest(tenant, [number], NOW) != [None]


Both = tuple[Process, Process]


class Killed(BaseException):
    """The command's process ends here."""


def countdown(left: list[int]) -> Callable[[], None]:
    """Kills a command after a number of checks."""

    def step() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    return step


def coordinator(
    path: Path,
    url: str,
    processes: Sequence[Process] = (),
    *,
    timeout: float = 10.0,
    step: Callable[[], object] = lambda: None,
) -> Coordinator:
    """Runs a `keys` command while these processes follow."""

    def progress(*_: object) -> None:
        step()
        for process in processes:
            process.look()

    return Coordinator(
        path,
        stores.admitted(url),
        Keyring(load(path)),
        today=TODAY,
        random=os.urandom,
        waiting=Waiting(timeout, progress),
    )
