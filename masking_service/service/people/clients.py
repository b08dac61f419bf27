"""The API clients and their keys, and their registry, sealed, in the store and in a snapshot.

Every change is a new serial, written once, so that two operators cannot undo each other. The snapshot lets a process
start, and keep masking, while the store is down; a registry with an older serial than one already seen is refused.

It knows a key by its keyed digest only. The text of a key is shown once, when it is made; it is never stored here, and
never in a repr.
"""

import base64
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.people.errors import ClientError, Unauthenticated
from masking_service.service.people.networks import Network, is_inside
from masking_service.service.people.principals import (
    DEFAULT_TENANT,
    Principal,
    client_principal_id,
    role_name,
    site_codes,
    tenant_name,
)
from masking_service.service.state.sealed import Prepared
from masking_service.service.state.serials import Serials
from masking_service.service.state.snapshot import Snapshot
from masking_service.store.client import Store
from masking_service.store.layout import CLIENTS

KEY_PREFIX = "wbk_"
KEY_BYTES = 32
DIGEST_BYTES = 32
_KEYS_AT_ONCE = 2  # the one in use and its successor
_KEY_TEXT = re.compile(r"wbk_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
"""The last of the 43 characters carries four bits, so only sixteen characters are canonical there."""
_STATE_VERSION = 1


class ApiKey(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True, rename={"kept_id": "id"}):
    """One key: its HMAC-SHA256 digest in hexadecimal, creation and end in Unix seconds; the end may be None."""

    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    created: int
    expires: int | None
    kept_id: str = ""

    @classmethod
    def new(cls, digest: bytes, now: int, expires: int | None = None) -> Self:
        """Return a key that is created now. Raises ClientError."""
        if len(digest) != DIGEST_BYTES:
            raise ClientError(f"a key's digest is {DIGEST_BYTES} bytes")
        if expires is not None and expires <= now:
            raise ClientError("the key would have ended before it began")
        return cls(digest.hex(), now, expires)

    @property
    def id(self) -> str:
        """The id of the key, for operators.

        Part of the first keyed digest; kept when a newer pepper changes the digest.
        """
        return self.kept_id or self.digest[:12]

    def valid_at(self, now: int) -> bool:
        return self.expires is None or now < self.expires


class Client(msgspec.Struct, frozen=True):
    """A machine that may call, from `networks` or, if there are none, from anywhere.

    A revoked client is kept, so that its id is never used again. Anything malformed raises ValueError.
    """

    id: str
    tenant: str
    role: str
    sites: frozenset[str]
    networks: tuple[str, ...]
    keys: tuple[ApiKey, ...]
    revoked: bool

    def __post_init__(self) -> None:
        client_principal_id(self.id)
        tenant_name(self.tenant)
        role_name(self.role)
        site_codes(self.sites)
        self.allowed()

    def principal(self) -> Principal:
        return Principal(client_principal_id(self.id), self.tenant, (self.role,), self.sites, "key")

    def allowed(self) -> tuple[Network, ...]:
        """Return the networks from which it may call."""
        return tuple(map(ipaddress.ip_network, self.networks))


class _StoredClients(msgspec.Struct, omit_defaults=True):
    """A registry as it is sealed."""

    version: int
    clients: list[Client]
    pepper: Annotated[int, Meta(ge=0)] = 0


class Clients:
    """All machine clients. Changes return a new registry.

    Attributes:
        pepper: the version of the newest pepper in the digests of all keys.
    """

    __slots__ = ("_by_digest", "_by_id", "pepper")

    def __init__(self, clients: Iterable[Client] = (), pepper: int = 0) -> None:
        self.pepper = pepper
        self._by_id: dict[str, Client] = {}
        self._by_digest: dict[str, tuple[Client, ApiKey, Principal, tuple[Network, ...]]] = {}
        for client in clients:
            if client.id in self._by_id:
                raise ClientError("two clients have the same id")
            self._by_id[client.id] = client
            for key in client.keys:
                if key.digest in self._by_digest:
                    raise ClientError("two clients have the same key")
                self._by_digest[key.digest] = (client, key, client.principal(), client.allowed())

    def __iter__(self) -> Iterator[Client]:
        """Iterate over all clients, revoked ones too, by id."""
        return iter(sorted(self._by_id.values(), key=lambda client: client.id))

    def __len__(self) -> int:
        return len(self._by_id)

    def authenticate(self, digest: bytes, address: str, now: int) -> Principal:
        """Return the client whose key has this digest.

        The look-up needs no constant time: the digest is keyed, so how long it takes says nothing about any key.

        Args:
            now: Unix seconds.

        Raises:
            Unauthenticated: the key is unknown, expired, revoked or used from elsewhere; all look the same.
        """
        found = self._by_digest.get(digest.hex())
        if found is None:
            raise Unauthenticated("unknown-key")
        client, key, principal, networks = found
        if client.revoked:
            raise Unauthenticated("revoked")
        if not key.valid_at(now):
            raise Unauthenticated("expired")
        if networks and not is_inside(address, networks):
            raise Unauthenticated("network")
        return principal

    def add(
        self,
        client_id: str,
        role: str,
        key: ApiKey,
        *,
        tenant: str = DEFAULT_TENANT,
        sites: Iterable[str] = (),
        networks: Iterable[str] = (),
    ) -> "Clients":
        """Return a registry with a new client and its first key.

        The policy decides whether an API key may hold the role.

        Raises ClientError for an id that is or was in use, and for anything malformed.
        """
        if client_id in self._by_id:
            raise ClientError("this id is or was in use; ids are never given twice")
        try:
            inside = tuple(str(ipaddress.ip_network(network)) for network in networks)
            client = Client(client_id, tenant, role, frozenset(sites), inside, (key,), revoked=False)
        except ValueError as error:
            raise ClientError(str(error)) from None
        return self._with(client)

    def add_key(self, client_id: str, key: ApiKey) -> "Clients":
        """Return a registry with a client's second key. Keys that have ended make room.

        Raises ClientError if the client is unknown or revoked, or has two valid keys already.
        """
        client = self._living(client_id)
        valid = tuple(known for known in client.keys if known.valid_at(key.created))
        if len(valid) >= _KEYS_AT_ONCE:
            raise ClientError("this client has two valid keys; revoke one first")
        return self._with(replace(client, keys=(*valid, key)))

    def revoke(self, client_id: str) -> "Clients":
        """Return a registry in which a client is revoked. Raises ClientError if it is unknown."""
        if client_id not in self._by_id:
            raise ClientError("no such client")
        return self._with(replace(self._by_id[client_id], revoked=True))

    def revoke_key(self, client_id: str, key_id: str) -> "Clients":
        """Return a registry without one key of a client. Raises ClientError if there is none."""
        client = self._living(client_id)
        keys = tuple(key for key in client.keys if key.id != key_id)
        if keys == client.keys:
            raise ClientError("this client has no such key")
        return self._with(replace(client, keys=keys))

    def with_newer_pepper(self, digest: Callable[[bytes], bytes], pepper: int) -> "Clients":
        """Return a registry whose keys have a newer pepper in their digests. Each key keeps its id.

        Args:
            digest: returns the digest under the newer pepper, from one under the present pepper.
        """

        def renewed(key: ApiKey) -> ApiKey:
            return replace(key, digest=digest(bytes.fromhex(key.digest)).hex(), kept_id=key.id)

        return Clients(
            (replace(client, keys=tuple(map(renewed, client.keys))) for client in self),
            pepper,
        )

    def oldest_key(self, now: int) -> int | None:
        """Return when the oldest API key that is valid was made, in Unix seconds; None without one."""
        valid = (key.created for one in self for key in one.keys if not one.revoked and key.valid_at(now))
        return min(valid, default=None)

    def to_state(self) -> dict[str, Any]:
        """Return the registry as JSON values, to be sealed."""
        stored = _StoredClients(_STATE_VERSION, [*self], self.pepper)
        state: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(stored, order="deterministic"))
        return state

    @classmethod
    def from_state(cls, state: object) -> "Clients":
        """Parse the result of `to_state`. Raises ClientError for anything else."""
        if not isinstance(state, Mapping) or state.get("version") != _STATE_VERSION:
            raise ClientError("not a registry of clients of a version that is known here")
        try:
            stored = msgspec.convert(state, _StoredClients)
        except msgspec.ValidationError:
            raise ClientError("the registry of clients is damaged") from None
        return cls(stored.clients, stored.pepper)

    def _living(self, client_id: str) -> Client:
        client = self._by_id.get(client_id)
        if client is None or client.revoked:
            raise ClientError("no such client, or it is revoked")
        return client

    def _with(self, client: Client) -> "Clients":
        return Clients({**self._by_id, client.id: client}.values(), self.pepper)


def key_text(random: bytes) -> str:
    """Return an API key of 32 random bytes: `wbk_` and 43 characters of base64url."""
    if len(random) != KEY_BYTES:
        raise ValueError(f"a key is made of {KEY_BYTES} random bytes")
    return KEY_PREFIX + base64.urlsafe_b64encode(random).rstrip(b"=").decode("ascii")


def key_bytes(text: str) -> bytes:
    """Return the 32 bytes of an API key, for the keyed digest.

    Raises Unauthenticated for any other text, a second spelling of the same bytes included.
    """
    if not _KEY_TEXT.fullmatch(text):
        raise Unauthenticated("malformed-key")
    return base64.urlsafe_b64decode(text[len(KEY_PREFIX) :] + "=")


SNAPSHOT: Final = "clients.sealed"


class ClientRegistry:
    """The API clients, as this process knows them.

    Args:
        folder: where the snapshot is.

    Attributes:
        clients: the newest registry seen.
        known: whether any was read: until then no credential can be refused.
    """

    def __init__(self, store: Store, keyring: Keyring, folder: Path, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._document = Serials(store, CLIENTS, lambda: keyring.tenant("").state, random)
        self._snapshot = Snapshot(folder / SNAPSHOT)
        self.clients = Clients()
        self.known = False

    def load_snapshot(self) -> None:
        """Load the snapshot, if there is one.

        Raises:
            KeysetError: others may read or write the snapshot.
            IntegrityError: it was changed, or sealed with other keys.
        """
        kept = self._snapshot.read()
        if kept is None or self._keyring.is_ended_state("", kept[1]):
            return  # one from before the last rotation of the state secret: only the store has what is true now
        self._document.adopt(*kept)
        self._learn()

    @property
    def serial(self) -> int:
        """The serial of the newest registry seen; 0 if there was none."""
        return self._document.serial

    def refresh(self) -> None:
        """Read the registry from the store: one round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: the store's registry was changed, or went back.
        """
        if self._document.refresh():
            self._learn()
            self._keep()
        self.known = True

    def prepare(self, change: Callable[[Clients], Clients]) -> Prepared[bool]:
        """Seal a changed registry: one round trip, and one to write it.

        Writing returns False where another operator was first: prepare and write again then.

        Raises:
            StoreUnavailable: nothing is changed.
            ClientError: `change` refused.
        """
        prepared = self._document.prepare(lambda content: msgspec.json.encode(change(_clients(content)).to_state()))

        def write() -> bool:
            written = prepared.write()
            self._learn()
            self._keep()
            return written

        return Prepared(prepared.sealed, write)

    def prepare_restore(self) -> Prepared[None] | None:
        """Prepare to restore the newest registry in a store that was rolled back.

        So revoked clients stay revoked in a store that an operator has accepted. Round trips: one, and one to write.

        Returns:
            None where the store has the same registry or a newer one, which is taken over.

        Raises:
            StoreUnavailable: nothing is changed.
            IntegrityError: the store's registry was changed, or sealed with other keys.
        """
        prepared = self._document.prepare_restore()
        if prepared is None:
            self._replace_snapshot()
            return None

        def write() -> None:
            prepared.write()
            self._replace_snapshot()

        return Prepared(prepared.sealed, write)

    def _replace_snapshot(self) -> None:
        self._learn()
        self._snapshot.drop()
        if self._document.serial:
            self._keep()

    def _learn(self) -> None:
        self.clients, self.known = _clients(self._document.content), True

    def _keep(self) -> None:
        self._snapshot.keep(self._document.serial, self._document.sealed)


def _clients(content: bytes) -> Clients:
    return Clients.from_state(msgspec.json.decode(content)) if content else Clients()
