"""Adds waybills that are stored already to the search indexes, while the service goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from masking_service.service.custody.state import Custodies
from masking_service.service.people.rules import SearchRule
from masking_service.service.search.state import Indexed, findable_of
from masking_service.service.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class FillIndex:
    """Fills the indexes that a tenant's policy keeps."""

    vault: Vault
    custodies: Custodies
    tenant: str
    rule: SearchRule

    def __call__(self, numbers: Sequence[str], now: int) -> int:
        """Index waybills; return how many of them are stored and can be found. Repeating it changes nothing.

        What is erased, revised or moved meanwhile is seen, because the records are read again until nothing changed.
        Round trips: two to read (four where waybills were revised) and one to write.

        Args:
            numbers: normalised.
            now: Unix seconds.

        Raises:
            StoreUnavailable, ProviderError: some may be indexed; the same can be asked again.
            IntegrityError: a stored value did not open at its place.
        """
        before: list[Indexed] = []
        while (after := self._entries(numbers, now)) != before:
            self.vault.search.replace(self.tenant, before, after, now)
            before = after
        return len(after)

    def _entries(self, numbers: Sequence[str], now: int) -> list[Indexed]:
        entries = []
        for number, found in zip(numbers, self.vault.newest(self.tenant, numbers, now), strict=True):
            if found is None:
                continue
            custody = self.custodies.open(self.tenant, found.custody)
            site = custody.site if custody is not None else None
            found_by = findable_of(found.record, site, phone=self.rule.phone, last4=self.rule.last4)
            if found_by:
                entries.append(found.indexed(number, found_by))
        return entries
