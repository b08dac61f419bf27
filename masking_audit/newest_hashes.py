"""Shows entries from before `keys rotate audit` with the keyed hashes of now, so that entries can be compared."""

from collections.abc import Iterable

from msgspec.structs import replace

from keys.keyring import TenantKeys
from masking_audit.format.entries import Entry


class NewestHashes:
    """Replaces older keyed hashes in the entries of some tenants."""

    def __init__(self, tenants: Iterable[TenantKeys]) -> None:
        self._keys = {keys.tenant_hash: keys for keys in tenants}

    def __call__(self, entry: Entry) -> Entry:
        """Return an entry with the hashes that it would have now; unchanged if one is no hash."""
        keys = self._keys.get(entry.tenant)
        if keys is None or entry.hashes >= keys.hashes:
            return entry

        def newer(known: str) -> str:
            return keys.newer_hash(known, entry.hashes)

        try:
            return replace(
                entry,
                items=[replace(item, waybill=newer(item.waybill)) for item in entry.items],
                asked=newer(entry.asked),
                device=newer(entry.device),
                network=newer(entry.network),
                hashes=keys.hashes,
            )
        except ValueError:  # it was edited, which verification reports
            return entry
