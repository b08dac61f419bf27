"""People's keys of one sort, and of them those with which people sign: approved ones, and those that wait for approval.

Each approved key holds the signatures by which it was approved. They are verified when it is read, so the key that
seals the state is not enough to add one. The list of revoked keys is part of the live freezes (`freezes/state.py`).
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from keys.assertions import unb64
from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.public_keys import fingerprint, spoken_code
from keys.secret import Unprinted
from masking_audit.format.entries import Signature
from masking_audit.format.signed import verify_signed
from masking_service.audit.log import outside_id
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.acts.problems import TooManyKeys
from masking_service.service.state.sealed import HashField, Prepared, TenantState
from masking_service.service.state.serials import Documents, Serials
from masking_service.store.client import Reply, Store
from masking_service.store.layout import KEY_REQUESTS, KEY_USES, person_keys_key, tenant_key
from masking_service.store.pipeline import Question

CACHED_PEOPLE: Final = 4_096
"""How many people's keys a process keeps, opened and verified."""
REQUEST_SECONDS: Final = 7 * SECONDS_A_DAY
"""How long a new key waits for approval."""
MAX_REQUESTS: Final = 1_000
"""Keys of a tenant that wait. Further ones are refused, so that no one can displace another person's."""
MAX_REQUESTS_EACH: Final = 20
"""Keys of a person that wait; the person's oldest make room."""
KEPT_REVOKED: Final = 20
"""Revoked keys of a person that are still listed."""


class ApprovedKey(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An approved key of a person. Times in Unix seconds.

    Attributes:
        id: from the public key.
        approved_at, approved_by: by whom it was approved first.
        approvals: the signature of the approver, and those by which the approver's key was approved; none where the
            command line approved it, or the approval did not have to be signed.
        revoked_at: 0 while it is not.
        roles: those of its person when it was made, and the only ones in which it is good. None of a key that was
            imported, or kept by a release that did not note them: it is good in every role.
    """

    id: str
    name: str
    since: int
    approved_at: int
    approved_by: str
    approvals: tuple[Signature, ...] = ()
    revoked_at: int = 0
    roles: tuple[str, ...] = ()

    def good_in(self, roles: Collection[str]) -> bool:
        """Return whether the key is good for a caller with these roles, which are the issuer's word alone."""
        return not self.roles or {*roles} <= {*self.roles}


class WaitingKey(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A key that waits for approval: its person, and where and in which roles it was made. See `ApprovedKey`."""

    id: str
    principal: str
    name: str
    since: int
    device: str = ""
    network: str = ""
    roles: tuple[str, ...] = ()


Key = TypeVar("Key", bound=ApprovedKey)
Request = TypeVar("Request", bound=WaitingKey)


def as_approved(
    kind: type[Key], request: WaitingKey, by: str, signed: Sequence[Signature], now: int, **more: Any
) -> Key:
    """Return a key that waited, as it is approved.

    Args:
        kind: of the approved key; it has what both have from the request.
        more: members that the request lacks.
    """
    kept = {name: one for name, one in msgspec.structs.asdict(request).items() if name in kind.__struct_fields__}
    return kind(**kept, approved_at=now, approved_by=by, approvals=tuple(signed), **more)


def status(key: ApprovedKey, revoked: frozenset[str]) -> str:
    """Return `active` or `revoked`."""
    return "revoked" if key.revoked_at or key.id in revoked else "active"


def active(keys: tuple[ApprovedKey, ...], revoked: frozenset[str]) -> int:
    """Count the keys that are not revoked."""
    return sum(status(one, revoked) == "active" for one in keys)


class _KeysOfPerson(Serials, Generic[Key, Request]):
    """The keys of one person, whose name their approvals have to say."""

    registry: "KeyRegistry[Key, Request]"
    principal: str
    _last_read: tuple[bytes, tuple[Key, ...]] = (b"", ())

    @property
    def keys(self) -> tuple[Key, ...]:
        """From the newest content that any thread has read, with every approval verified.

        Raises:
            IntegrityError: an approval is not valid, or is of another key or person.
        """
        content = self.content
        read_of, keys = self._last_read
        if content is not read_of:
            keys = self.read(content)
            for key in keys:
                self._verify(key)
            self._last_read = content, keys
        return keys

    def read(self, content: bytes) -> tuple[Key, ...]:
        """Return the keys of a content, unverified."""
        return self.registry.approved.decode(content) if content else ()

    def _verify(self, key: Key) -> None:
        """Check whom and what the approval is about.

        The keyed hashes beside them are not compared: they change with the secret of audit hashes.
        """
        if not key.approvals:
            return
        said, about, _ = verify_signed([msgspec.structs.asdict(one) for one in key.approvals])
        vouched = said["act"], said["subject"], *about[:1]
        if vouched != (f"{self.registry.name}-approve", outside_id(self.principal), self.registry.fingerprint(key)):
            raise IntegrityError("a key of a person was approved for another one, or is another key")
        if fingerprint(unb64(key.approvals[0].key)) == self.registry.fingerprint(key):
            raise IntegrityError("a key of a person approved itself")


class KeyRegistry(TenantState, Generic[Key, Request]):
    """The keys of one sort, of people of every tenant. Those that wait are one document of a tenant.

    Attributes:
        name: with which the names of its acts begin: `key` or `device`.
        at_most: how many active ones a person has; those that wait do not count, or a forged sign-in could use them up.
        tag: names the places of people's keys.
        person_place: the key of a person's keys in the store, by the tags of tenant and person.
        requests: the name of the requests in the store, for `tenant_key`.
        approved, waiting: read what is stored.
        fingerprint: what an approval says of a key.
        code: what its owner reads out.
    """

    name: str
    at_most: int
    tag: str
    person_place: Callable[[str, str], bytes]
    requests: bytes
    approved: msgspec.json.Decoder[tuple[Key, ...]]
    waiting: msgspec.json.Decoder[tuple[Request, ...]]
    fingerprint: Callable[[Key | Request], str]
    code: Callable[[Key | Request], str]

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self._requests = Documents(store, keyring, random, Serials, self.requests)
        self._person = lru_cache(CACHED_PEOPLE)(self._new_person)

    def keys_question(self, tenant: str, principal: str) -> Question[tuple[Key, ...]]:
        """Return the question for the approved keys of a person, revoked ones too.

        Its answer raises:
            IntegrityError: they were changed, went back behind what was seen, or were not approved.
        """
        person = self._person(tenant, principal)

        def read(replies: list[Reply]) -> tuple[Key, ...]:
            [stored] = replies
            person.take(stored)
            return person.keys

        return Question([person.reading_command()], read)

    def known_keys(self, tenant: str, principal: str) -> tuple[Key, ...]:
        """Return the approved keys of a person as this process has read them last. No round trip."""
        return self._person(tenant, principal).keys

    def requests_question(self, tenant: str, now: int) -> Question[tuple[Request, ...]]:
        """Return the question for a tenant's keys that wait, the oldest first."""
        requests = self._requests.of(tenant)

        def read(replies: list[Reply]) -> tuple[Request, ...]:
            [stored] = replies
            requests.take(stored)
            return self._waiting(requests.content, now)

        return Question([requests.reading_command()], read)

    def prepare_request(self, tenant: str, request: Request) -> Prepared[bool]:
        """Seal the waiting keys with another one: one round trip, and one to write.

        Writing returns False where another change was first: prepare again then.

        Raises:
            TooManyKeys: `MAX_REQUESTS` keys of other people wait.
        """

        def change(content: bytes) -> bytes:
            waiting = [one for one in self._waiting(content, request.since) if one.id != request.id]
            mine = [one for one in waiting if one.principal == request.principal]
            dropped = {one.id for one in mine[: max(0, len(mine) + 1 - MAX_REQUESTS_EACH)]}
            kept = [one for one in waiting if one.id not in dropped]
            if len(kept) >= MAX_REQUESTS:
                raise TooManyKeys
            return msgspec.json.encode([*kept, request])

        return self._requests.of(tenant).prepare(change)

    def prepare_settled(self, tenant: str, request: str, now: int) -> Prepared[bool]:
        """Seal the waiting keys without one of them. As `prepare_request`."""
        return self._requests.of(tenant).prepare(
            lambda content: msgspec.json.encode([one for one in self._waiting(content, now) if one.id != request])
        )

    def prepare_key(
        self, tenant: str, principal: str, key: Key, check: Callable[[Sequence[Key]], None] | None = None
    ) -> Prepared[bool]:
        """Seal the keys of a person with this one, new or changed. As `prepare_request`.

        Args:
            check: is given the person's other keys, and raises where this one is not to be kept beside them.
        """
        person = self._person(tenant, principal)

        def change(content: bytes) -> bytes:
            others = [one for one in person.read(content) if one.id != key.id]
            if check is not None:
                check(others)
            revoked = [one for one in others if one.revoked_at]
            dropped = {one.id for one in revoked[: max(0, len(revoked) - KEPT_REVOKED)]}
            return msgspec.json.encode([*(one for one in others if one.id not in dropped), key])

        return person.prepare(change)

    def _waiting(self, content: bytes, now: int) -> tuple[Request, ...]:
        found = self.waiting.decode(content) if content else ()
        return tuple(one for one in found if now < one.since + REQUEST_SECONDS)

    def _new_person(self, tenant: str, principal: str) -> _KeysOfPerson[Key, Request]:
        keys = self._keyring.tenant(tenant)
        place = self.person_place(keys.tenant_tag, keys.tag(self.tag, principal))
        made = _KeysOfPerson[Key, Request](self._store, place, lambda: self._keyring.tenant(tenant).state, self._random)
        made.registry, made.principal = self, principal
        return made


MAX_ACTIVE: Final = 5
"""Active keys of a person."""
USE_SECONDS: Final = 400 * SECONDS_A_DAY
"""How long the uses of keys are kept after the last one of the tenant."""
_USE: Final = Struct(">IQ")
"""The counter of a key, and when it signed last, in Unix seconds."""


class PersonKey(ApprovedKey, frozen=True, omit_defaults=True, kw_only=True):
    """An approved key with which a person signs. Times in Unix seconds.

    Attributes:
        credential: what the authenticator calls it, base64url.
        cose, public_key: as the authenticator wrote it, and SubjectPublicKeyInfo in DER; base64url.
        synced: whether it may leave its device.
        model: the model of its authenticator, where that is verified.
    """

    credential: str
    cose: str
    public_key: str
    works_from: int
    synced: bool = False
    model: str = ""


class KeyRequest(WaitingKey, frozen=True, omit_defaults=True, kw_only=True):
    """A key that waits for approval. See `PersonKey`.

    Attributes:
        operator: the first of two people who approve it on the command line; empty before.
    """

    credential: str
    cose: str
    public_key: str
    synced: bool = False
    model: str = ""
    operator: str = ""


class KeyUse(NamedTuple):
    """How often a key has signed, as its authenticator counts, and when it did last."""

    counter: int
    at: int


class Keyholders(KeyRegistry[PersonKey, KeyRequest]):
    """The keys with which people of every tenant sign."""

    name = "key"
    at_most = MAX_ACTIVE
    tag = "person-keys"
    person_place = staticmethod(person_keys_key)
    requests = KEY_REQUESTS
    approved = msgspec.json.Decoder(tuple[PersonKey, ...])
    waiting = msgspec.json.Decoder(tuple[KeyRequest, ...])
    fingerprint = staticmethod(lambda key: fingerprint(unb64(key.public_key)))
    code = staticmethod(lambda key: spoken_code(unb64(key.public_key)))

    def use_question(self, tenant: str, keys: Sequence[str]) -> Question[list[KeyUse | None]]:
        """Return the question how often keys have signed; None for one that never did, as far as is known."""
        key = tenant_key(self._keyring.tenant(tenant).tenant_tag, KEY_USES)

        def read(replies: list[Reply]) -> list[KeyUse | None]:
            [values] = replies
            return [None if value is None else KeyUse(*_USE.unpack(value)) for value in values]

        if not keys:
            return Question([], lambda _: [])
        return Question([(b"HMGET", key, *(one.encode() for one in keys))], read)

    def use_field(self, tenant: str, key: str, use: KeyUse) -> HashField:
        """Return the field that notes a use. It decides nothing."""
        place = tenant_key(self._keyring.tenant(tenant).tenant_tag, KEY_USES)
        return HashField(place, key.encode(), _USE.pack(use.counter, use.at), use.at + USE_SECONDS)
