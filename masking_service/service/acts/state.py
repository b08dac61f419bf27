"""The keys of people: approved ones, sealed as one value a person, and those that wait for approval.

Each approved key holds the signatures by which it was approved. They are verified
when it is read, so the key that seals the state is not enough to add one. What a
key is revoked by stands in the list of freezes (`freezes/state.py`).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple

import msgspec

from keys.assertions import unb64
from keys.authenticators import fingerprint
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_audit.format.entries import Signature
from masking_audit.format.signed import verify_signed
from masking_service.audit.entries import outside_id
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.state.sealed import HashField, Prepared, TenantState
from masking_service.service.state.serials import Documents, Serials
from masking_service.store.client import Reply, Store
from masking_service.store.layout import key_requests_key, key_uses_key, person_keys_key
from masking_service.store.question import Question

CACHED_PEOPLE: Final = 4_096
"""How many people's keys a process keeps, opened and verified."""
REQUEST_SECONDS: Final = 7 * SECONDS_A_DAY
"""How long a new key waits for approval."""
MAX_REQUESTS: Final = 1_000
"""Keys of a tenant that wait; the oldest make room."""
MAX_REQUESTS_EACH: Final = 20
KEPT_REVOKED: Final = 20
"""Revoked keys of a person that are still listed."""
USE_SECONDS: Final = 400 * SECONDS_A_DAY
"""How long the uses of keys are kept after the last one of the tenant."""
APPROVAL: Final = "key-approve"
"""The act that approves a key."""
_USE: Final = Struct(">IQ")
"""The counter of a key, and when it signed last, in Unix seconds."""


class PersonKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """An approved key of a person. Times in Unix seconds.

    Attributes:
        id: from the public key.
        credential: what the authenticator calls it, base64url.
        cose, public_key: as the authenticator wrote it, and SubjectPublicKeyInfo in DER; base64url.
        name: what the person calls it.
        since: when it was made.
        approved_at, approved_by: by whom it was approved first.
        works_from: when it signs for the first time.
        synced: whether it may leave its device.
        model: the model of its authenticator, where that is verified.
        approvals: the signature of the approver, and those by which the approver's key was approved; none where the
            command line approved it.
        revoked_at: 0 while it is not.
    """

    id: str
    credential: str
    cose: str
    public_key: str
    name: str
    since: int
    approved_at: int
    approved_by: str
    works_from: int
    synced: bool = False
    model: str = ""
    approvals: tuple[Signature, ...] = ()
    revoked_at: int = 0


class KeyRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key that waits for approval: whose, what it is, and where it was made. See `PersonKey`."""

    id: str
    principal: str
    credential: str
    cose: str
    public_key: str
    name: str
    since: int
    device: str = ""
    network: str = ""
    synced: bool = False
    model: str = ""


class KeyUse(NamedTuple):
    """How often a key has signed, as its authenticator counts, and when it did last."""

    counter: int
    at: int


class _KeysOfPerson(Serials):
    """The keys of one person, whose name their approvals have to say."""

    vouched: tuple[str, ...] = ()
    """What the approval of a key says before the fingerprint of the key: act and person. The keyed hashes beside them
    are not compared: they change with the secret of audit hashes."""
    _last_read: tuple[bytes, tuple[PersonKey, ...]] = (b"", ())

    @property
    def keys(self) -> tuple[PersonKey, ...]:
        """From the newest content that any thread has read, with every approval verified.

        Raises:
            IntegrityError: an approval is not valid, or is of another key or person.
        """
        content = self.content
        read_of, keys = self._last_read
        if content is not read_of:
            keys = _keys(content)
            for key in keys:
                self._verify(key)
            self._last_read = content, keys
        return keys

    def _verify(self, key: PersonKey) -> None:
        if not key.approvals:
            return
        said, about, _ = verify_signed([msgspec.structs.asdict(one) for one in key.approvals])
        vouched = said["act"], said["subject"], *about[:1]
        if vouched != (*self.vouched, fingerprint_of(key.public_key)):
            raise IntegrityError("a key of a person was approved for another one, or is another key")


class _Requests(Serials):
    """The keys of one tenant that wait for approval."""


class Keyholders(TenantState):
    """The keys of people of every tenant."""

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self._requests = Documents(store, keyring, random, _Requests, key_requests_key)
        self._person = lru_cache(CACHED_PEOPLE)(self._new_person)

    def reset(self) -> None:
        """Forget everything that was read, after the store was emptied."""
        self._requests.known.clear()
        self._person.cache_clear()

    def keys_question(self, tenant: str, principal: str) -> Question[tuple[PersonKey, ...]]:
        """Return the question for the approved keys of a person, revoked ones too.

        Its answer raises:
            IntegrityError: they were changed, went back behind what was seen, or were not approved.
        """
        person = self._person(tenant, principal)

        def read(replies: list[Reply]) -> tuple[PersonKey, ...]:
            person.take(replies[0])
            return person.keys

        return Question([person.reading_command()], read)

    def requests_question(self, tenant: str, now: int) -> Question[tuple[KeyRequest, ...]]:
        """Return the question for a tenant's keys that wait, the oldest first."""
        requests = self._requests.of(tenant)

        def read(replies: list[Reply]) -> tuple[KeyRequest, ...]:
            requests.take(replies[0])
            return _waiting(requests.content, now)

        return Question([requests.reading_command()], read)

    def use_question(self, tenant: str, keys: Sequence[str]) -> Question[list[KeyUse | None]]:
        """Return the question how often keys have signed; None for one that never did, as far as is known."""
        key = key_uses_key(self._keyring.tenant(tenant).tenant_tag)

        def read(replies: list[Reply]) -> list[KeyUse | None]:
            return [None if value is None else KeyUse(*_USE.unpack(value)) for value in replies[0]]

        if not keys:
            return Question([], lambda _: [])
        return Question([(b"HMGET", key, *(one.encode() for one in keys))], read)

    def use_field(self, tenant: str, key: str, use: KeyUse) -> HashField:
        """Return the field that notes a use. It decides nothing."""
        place = key_uses_key(self._keyring.tenant(tenant).tenant_tag)
        return HashField(place, key.encode(), _USE.pack(use.counter, use.at), use.at + USE_SECONDS)

    def prepare_request(self, tenant: str, request: KeyRequest) -> Prepared[bool]:
        """Seal the waiting keys with another one: one round trip, and one to write.

        Writing returns False where another change was first: prepare again then.
        """

        def change(content: bytes) -> bytes:
            waiting = [one for one in _waiting(content, request.since) if one.id != request.id]
            mine = [one for one in waiting if one.principal == request.principal]
            dropped = {one.id for one in mine[: max(0, len(mine) + 1 - MAX_REQUESTS_EACH)]}
            kept = [one for one in waiting if one.id not in dropped]
            return msgspec.json.encode([*kept[-MAX_REQUESTS + 1 :], request])

        return self._requests.of(tenant).prepare(change)

    def prepare_settled(self, tenant: str, request: str, now: int) -> Prepared[bool]:
        """Seal the waiting keys without one of them. As `prepare_request`."""
        return self._requests.of(tenant).prepare(
            lambda content: msgspec.json.encode([one for one in _waiting(content, now) if one.id != request])
        )

    def prepare_key(self, tenant: str, principal: str, key: PersonKey) -> Prepared[bool]:
        """Seal the keys of a person with this one, new or changed. As `prepare_request`."""

        def change(content: bytes) -> bytes:
            others = [one for one in _keys(content) if one.id != key.id]
            revoked = [one for one in others if one.revoked_at]
            dropped = {one.id for one in revoked[: max(0, len(revoked) - KEPT_REVOKED)]}
            return msgspec.json.encode([*(one for one in others if one.id not in dropped), key])

        return self._person(tenant, principal).prepare(change)

    def _new_person(self, tenant: str, principal: str) -> _KeysOfPerson:
        keys = self._keyring.tenant(tenant)
        place = person_keys_key(keys.tenant_tag, keys.tag("person-keys", principal))
        made = _KeysOfPerson(self._store, place, lambda: self._keyring.tenant(tenant).state, self._random)
        made.vouched = (APPROVAL, outside_id(principal))
        return made


def fingerprint_of(public_key: str) -> str:
    """Return the fingerprint of a public key in base64url: SHA-256 of its DER, in hexadecimal."""
    return fingerprint(unb64(public_key))


def _keys(content: bytes) -> tuple[PersonKey, ...]:
    return msgspec.json.decode(content, type=tuple[PersonKey, ...]) if content else ()


def _waiting(content: bytes, now: int) -> tuple[KeyRequest, ...]:
    found = msgspec.json.decode(content, type=tuple[KeyRequest, ...]) if content else ()
    return tuple(one for one in found if now < one.since + REQUEST_SECONDS)
