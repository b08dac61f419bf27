"""Restrictions: waybills that may be used for the purposes only that the policy names for them.

Sealed beside the record, read with it, and kept as long. Masks and labels of such a
waybill go on; its values, calls to it and views in full do not.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from masking_service.service.people.errors import AccessError
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.service.vault.vault import FoundWaybill
from masking_service.store.layout import restriction_key, stems_of
from masking_service.texts import ProblemText, Text


class Restricted(AccessError, code="restricted"):
    """The waybill is restricted to purposes that this call is not for."""


RESTRICTION_PROBLEMS: Final[dict[str, ProblemText]] = {
    "restricted": ProblemText(
        403,
        Text("The waybill is restricted"),
        Text("The waybill may be used only for the purposes that the policy names for restricted waybills."),
        Text("Use a profile that masks. The privacy office can end the restriction."),
    ),
}


class Restrictions(TenantState):
    """Writes restrictions. `Vault` reads them with the records."""

    def prepare(self, tenant: str, found: Sequence[FoundWaybill], by: str, now: int) -> Prepared[None]:
        """Seal a restriction of each waybill: one round trip to write, none without waybills."""
        stems = stems_of(self._keyring.tenant(tenant), [one.base for one in found])
        places = [restriction_key(stem) for stem in stems.own]
        values = self._seal_many(tenant, [msgspec.json.encode([now, by])] * len(places), places)
        sealed = [
            Sealed(place, value, until=one.record.kept_until, once=False)
            for place, value, one in zip(places, values, found, strict=True)
        ]
        commands = [(b"SET", one.place, value, b"EXAT", one.until) for one, value in zip(sealed, values, strict=True)]
        return self._prepared(sealed, commands)

    def prepare_end(self, tenant: str, found: Sequence[FoundWaybill]) -> Prepared[None]:
        """Prepare to end the restriction of each waybill: one round trip to write, none without waybills."""
        everywhere = stems_of(self._keyring.tenant(tenant), [one.base for one in found]).everywhere()
        places = [restriction_key(stem) for stems in everywhere for stem in stems]
        return self._prepared(
            [Sealed(place, None, until=0, once=False) for place in places], [(b"DEL", place) for place in places]
        )
