"""Root-key providers: one protocol with two methods, and its implementations.

A provider sees data keys and keyset secrets as bytes, and never a record.
Everything it wraps is bound to a context that names it.
"""

from typing import Protocol


class RootKeys(Protocol):
    """The root keys of a deployment: the active one wraps, all unwrap."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap `key` for `context` under the active root key. Raises ProviderError: the provider cannot do it now."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside `wrapped`.

        Raises:
            IntegrityError: it was changed, or wrapped for another context.
            ProviderError: the provider cannot do it now, or lacks the root key that wrapped it.
        """
        ...
