"""Root keys that stand in the keyset file itself: the default provider.

Good for a single site whose file system is trusted; PKCS#11 and Transit keep
the root key out of the file. The keys live in this process's memory only.
"""

import os
from collections.abc import Mapping

from keys.aead import NONCE_BYTES, SealingKey, key_id_of
from keys.errors import ProviderError
from keys.secret import Secret
from keys.suites import AES_256_GCM_SIV

_LABEL = b"wrapped-key"


class FileRootKeys(Secret):
    """Root keys by id; every one of them unwraps, the active one wraps.

    Args:
        keys: 32-byte keys by their 8-byte ids.
        active: the id of the one that wraps.
        algorithm: the suite that it wraps with; every suite is unwrapped.
    """

    __slots__ = ("_active", "_keys")

    def __init__(self, keys: Mapping[bytes, bytes], active: bytes, algorithm: int = AES_256_GCM_SIV) -> None:
        self._keys = {
            key_id: SealingKey(key, key_id, label=_LABEL, tenant=b"", algorithm=algorithm)
            for key_id, key in keys.items()
        }
        self._active = self._keys[active]

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.wrap`."""
        return self._active.seal(key, context, os.urandom(NONCE_BYTES))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.unwrap`."""
        root = self._keys.get(key_id_of(wrapped))
        if root is None:
            raise ProviderError("a wrapped key names a root key that the keyset does not hold")
        return root.open(wrapped, context)
