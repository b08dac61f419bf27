"""Finds one key of a person, approved or waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from keys.secret import Unprinted
from masking_service.service.acts.registry import Key, KeyRegistry, KeySort, Request
from masking_service.service.call.errors import NotFound
from masking_service.service.call.recorder import RequestContext
from masking_service.store.pipeline import Question


@dataclass(frozen=True, slots=True, repr=False)
class HeldKey(Unprinted, Generic[Key, Request]):
    """A key of a person, once its questions are answered.

    Attributes:
        principal, key: whose, and its id.
        sort: of the key.
        approved: the question for the keys of the person.
        waiting: the question for the keys that wait.
    """

    principal: str
    key: str
    sort: KeySort[Key, Request]
    approved: Question[tuple[Key, ...]]
    waiting: Question[tuple[Request, ...]]

    @property
    def questions(self) -> Sequence[Question[Any]]:
        """What has to be asked first."""
        return self.approved, self.waiting

    def request(self) -> Request | None:
        """Return the key if it waits."""
        wanted = self.key, self.principal
        return next((one for one in self.waiting.answer() if (one.id, one.principal) == wanted), None)

    def held(self) -> Key | None:
        """Return the key if it is approved, also if it is revoked."""
        return next((one for one in self.approved.answer() if one.id == self.key), None)

    def found(self) -> Key | Request:
        """Return the key. Raises NotFound where the person has no such key."""
        found = self.request() or self.held()
        if found is None:
            raise NotFound
        return found

    def fingerprint(self) -> str:
        """Return what an approval says of the key. Raises as `found`."""
        return self.sort.fingerprint(self.found())


def held_key(
    registry: KeyRegistry[Key, Request], context: RequestContext, principal: str, key: str
) -> HeldKey[Key, Request]:
    """Return a key of a person of the caller's tenant, to be asked for."""
    tenant = context.principal.tenant
    approved = registry.keys_question(tenant, principal)
    return HeldKey(principal, key, registry.sort, approved, registry.requests_question(tenant, context.now))
