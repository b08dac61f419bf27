"""Makes real logs in a store for tests."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import redis

from keys.framing import frame
from keys.keyring import Keyring
from keys.public_keys import b64
from keys.signatures import Verifier
from masking_audit.archive.export import export
from masking_audit.format.entries import Entry, Fact, Item, Signature
from masking_audit.format.lines import CheckpointLine
from masking_audit.format.links import encode
from masking_audit.format.signed import DOMAIN
from masking_audit.verify.findings import Finding
from masking_audit.verify.verifier import StartingPoint, Verification, verify
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog, _Pending
from masking_service.audit.stored import unpack
from masking_service.audit.streams import Streams
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.client import Reply, Store
from tests.authenticators import RP_ID, Authenticator
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, ask, named

TENANT = "0" * 32
SIGNER = known_keyring().audit_signer
VERIFIER = Verifier(SIGNER.public_pem())
FIRST_AT, LAST_AT = NOW, NOW + 18
"""Of a log as `real_log` makes it."""


def entry(**change: Any) -> Entry:
    """Return an entry; `change` sets its members."""
    known: dict[str, Any] = {
        "at": 1,
        "action": "view",
        "outcome": "done",
        "principal": "staff/u-1",
        "role": "courier",
        "tenant": "0" * 32,
        "request": "req-1",
        "policy": "policy-1",
    }
    return Entry(**known | change)


def signed_entry(key: Authenticator, **change: Any) -> Entry:
    """An opening that a person's key signed; `change` sets what its entry then says."""
    made = entry(action="detokenize", purpose="dispute", case="D-1")
    told = [DOMAIN, RP_ID, made.tenant, made.principal, made.action, "dispute", "D-1", "", "0" * 32, "0" * 32, "1"]
    said = frame(*[one.encode() for one in told])
    signed = key.sign({"act": "", "challenge": b64(sha256(said).digest())})
    parts = {name: signed[name] for name in ("authenticator_data", "client_data", "signature")}
    signature = Signature(statement=b64(said), key=b64(key.public_key), **parts)
    return msgspec.structs.replace(made, signed=[signature], **change)


def full_entry(number: int) -> Entry:
    """An entry with a value for every member."""
    return entry(
        at=NOW + number,
        action="detokenize",
        outcome="released",
        principal=f"staff/u-{number % 3}",
        role="dispute-officer",
        tenant=TENANT,
        request=f"req-{number}",
        purpose="dispute",
        case=f"D-2026-{number:04}",
        profile="label",
        count=1,
        items=[Item("a" * 32, "released", "/recipient/phone", "phone", "021001", "client/c-88")],
        approved_by=["staff/s-1"],
        subject="staff/u-9",
        facts=[Fact("b" * 32, "c" * 32, NOW + 86_400, once=True)],
        takes_back=["d" * 16 + "-7"],
        times=3,
        ticket="9f" * 32,
    )


class Process:
    """A process that writes to the log."""

    def __init__(self, store: Store, seed: str, keyring: Keyring | None = None) -> None:
        self.log = AuditLog(store, (keyring or known_keyring()).audit_signer, stores.foreseen(seed), lambda: NOW)

    def commit(self, *entries: Entry) -> list[str]:
        """All of them in one commit; their ids."""
        waiting = [_Pending(one) for one in entries]
        self.log._commit(waiting)
        return [one.id for one in waiting]


def checkpoint(store: Store, at: int = NOW, keyring: Keyring | None = None) -> CheckpointLine:
    """Make a checkpoint, as a new process does."""
    with TemporaryDirectory() as folder:
        return Checkpoints(store, (keyring or known_keyring()).audit_signer, Path(folder), lambda: at).make()


def late_checkpoint(store: Store, meanwhile: Callable[[], object]) -> CheckpointLine:
    """Make a checkpoint that is stored late."""
    later = Interleaved(store, meanwhile)
    with TemporaryDirectory() as folder:
        return Checkpoints(later, known_keyring().audit_signer, Path(folder), lambda: NOW).make()


class Interleaved(Store):
    """A store with an event before its first script."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        self.__dict__.update(store.__dict__)
        self._meanwhile = [meanwhile]

    def script(self, *how: Any) -> Reply:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().script(*how)


def newest(store: Store) -> CheckpointLine | None:
    """The newest checkpoint in the store."""
    return next(reversed([*Streams(store).checkpoints()]), None)


def real_log(
    store: Store,
    *,
    writers: int = 3,
    commits: Sequence[int] = (1, 3, 2),
    keyring: Keyring | None = None,
    seed: str = "writer",
) -> None:
    """Write commits of several writers, and checkpoints."""
    processes = [Process(store, f"{seed} {number}", keyring) for number in range(writers)]
    number = 0
    for count in commits:
        for process in processes:
            process.commit(*[full_entry(number := number + 1) for _ in range(count)])
        checkpoint(store, NOW + number, keyring)


def lines_of_real_log(embedded: EmbeddedServer, **how: Any) -> list[bytes]:
    """Empty the server, make a log in it, and return its export."""
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()
    with closing(stores.admitted(embedded.url)) as store:
        real_log(store, **how)
        return lines(store)


def lines(store: Store) -> list[bytes]:
    """Return the export of the log."""
    streams = Streams(store)
    return [*export(streams, [*streams.checkpoints()][-1])]


def findings(lines: Iterable[bytes], start: StartingPoint | None = None, **how: Any) -> list[Finding]:
    """Verify a log with the public key; return what is wrong with it."""
    verification = Verification(VERIFIER, start, **how)
    verify(lines, verification)
    return [*verification.findings]


def log_on(store: Store, seed: str = "", clock: Callable[[], int] = lambda: NOW) -> AuditLog:
    return AuditLog(store, known_keyring().audit_signer, stores.foreseen(seed), clock)


def writers(client: redis.Redis) -> set[str]:
    lists = [named().writers(slot) for slot in range(named().slots)]
    return {writer.decode() for one in lists for writer in ask(client, "SMEMBERS", one)}


@dataclass(frozen=True)
class Kept:
    """An entry as it is stored in a stream."""

    number: int
    entry: bytes
    link: bytes
    signature: bytes | None
    order: str

    @property
    def action(self) -> str:
        return msgspec.json.decode(self.entry, type=Entry).action


def stream(client: redis.Redis, writer: str) -> list[Kept]:
    """A writer's stream, in order."""
    found = []
    for name, fields in ask(client, "XRANGE", named().stream(writer), "-", "+"):
        number = int(name.decode().removesuffix("-0"))
        order = fields.get(b"order", b"").decode()
        found.append(Kept(number, encode(unpack(fields[b"entry"])), fields[b"link"], fields.get(b"signature"), order))
    return found


def number_of(name: str) -> int:
    return int(name.rpartition("-")[2])


def writer_of(name: str) -> str:
    return name.rpartition("-")[0]
