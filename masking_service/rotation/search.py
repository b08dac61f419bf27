"""Rotates the search secret: fills the search indexes anew under new names, while both are searched.

The entries of the old parts say which waybills they are of, so no list of numbers is
needed. A part is deleted when all its waybills are in the new ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from keys.aead import header_of
from masking_service.rotation.coordinator import KEYS_AT_ONCE, Coordinator
from masking_service.rotation.rotate import rotate_and_end
from masking_service.service.custody.state import Custodies
from masking_service.service.people.policy import Policy
from masking_service.service.search.fill_index import FillIndex
from masking_service.service.search.state import INDEX_PART, is_entry, part_stems, read_entry
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import KeysBehind
from masking_service.store.layout import PREFIX


def rotate_search(coordinator: Coordinator, policy: Policy, clock: Callable[[], int]) -> tuple[int, int] | None:
    """Rotate the search secret, or continue.

    Args:
        policy: says which indexes are kept, and how long records are.

    Returns:
        As `rotate_and_end`: how many entries were replaced, and how many parts the last pass has read, none under the
        old secret.

    Raises:
        As `rotate_and_end`, and KeysError where a process has another policy.
    """

    def replace_all() -> tuple[int, int]:
        vault = Vault(coordinator.store, coordinator.keyring, coordinator.random)
        entries = SearchEntries(coordinator, vault, policy, clock)
        while entries.move_old_parts():
            coordinator.pause()
        vault.data_keys.refresh(coordinator.store)  # reports how often keys were used
        return entries.replaced, entries.parts

    return rotate_and_end(coordinator, "search", replace_all, check=lambda: coordinator.require_policy(policy.digest))


class SearchEntries:
    """Reads the entries of all search indexes, and replaces them.

    Attributes:
        replaced: how many were.
        parts: how many parts of indexes the last pass has read.
    """

    def __init__(self, coordinator: Coordinator, vault: Vault, policy: Policy, clock: Callable[[], int]) -> None:
        self._coordinator = coordinator
        self._vault = vault
        self._policy = policy
        self._clock = clock
        self._custodies = Custodies(coordinator.store, coordinator.keyring, coordinator.random, vault.record_keys)
        self._behind = KeysBehind(coordinator.store, coordinator.wrapped)
        self.replaced = self.parts = 0

    def move_old_parts(self) -> int:
        """Replace the entries of parts that the active secret does not name, delete the parts, and return how many."""
        store, found, self.parts = self._coordinator.store, 0, 0
        named = self._named_now()
        for some in self._coordinator.stored_keys(PREFIX + b"{[fs]:*"):
            for match in filter(None, map(INDEX_PART.fullmatch, dict.fromkeys(some))):
                self.parts += 1
                if match[1] in named:
                    continue
                found += 1
                for members in self.members(match[0]):
                    self.replace(match[0], members)
                store.write([(b"DEL", match[0])])
            self._coordinator.progress("parts of search indexes checked", self.parts, self.parts)
        return found

    def members(self, part: bytes) -> Iterator[list[bytes]]:
        """Yield the entries of a part, in portions."""
        cursor: int | bytes = 0
        while True:
            [(cursor, members)] = self._coordinator.store.read([(b"SSCAN", part, cursor, b"COUNT", KEYS_AT_ONCE)])
            entries = [member for member in members if is_entry(member)]
            if entries:
                yield entries
            if int(cursor) == 0:
                return

    def replace(self, part: bytes, entries: Sequence[bytes]) -> None:
        """Index the waybills of entries anew, as they are now, and remove the entries.

        Raises:
            KeysError: a process has another policy by now, which may keep other indexes, or for longer.
            StoreUnavailable, ProviderError: some may be replaced; the same can be asked again.
            IntegrityError: an entry did not open in its part.
        """
        if not entries:
            return
        self._coordinator.require_policy(self._policy.digest)
        behind = self._behind.of(entries)
        numbers: dict[str, dict[str, None]] = defaultdict(dict)
        for sealed in entries:
            header = header_of(sealed)
            if (stored := behind.get(header)) is not None:
                key = self._vault.record_keys.by_headers(stored.tenant, [header])[header]
                if key is not None:
                    numbers[stored.tenant][read_entry(key.open(sealed, part))[0]] = None
        for tenant, mine in numbers.items():
            FillIndex(self._vault, self._custodies, tenant, self._policy.search(tenant))([*mine], self._clock())
        self._coordinator.store.write([(b"SREM", part, *entries)])
        self.replaced += len(entries)

    def _named_now(self) -> set[bytes]:
        """Return the common prefixes of the parts that the active secret names."""
        tenants = {stored.tenant for stored in self._coordinator.data_keys()}
        keyring, longest = self._coordinator.keyring, self._policy.longest_retention_days
        return {
            stem for tenant in tenants for stem in part_stems(keyring.tenant(tenant).search, self._clock(), longest)
        }
