"""The keys with which people sign: what is kept of each, and how often it has signed."""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

import msgspec

from keys.assertions import unb64
from keys.public_keys import fingerprint, spoken_code
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.acts.registry import ApprovedKey, KeyRegistry, KeySort, WaitingKey
from masking_service.service.state.sealed import HashField
from masking_service.store.client import Reply
from masking_service.store.layout import KEY_REQUESTS, KEY_USES, person_keys_key, tenant_key
from masking_service.store.pipeline import Question

USE_SECONDS: Final = 400 * SECONDS_A_DAY
"""How long the uses of keys are kept after the last one of the tenant."""
_USE: Final = Struct(">IQ")
"""The counter of a key, and when it signed last, in Unix seconds."""


class PersonKey(ApprovedKey, frozen=True, omit_defaults=True, kw_only=True):
    """An approved key with which a person signs. Times in Unix seconds.

    Attributes:
        credential: what the authenticator calls it, base64url.
        cose, public_key: as the authenticator wrote it, and SubjectPublicKeyInfo in DER; base64url.
        works_from: when it signs for the first time.
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


def fingerprint_of(key: PersonKey | KeyRequest) -> str:
    """Return the fingerprint of a key: SHA-256 of the DER of its public key, in hexadecimal."""
    return fingerprint(unb64(key.public_key))


SIGNING_KEYS: Final = KeySort(
    name="key",
    approved=msgspec.json.Decoder(tuple[PersonKey, ...]),
    waiting=msgspec.json.Decoder(tuple[KeyRequest, ...]),
    tag="person-keys",
    person_place=person_keys_key,
    requests=KEY_REQUESTS,
    fingerprint=fingerprint_of,
    code=lambda key: spoken_code(unb64(key.public_key)),
)


class Keyholders(KeyRegistry[PersonKey, KeyRequest]):
    """The keys with which people of every tenant sign."""

    sort = SIGNING_KEYS

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
