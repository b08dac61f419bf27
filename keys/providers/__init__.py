"""Who holds the root key: one small protocol, wrap and unwrap, and those who keep it.

A provider sees data keys and the keyset's secrets as bytes; it never sees a
record. Everything it wraps is bound to a context that says what it is.
"""

from typing import Protocol


class RootKeys(Protocol):
    """The root keys of a deployment: the active one wraps, every living one unwraps."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap `key` for `context` under the active root key.

        Raises:
            ProviderError: the provider cannot do it now.
        """
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key that `wrapped` holds.

        Raises:
            IntegrityError: it was changed, or wrapped for another context.
            ProviderError: the provider cannot do it now, or no living root key wrapped it.
        """
        ...
