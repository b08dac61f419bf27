"""The people of each tenant, sealed: their names and roles as their last sign-in said.

It gives no right: what a person may do is read from their access token at every call.
"""

from typing import Final

import msgspec

from keys.secret import Unprinted
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import TenantState
from masking_service.store.client import Command
from masking_service.store.layout import PEOPLE, tenant_key

KEPT_SECONDS: Final = 180 * SECONDS_A_DAY
"""How long a person who does not sign in any more stays in the directory."""


class KnownPerson(Unprinted, msgspec.Struct, frozen=True):
    """A person as their last sign-in said. `seen_at` in Unix seconds, the beginning of a day."""

    id: str
    name: str
    roles: tuple[str, ...]
    seen_at: int


class KnownPeople(TenantState):
    """Writes and reads the people of every tenant."""

    def note(self, principal: Principal, now: int) -> KnownPerson:
        """Return what the directory should hold of a person today."""
        return KnownPerson(principal.id, principal.name or "", principal.roles, now - now % SECONDS_A_DAY)

    def write(self, tenant: str, person: KnownPerson, now: int) -> None:
        """Keep a person: one round trip. Raises StoreUnavailable."""
        keys = self._keyring.tenant(tenant)
        key, field = tenant_key(keys.tenant_tag, PEOPLE), keys.tag("person", person.id).encode()
        sealed = self._seal(tenant, msgspec.json.encode(person), _at(key, field))
        self._store.write([(b"HSET", key, field, sealed), (b"EXPIREAT", key, now + KEPT_SECONDS)])

    def listed(self, tenant: str, now: int) -> list[KnownPerson]:
        """Return the people who signed in lately, by name: one round trip, and one to forget the others.

        Raises:
            StoreUnavailable: it cannot be read.
            IntegrityError: it was changed, or belongs to another tenant.
        """
        keys = self._keyring.tenant(tenant)
        key = tenant_key(keys.tenant_tag, PEOPLE)
        [flat] = self._store.read([(b"HGETALL", key)])
        found = {
            field: msgspec.json.decode(keys.state.open(sealed, _at(key, field)), type=KnownPerson)
            for field, sealed in zip(flat[0::2], flat[1::2], strict=True)
        }
        gone = [field for field, person in found.items() if person.seen_at + KEPT_SECONDS <= now]
        if gone:
            forget: list[Command] = [(b"HDEL", key, *gone)]
            self._store.write(forget)
        return sorted((found[field] for field in found.keys() - set(gone)), key=lambda one: (one.name, one.id))


def _at(key: bytes, field: bytes) -> bytes:
    return key + b"/" + field
