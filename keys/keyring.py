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

from keys.aead import KEY_BYTES, KEY_ID_BYTES, SealingKey, key_id_of
from keys.errors import IntegrityError, KeysetError
from keys.framing import frame
from keys.keyset import Keyset
from keys.keyset_file import USES, Use
from keys.mac import Mac
from keys.secret import Secret
from keys.signatures import Signer
from keys.tokens import TokenKeys
from keys.uses import Uses

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

    def __init__(self, keyset: Keyset, tenant: str, uses: Uses) -> None:
        name = tenant.encode()

        def active(use: Use) -> bytes:
            return keyset.secrets[use, keyset.active[use]]

        self.tenant = name
        self._index = Mac(_derive(active("index"), "index", name), name)
        self._tag = Mac(_derive(active("index"), "tag", name))
        self._audit = Mac(_derive(active("audit"), "audit", name))
        self.state = SealingKey(
            _derive(active("state"), "state", name),
            _derive(active("state"), "state key id", name, KEY_ID_BYTES),
            label=b"state",
            tenant=name,
            algorithm=keyset.algorithm,
        )
        token_keys = {
            version: _derive(secret, "token", name)
            for (use, version), secret in keyset.secrets.items()
            if use == "token"
        }
        self.tokens = TokenKeys(token_keys, keyset.active["token"], uses)

    def bases(self, waybill_nos: Sequence[str]) -> list[bytes]:
        """Where each waybill of this tenant stands: 12 bytes, unguessable without the index key."""
        return [mac[:BASE_BYTES] for mac in self._index.each([number.encode() for number in waybill_nos])]

    def tag(self, *parts: str) -> str:
        """A keyed name, 16 characters of base64url, for what must not be readable in a Redis key."""
        mac = self._tag.digest(*[part.encode() for part in parts])
        return b64encode(mac[:BASE_BYTES], b"-_").decode("ascii")

    def audit_hash(self, *parts: str) -> str:
        """A keyed hash, 32 hexadecimal digits, by which audit entries name a waybill or a field."""
        return self._audit.digest(*[part.encode() for part in parts])[:16].hex()

    def data_key_id(self, day: int, number: int) -> bytes:
        """The 8-byte id of the `number`-th data key of a day (days since 1970-01-01, UTC)."""
        return self._tag.digest(b"data-key", day.to_bytes(4, "big"), number.to_bytes(2, "big"))[:KEY_ID_BYTES]


class Keyring(Secret):
    """The keys of one process.

    Args:
        keyset: an opened keyset file.

    Attributes:
        audit_signer: signs the audit log.
        made_for: ``development`` or ``production``.
        uses: counts what was made with the token keys.
    """

    __slots__ = ("_held", "_pepper", "audit_signer", "made_for", "uses")

    def __init__(self, keyset: Keyset) -> None:
        self.uses = Uses()
        self._pepper = Mac(_derive(keyset.secrets["client", keyset.active["client"]], "client", b""))
        self.audit_signer = Signer(_derive(keyset.secrets["audit", keyset.active["audit"]], "audit signature", b""))
        self.made_for = keyset.made_for
        # One reference, so that no thread meets the tenants of one keyset beside another keyset.
        self._held: tuple[Keyset, dict[str, TenantKeys]] = (keyset, {})

    @property
    def keyset(self) -> Keyset:
        """The keyset in use."""
        return self._held[0]

    def adopt(self, keyset: Keyset) -> None:
        """Go on with a changed keyset. What this process made, and what others may have made meanwhile, still opens.

        Raises:
            KeysetError: it is an older copy, or lacks a secret that is in use here: no change of this keyset.
        """
        held = self.keyset
        if keyset.serial < held.serial:
            raise KeysetError("the keyset file is an older copy than the one in use")
        others = [use for use in USES if use != "token" and keyset.active[use] != held.active[use]]
        if keyset.made_for != held.made_for or others:
            raise KeysetError("the keyset file is another keyset than the one in use")
        for name, secret in held.secrets.items():
            if not hmac.compare_digest(keyset.secrets.get(name, b""), secret):
                raise KeysetError("the keyset file lacks a secret that is in use")
        self._held = (keyset, {})

    def tenant(self, name: str) -> TenantKeys:
        """The keys of one tenant, derived at first use."""
        keyset, tenants = self._held
        found = tenants.get(name)
        if found is None:
            found = tenants[name] = TenantKeys(keyset, name, self.uses)
        return found

    def api_key_digest(self, key: bytes) -> bytes:
        """The keyed hash (32 bytes) by which an API key is looked up; the key itself is kept nowhere."""
        return self._pepper.unframed(key)

    def new_data_key(self, tenant: str, key_id: bytes) -> bytes:
        """A new random data key of a tenant, wrapped under the root key.

        Raises:
            ProviderError: the root-key provider cannot wrap now.
        """
        return self.keyset.roots.wrap(os.urandom(KEY_BYTES), _data_key_context(tenant, key_id))

    def open_data_key(self, tenant: str, key_id: bytes, wrapped: bytes) -> SealingKey:
        """The data key that `wrapped` holds, ready to seal and open records of its tenant.

        Raises:
            IntegrityError: it was changed, or wrapped for another id or tenant.
            ProviderError: the root-key provider cannot unwrap now, or no root key here wrapped it.
        """
        key = self.keyset.roots.unwrap(wrapped, _data_key_context(tenant, key_id))
        algorithm = self.keyset.algorithm
        return SealingKey(key, key_id, label=b"record", tenant=tenant.encode(), algorithm=algorithm)

    def knows_root_of(self, wrapped: bytes) -> bool:
        """Whether a root key of the keyset wrapped it.

        Raises:
            IntegrityError: it is no wrapped key.
        """
        return key_id_of(wrapped) in self.keyset.root_ids

    def wraps_for_good(self, wrapped: bytes) -> bool:
        """Whether a root key of the keyset wrapped it that is not retired, and so will not be destroyed under it.

        Raises:
            IntegrityError: it is no wrapped key.
        """
        keyset, root = self.keyset, key_id_of(wrapped)
        return root in keyset.root_ids and root not in keyset.retired_roots

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the active root key wrapped it.

        Raises:
            IntegrityError: it is no wrapped key.
        """
        return key_id_of(wrapped) == self.keyset.active_root

    def rewrap(self, tenant: str, key_id: bytes, wrapped: bytes) -> bytes:
        """The same data key under the active root key, unwrapped again to see that it is.

        Raises:
            IntegrityError: it was changed, or wrapped for another id or tenant; or the new copy holds another key.
            ProviderError: the root-key provider cannot do it now, or no root key here wrapped it.
        """
        roots, context = self.keyset.roots, _data_key_context(tenant, key_id)
        key = roots.unwrap(wrapped, context)
        fresh = roots.wrap(key, context)
        if not hmac.compare_digest(roots.unwrap(fresh, context), key):
            raise IntegrityError("a rewrapped key is not the key that it was")
        return fresh


def _data_key_context(tenant: str, key_id: bytes) -> bytes:
    return frame(b"data-key", key_id, tenant.encode())
