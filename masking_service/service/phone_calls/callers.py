"""The phone numbers from which people call, sealed, one for each principal.

They come from the operator's file, or from a claim of the issuer; never from a
request, or a caller could have another person's phone ring.
"""

from collections.abc import Mapping
from typing import Any, Final

from keys.aead import NONCE_BYTES
from masking_service.masking.numbers.dialling import dialable
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.store.client import Command
from masking_service.store.layout import CALLERS, tenant_key
from masking_service.store.pipeline import Question

NUMBERS_AT_ONCE: Final = 500
"""Numbers written together."""


class Callers(TenantState):
    """The numbers of every tenant's callers."""

    def number_question(self, principal: Principal, *, claimed: bool) -> Question[str | None]:
        """Return the question for a principal's digits: what the issuer claims, else what is on file.

        Args:
            claimed: whether the issuer's claim counts.

        Its answer is None where there are none, and raises IntegrityError where the number on file was changed, or is
        another principal's.
        """
        if claimed and principal.phone is not None:
            number = dialable(principal.phone)
            return Question([], lambda _: number)
        key, name = self._place(principal.tenant, principal.id)

        def read(replies: list[Any]) -> str | None:
            [sealed] = replies
            if sealed is None:
                return None
            return self._keyring.tenant(principal.tenant).state.open(sealed, key + b"/" + name).decode("ascii")

        return Question([(b"HGET", key, name)], read)

    def number(self, principal: Principal) -> str | None:
        """Return the digits from which a principal calls: one round trip, see `number_question`."""
        question = self.number_question(principal, claimed=True)
        self._store.ask(question)
        return question.answer()

    def prepare(self, tenant: str, numbers: Mapping[str, str | None]) -> Prepared[None]:
        """Seal numbers by principal, None to remove one: one round trip to write.

        Args:
            numbers: digits, as `dialable` returns them.
        """
        state = self._keyring.tenant(tenant).state
        commands: list[Command] = []
        sealed: list[Sealed] = []
        for principal, number in numbers.items():
            key, name = self._place(tenant, principal)
            at = key + b"/" + name
            if number is None:
                commands.append((b"HDEL", key, name))
                sealed.append(Sealed(at, None, until=0, once=False))
                continue
            value = state.seal(number.encode("ascii"), at, self._random(NONCE_BYTES))
            commands.append((b"HSET", key, name, value))
            sealed.append(Sealed(at, value, until=0, once=False))

        return self._prepared(sealed, commands)

    def _place(self, tenant: str, principal: str) -> tuple[bytes, bytes]:
        keys = self._keyring.tenant(tenant)
        return tenant_key(keys.tenant_tag, CALLERS), keys.tag("caller", principal).encode()
