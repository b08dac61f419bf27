"""Root keys of several providers at once, for moving between providers.

A site that moves from the key file to an HSM wraps new keys in the HSM and
unwraps the others with the file until all of them are rewrapped.
"""

from collections.abc import Mapping

from keys.aead import key_id_of
from keys.errors import ProviderError
from keys.providers import RootKeys
from keys.secret import Secret


class CombinedRootKeys(Secret):
    """Root keys of several providers.

    Args:
        providers: the provider of each root key, by its 8-byte id.
        active: the id of the active root key; its provider wraps.
    """

    __slots__ = ("_active", "_providers")

    def __init__(self, providers: Mapping[bytes, RootKeys], active: bytes) -> None:
        self._providers = providers
        self._active = providers[active]

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.wrap`."""
        return self._active.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.unwrap`."""
        provider = self._providers.get(key_id_of(wrapped))
        if provider is None:
            raise ProviderError("a wrapped key names a root key that no provider in the keyset has")
        return provider.unwrap(wrapped, context)
