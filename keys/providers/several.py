"""Root keys of several providers at once: the way from one provider to another.

A site that moves from the key file to an HSM wraps what is new in the HSM and
unwraps the rest with the file until all of it is rewrapped.
"""

from collections.abc import Mapping

from keys.aead import key_id_of
from keys.errors import ProviderError
from keys.providers import RootKeys
from keys.secret import Secret


class SeveralRootKeys(Secret):
    """Root keys by id, each with its provider; every one of them unwraps.

    Args:
        providers: who keeps the root key, by its 8-byte id.
        active: the id of a root key whose provider wraps, with its own active one.
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
            raise ProviderError("a wrapped key names a root key that no provider of the keyset holds")
        return provider.unwrap(wrapped, context)
