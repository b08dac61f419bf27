"""Keeps permits for pseudonyms among the wrapped data keys, so rotations of the root key rewrap them.

A permit that ended keeps its name for ever: a second one of that name would look like the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from keys.keyring import Keyring
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.service.vault.wrapped_keys import PERMIT_DAY, PermitTerms, WrappedKey, WrappedKeys

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MAX_PERMITS: Final = 65_536


class PermitError(Exception):
    """A permit cannot be made, opened or ended as asked."""


@dataclass(frozen=True, slots=True)
class StoredPermit:
    """A permit as it is stored: the id of its key, the wrapped key (until it ends), and its name, day and kinds."""

    key_id: bytes
    key: WrappedKey
    terms: PermitTerms

    @property
    def ended(self) -> bool:
        """Whether its key was destroyed."""
        return self.key.wrapped is None


class Permits:
    """The permits of one tenant, among the wrapped keys in the store."""

    def __init__(self, wrapped: WrappedKeys, keyring: Keyring, tenant: str) -> None:
        self._wrapped = wrapped
        self._keyring = keyring
        self._tenant = tenant

    def __iter__(self) -> Iterator[StoredPermit]:
        """Yield every permit, by its number.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: a stored key was changed.
        """
        found = [
            StoredPermit(key_id, key, key.permit)
            for batch in self._wrapped.all()
            for key_id, (key, _) in batch.items()
            if key.permit is not None and key.tenant == self._tenant
        ]
        yield from sorted(found, key=lambda permit: permit.key.number)

    def named(self, name: str) -> StoredPermit:
        """Return the permit of a name. Raises PermitError: there is none."""
        found = next((permit for permit in self if permit.terms.name == name), None)
        if found is None:
            raise PermitError(f"there is no permit {name}")
        return found

    def draft(self, terms: PermitTerms) -> StoredPermit:
        """Make a permit that is not stored yet, with a new random key.

        Raises:
            PermitError: the name was used before, or the terms are none.
            ProviderError: the root-key provider cannot wrap now.
        """
        from masking_service.service.call.own_words import masked_words  # not at the top: commands would start later

        if not _NAME.fullmatch(terms.name):
            raise PermitError("a permit's name is 1 to 63 of a-z 0-9 -, and begins with no -")
        if masked_words(terms.name) != terms.name:
            raise PermitError("a permit's name is in the audit log, so no phone or the like can be in it")
        if unknown := {*terms.kinds} - {*TOKEN_KINDS}:
            raise PermitError(f"{', '.join(sorted(unknown))}: pseudonyms are for {', '.join(TOKEN_KINDS)}")
        known = list(self)
        if any(permit.terms.name == terms.name for permit in known):
            raise PermitError(f"the name {terms.name} was used before; a permit that ended keeps its name")
        number = max((permit.key.number + 1 for permit in known), default=0)
        if number >= _MAX_PERMITS:
            raise PermitError("there are too many permits")
        key_id = self._keyring.tenant(self._tenant).data_key_id(PERMIT_DAY, number)
        fresh = self._keyring.new_data_key(self._tenant, key_id)
        return StoredPermit(key_id, WrappedKey(self._tenant, PERMIT_DAY, number, fresh, permit=terms), terms)

    def store(self, permit: StoredPermit) -> None:
        """Store a new permit durably.

        Raises:
            StoreUnavailable: it may not be stored.
            PermitError: another command made one at the same time.
        """
        if self._wrapped.create(permit.key_id, permit.key).permit != permit.terms:
            raise PermitError("another permit was made at the same time: try again")

    def key(self, permit: StoredPermit, today: int) -> bytes:
        """Return the key of a permit, unwrapped, for the job that holds the permit.

        Args:
            today: days since 1970-01-01.

        Raises:
            PermitError: it ended, or its last day is over.
            ProviderError: the root-key provider cannot unwrap now.
        """
        if permit.key.wrapped is None or permit.terms.until < today:
            raise PermitError(f"the permit {permit.terms.name} has ended")
        return self._keyring.open_permit_key(self._tenant, permit.key_id, permit.key.wrapped)

    def destroy(self, permit: StoredPermit) -> None:
        """Destroy the key of a permit. Backups hold it until the root key that wrapped it is destroyed.

        Raises:
            StoreUnavailable: it may not be destroyed; the same can be asked again.
        """
        self._wrapped.replace({permit.key_id: replace(permit.key, wrapped=None)})
