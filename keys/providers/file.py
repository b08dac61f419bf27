"""Root keys in the keyset file: the default provider.

Suitable for a single site with a trusted file system; PKCS#11 and Transit keep
the root key out of the file.
"""

import os
from collections.abc import Mapping

from keys.aead import NONCE_BYTES, SealingKey, key_id_of
from keys.errors import ProviderError
from keys.secret import Secret
from keys.suites import AES_256_GCM_SIV

_LABEL = b"wrapped-key"


class FileRootKeys(Secret):
    """Root keys held in memory.

    Args:
        keys: 32-byte keys by their 8-byte ids.
        active: the id of the key that wraps.
        algorithm: the suite it wraps with; all suites are unwrapped.
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
            raise ProviderError("a wrapped key names a root key that is not in the keyset")
        return root.open(wrapped, context)
