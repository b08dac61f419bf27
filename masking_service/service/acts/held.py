"""Finds one key of a person, approved or waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keys.assertions import unb64
from keys.authenticators import fingerprint
from masking_service.service.acts.state import Keyholders, KeyRequest, PersonKey
from masking_service.service.call.errors import NotFound
from masking_service.service.call.recorder import RequestContext
from masking_service.store.question import Question


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of a person, once its questions are answered.

    Attributes:
        principal, key: whose, and its id.
        approved: the question for the keys of the person.
        waiting: the question for the keys that wait.
    """

    principal: str
    key: str
    approved: Question[tuple[PersonKey, ...]]
    waiting: Question[tuple[KeyRequest, ...]]

    @property
    def questions(self) -> Sequence[Question[Any]]:
        """What has to be asked first."""
        return self.approved, self.waiting

    def request(self) -> KeyRequest | None:
        """Return the key if it waits."""
        wanted = self.key, self.principal
        return next((one for one in self.waiting.answer() if (one.id, one.principal) == wanted), None)

    def held(self) -> PersonKey | None:
        """Return the key if it is approved, also if it is revoked."""
        return next((one for one in self.approved.answer() if one.id == self.key), None)

    def public_key(self) -> str:
        """Return its public key in base64url. Raises NotFound where the person has no such key."""
        found = self.request() or self.held()
        if found is None:
            raise NotFound
        return found.public_key

    def fingerprint(self) -> str:
        """Return the fingerprint of its public key. Raises as `public_key`."""
        return fingerprint(unb64(self.public_key()))


def held_key(keyholders: Keyholders, context: RequestContext, principal: str, key: str) -> HeldKey:
    """Return a key of a person of the caller's tenant, to be asked for."""
    tenant = context.principal.tenant
    approved = keyholders.keys_question(tenant, principal)
    return HeldKey(principal, key, approved, keyholders.requests_question(tenant, context.now))
