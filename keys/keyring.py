"""The keys in use: each tenant's own, derived once from the keyset and kept in this process.

Index, token, state and audit keys are separate, and separate for each tenant
(HKDF-SHA-256, RFC 5869, over a length-prefixed use and tenant). Data keys are
random; they are wrapped here and kept by the vault.
"""

import hmac
import os
from base64 import b64encode
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.aead import KEY_BYTES, KEY_ID_BYTES, SealingKey
from keys.framing import frame
from keys.keyset import Keyset, Use
from keys.secret import Secret
from keys.signatures import Signer
from keys.tokens import TokenKeys

BASE_BYTES = 12
"""Bytes kept of the keyed hash that says where a waybill stands: 96 bits."""
BASE_CHARACTERS = 16
"""The same in base64url."""


def _derive(secret: bytes, use: str, tenant: bytes, length: int = KEY_BYTES) -> bytes:
    info = frame(b"waybill-masking/1", use.encode(), tenant)
    return HKDF(SHA256(), length, salt=None, info=info).derive(secret)


class TenantKeys(Secret):
    """Everything keyed that one tenant's data needs, except its data keys."""

    __slots__ = ("_audit", "_index", "_tag", "state", "tenant", "tokens")

    def __init__(self, keyset: Keyset, tenant: str) -> None:
        name = tenant.encode()

        def active(use: Use) -> bytes:
            return keyset.secrets[use, keyset.active[use]]

        self.tenant = name
        self._index = _derive(active("index"), "index", name)
        self._tag = _derive(active("index"), "tag", name)
        self._audit = _derive(active("audit"), "audit", name)
        self.state = SealingKey(
            _derive(active("state"), "state", name),
            _derive(active("state"), "state key id", name, KEY_ID_BYTES),
            label=b"state",
            tenant=name,
        )
        token_keys = {
            version: _derive(secret, "token", name)
            for (use, version), secret in keyset.secrets.items()
            if use == "token"
        }
        self.tokens = TokenKeys(token_keys, keyset.active["token"])

    def bases(self, waybill_nos: Sequence[str]) -> list[bytes]:
        """Where each waybill of this tenant stands: 12 bytes, unguessable without the index key."""
        begun = hmac.new(self._index, frame(self.tenant), "sha256")  # once a batch: its key schedule costs the most
        found = []
        for number in waybill_nos:
            name = number.encode()
            one = begun.copy()
            one.update(len(name).to_bytes(4, "big") + name)
            found.append(one.digest()[:BASE_BYTES])
        return found

    def tag(self, *parts: str) -> str:
        """A keyed name, 16 characters of base64url, for what must not be readable in a Redis key."""
        message = frame(*[part.encode() for part in parts])
        return b64encode(hmac.digest(self._tag, message, "sha256")[:BASE_BYTES], b"-_").decode("ascii")

    def audit_hash(self, *parts: str) -> str:
        """A keyed hash, 32 hexadecimal digits, by which audit entries name a waybill or a field."""
        message = frame(*[part.encode() for part in parts])
        return hmac.digest(self._audit, message, "sha256")[:16].hex()

    def data_key_id(self, day: int, number: int) -> bytes:
        """The 8-byte id of the `number`-th data key of a day (days since 1970-01-01, UTC)."""
        message = frame(b"data-key", day.to_bytes(4, "big"), number.to_bytes(2, "big"))
        return hmac.digest(self._tag, message, "sha256")[:KEY_ID_BYTES]


class Keyring(Secret):
    """The keys of one process.

    Args:
        keyset: an opened keyset file.

    Attributes:
        audit_signer: signs the audit log.
        made_for: ``development`` or ``production``.
    """

    __slots__ = ("_keyset", "_pepper", "_tenants", "audit_signer", "made_for")

    def __init__(self, keyset: Keyset) -> None:
        self._keyset = keyset
        self._pepper = _derive(keyset.secrets["client", keyset.active["client"]], "client", b"")
        self.audit_signer = Signer(_derive(keyset.secrets["audit", keyset.active["audit"]], "audit signature", b""))
        self._tenants: dict[str, TenantKeys] = {}
        self.made_for = keyset.made_for

    def tenant(self, name: str) -> TenantKeys:
        """The keys of one tenant, derived at first use."""
        found = self._tenants.get(name)
        if found is None:
            found = self._tenants[name] = TenantKeys(self._keyset, name)
        return found

    def api_key_digest(self, key: bytes) -> bytes:
        """The keyed hash (32 bytes) by which an API key is looked up; the key itself is kept nowhere."""
        return hmac.digest(self._pepper, key, "sha256")

    def new_data_key(self, tenant: str, key_id: bytes) -> bytes:
        """A new random data key of a tenant, wrapped under the root key.

        Raises:
            ProviderFault: the root-key provider cannot wrap now.
        """
        return self._keyset.roots.wrap(os.urandom(KEY_BYTES), frame(b"data-key", key_id, tenant.encode()))

    def open_data_key(self, tenant: str, key_id: bytes, wrapped: bytes) -> SealingKey:
        """The data key that `wrapped` holds, ready to seal and open records of its tenant.

        Raises:
            IntegrityFault: it was changed, or wrapped for another id or tenant.
            ProviderFault: the root-key provider cannot unwrap now.
        """
        name = tenant.encode()
        key = self._keyset.roots.unwrap(wrapped, frame(b"data-key", key_id, name))
        return SealingKey(key, key_id, label=b"record", tenant=name)
