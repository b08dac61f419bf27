"""Derives each tenant's keys from the keyset.

Index, search, token, state and audit keys are separate, and separate for each tenant
(HKDF-SHA-256, RFC 5869, over a length-prefixed use and tenant). Data keys are
random; they are wrapped here and stored by the vault.
"""

import hmac
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.aead import KEY_BYTES, KEY_ID_BYTES, SealingKey, SealingKeys, key_id_of
from keys.day_keys import DataKey
from keys.errors import IntegrityError, KeysetError
from keys.framing import frame
from keys.hosts import HostKeys, TlsIdentity
from keys.keyset import Keyset
from keys.keyset_file import Use
from keys.mac import Mac
from keys.publication import PublicationKey
from keys.search import SearchKeys
from keys.secret import Secret
from keys.signatures import Verifier
from keys.signers import LogSigner, Signer
from keys.tokens import TokenKeys, Uses

NOT_AT_INTAKE = "the keyset of an intake host has no such key"
NOT_SPLIT = "the keyset is not split: run `keys split` first"
BASE_BYTES = 12
"""Length of the keyed hash that gives a waybill's storage place: 96 bits."""


def _derive(secret: bytes, use: str, tenant: bytes, length: int = KEY_BYTES) -> bytes:
    info = frame(b"waybill-masking/1", use.encode(), tenant)
    return HKDF(SHA256(), length, salt=None, info=info).derive(secret)


@dataclass(frozen=True, slots=True)
class PlaceLayers:
    """At which places waybills are stored: under which versions of the secret `index`, which names them.

    Attributes:
        own: where this process writes.
        other: where waybills may be, too; None where no rotation is under way.
        claims: whether a writer claims the older place before it writes at its own.
    """

    own: int
    other: int | None = None
    claims: bool = False

    @property
    def other_is_newer(self) -> bool:
        """Whether a newer secret is distributed, which this process does not use yet."""
        return self.other is not None and self.other > self.own

    @property
    def settled(self) -> bool:
        """Whether no process writes at the other place any more."""
        return not self.claims and not self.other_is_newer


def _layers(keyset: Keyset) -> PlaceLayers:
    own = keyset.active["index"]
    used = (version for use, version in keyset.secrets if use == "index" and (use, version) not in keyset.ended)
    other = max((version for version in used if version != own), default=None)
    return PlaceLayers(own, other, other is not None and other == keyset.deciding)


def _named_key(secret: bytes, use: str, tenant: bytes, algorithm: int) -> SealingKey:
    """Return the sealing key of a use, whose id is derived, too."""
    key_id = _derive(secret, f"{use} key id", tenant, KEY_ID_BYTES)
    return SealingKey(_derive(secret, use, tenant), key_id, label=use.encode(), tenant=tenant, algorithm=algorithm)


class TenantKeys(Secret):
    """The keys of one tenant, except its data keys.

    Attributes:
        layers: under which versions of the index secret its waybills are stored.
        hashes: the version of the audit-hash secret with which it hashes.
        tenant_tag: the keyed name of the tenant itself: 16 characters of base64url.
        tenant_hash: the keyed hash of the tenant itself, in audit entries: the same after every rotation.
    """

    __slots__ = (
        *("_audit", "_index", "_opening_tag", "_searches", "_state", "_tag"),
        *("hashes", "layers", "tenant", "tenant_hash", "tenant_tag", "tokens"),
    )

    def __init__(self, keyset: Keyset, tenant: str, uses: Uses, hashes: int) -> None:
        name = tenant.encode()

        def active(use: Use) -> bytes:
            return keyset.secrets[use, keyset.active[use]]

        self.tenant = name
        self._index = [Mac(_derive(secret, "index", name), name) for secret in _by_version(keyset, "index")]
        self.layers = _layers(keyset)
        self._tag = Mac(_derive(active("tag"), "tag", name))
        self._audit = [Mac(_derive(secret, "audit", name)) for secret in _by_version(keyset, "audit-hash")]
        self.hashes = hashes
        self._searches: list[SearchKeys] = []
        self._state: SealingKeys | None = None
        self._opening_tag: Mac | None = None
        if not keyset.intake:
            self._searches = [SearchKeys(_derive(secret, "search", name)) for secret in keyset.in_store("search")]
            self._state = SealingKeys(
                [_named_key(secret, "state", name, keyset.algorithm) for secret in keyset.in_store("state")]
            )
            self._opening_tag = Mac(_derive(active("state"), "opening tag", name))
        token_keys = {
            version: _derive(secret, "token", name)
            for (use, version), secret in keyset.secrets.items()
            if use == "token"
        }
        self.tokens = TokenKeys(token_keys, keyset.active["token"], uses)
        self.tenant_tag = self.tag("tenant")
        self.tenant_hash = self.lasting_hash("tenant")

    @property
    def state(self) -> SealingKeys:
        """Seals access state. Raises KeysetError: the keyset is of an intake host."""
        if self._state is None:
            raise KeysetError(NOT_AT_INTAKE)
        return self._state

    @property
    def searches(self) -> Sequence[SearchKeys]:
        """The keyed names of search indexes: the active ones, and those that are only read.

        Raises:
            KeysetError: the keyset is of an intake host.
        """
        if not self._searches:
            raise KeysetError(NOT_AT_INTAKE)
        return self._searches

    @property
    def search(self) -> SearchKeys:
        """The keyed names of new entries of search indexes."""
        return self.searches[0]

    def bases(self, waybill_nos: Sequence[str]) -> list[bytes]:
        """Return each waybill's base: 12 bytes, unguessable without the index key. No rotation changes it."""
        return [mac[:BASE_BYTES] for mac in self._index[0].digest_each([number.encode() for number in waybill_nos])]

    def places(self, bases: Sequence[bytes], version: int, *, since: int = 0) -> Sequence[bytes]:
        """Return each waybill's storage place under a version of the index secret: 12 bytes.

        The first is the base itself, and each further one hashes the one before it: without every secret up to that
        version, no one can tell where a waybill is.

        Args:
            bases: the bases; or the places under an older version, `since`.
        """
        for mac in self._index[since + 1 : version + 1]:
            bases = [digest[:BASE_BYTES] for digest in mac.digest_each(bases)]
        return bases

    def tag(self, *parts: str) -> str:
        """Return a keyed name: 16 characters of base64url."""
        return _name(self._tag, parts)

    def opening_tag(self, *parts: str) -> str:
        """Return a keyed name that no intake host can make; another one once the state secret is rotated.

        Raises:
            KeysetError: the keyset is of an intake host.
        """
        if self._opening_tag is None:
            raise KeysetError(NOT_AT_INTAKE)
        return _name(self._opening_tag, parts)

    def audit_hash(self, *parts: str) -> str:
        """Return the keyed hash used in new audit entries: 32 hexadecimal characters."""
        return self.newer_hash(self.lasting_hash(*parts), 0)

    def audit_hashes(self, *parts: str) -> list[str]:
        """Return the keyed hashes that audit entries may have, by the version of their secret."""
        hashes = [self.lasting_hash(*parts)]
        for mac in self._audit[1:]:
            hashes.append(_hashed_again(mac, hashes[-1]))
        return hashes

    def lasting_hash(self, *parts: str) -> str:
        """Return the keyed hash of a name under the first secret, which stays the same after every rotation."""
        return self._audit[0].digest(*[part.encode() for part in parts])[:16].hex()

    def newer_hash(self, known: str, version: int) -> str:
        """Return the keyed hash under the secret with which this hashes, from the one under an older version.

        Each secret hashes what the one before it gave. A hash under a newer one is returned as it is.

        Args:
            known: hexadecimal, of any even length, which it keeps; empty where there is none.
            version: of the secret that it is under.

        Raises:
            ValueError: it is not hexadecimal.
        """
        if not known:
            return known
        for mac in self._audit[version + 1 : self.hashes + 1]:
            known = _hashed_again(mac, known)
        return known

    def waybill_hashes(self, bases: Sequence[bytes]) -> list[str]:
        """Return the keyed hashes of waybills used in new audit entries, by their bases."""
        digests = self._audit[0].digest_each([base.hex().encode() for base in bases], b"waybill")
        return [self.newer_hash(digest[:16].hex(), 0) for digest in digests]

    def data_key_id(self, day: int, number: int) -> bytes:
        """Return the 8-byte id of a data key.

        Args:
            day: days since 1970-01-01, UTC.
            number: sequence number of the key within the day.
        """
        return self._tag.digest(b"data-key", day.to_bytes(4, "big"), number.to_bytes(2, "big"))[:KEY_ID_BYTES]


class Keyring(Secret):
    """The keys of one process.

    Attributes:
        made_for: ``development`` or ``production``.
        uses: counts the tokens made.
    """

    __slots__ = ("_audit_signer", "_held", "_peppers", "made_for", "uses")

    def __init__(self, keyset: Keyset) -> None:
        self.uses = Uses()
        self._peppers = _peppers(keyset)
        self._audit_signer = None if keyset.intake else LogSigner(*_log_keys(keyset))
        self.made_for = keyset.made_for
        # One reference, so that no thread combines one keyset with the tenants of another.
        self._held: tuple[Keyset, dict[tuple[str, int], TenantKeys]] = (keyset, {})

    @property
    def keyset(self) -> Keyset:
        return self._held[0]

    @property
    def audit_signer(self) -> LogSigner:
        """Signs the audit log, with the key that is active in the keyset of that moment.

        Raises:
            KeysetError: the keyset is of an intake host.
        """
        if self._audit_signer is None:
            raise KeysetError(NOT_AT_INTAKE)
        return self._audit_signer

    @property
    def publication(self) -> PublicationKey | None:
        """Opens published state and, at the opening tier, seals it; None where the tiers are not split."""
        keyset = self.keyset
        # Each host has every pepper before it is active. Earlier states published under the secret `tag`.
        secrets = [*keyset.in_store("client"), *keyset.in_store("tag")]
        sealing = SealingKeys([_named_key(secret, "publication", b"", keyset.algorithm) for secret in secrets])
        if keyset.opening is not None:
            return PublicationKey(sealing, keyset.opening.publication, None)
        if "publication" not in keyset.active:
            return None
        signers = [Signer(_derive(secret, "publication", b"")) for secret in keyset.in_store("publication")]
        return PublicationKey(sealing, Verifier(b"".join(one.public_pem() for one in signers)), signers[0])

    @property
    def opening_tier(self) -> list[tuple[bytes, str]]:
        """What intake hosts trust: public keys of publications (32 bytes), and TLS certificates.

        Those of now, then those of after the rotation that is under way.

        Raises:
            KeysetError: the tiers are not split, or the keyset is of an intake host.
        """
        keyset = self.keyset
        if "publication" not in keyset.active:
            raise KeysetError(NOT_SPLIT)
        secrets = [
            secret
            for (use, version), secret in sorted(keyset.secrets.items())
            if use == "publication" and version >= keyset.active[use]
        ]
        return [
            (Signer(_derive(one, "publication", b"")).public_bytes(), _opening_tls(one).certificate) for one in secrets
        ]

    @property
    def host_keys(self) -> HostKeys:
        """The keys of this intake host. Raises KeysetError: the keyset is not of an intake host."""
        keyset = self.keyset
        if not keyset.intake:
            raise KeysetError("the keyset is not of an intake host")
        return HostKeys(
            _secret(keyset, "host", "hour key signature"), _secret(keyset, "host", "host TLS"), keyset.intake
        )

    @property
    def opening_tls(self) -> TlsIdentity:
        """The TLS key of the opening tier.

        Raises:
            KeysetError: the tiers are not split, or the keyset is of an intake host.
        """
        if "publication" not in self.keyset.active:
            raise KeysetError(NOT_SPLIT)
        return _opening_tls(self.keyset.secrets["publication", self.keyset.active["publication"]])

    def adopt(self, keyset: Keyset) -> None:
        """Switch to a changed version of this keyset.

        Everything that was made with the old version can still be opened.

        Raises:
            KeysetError: it is an older copy or another keyset, or it lacks a secret that is in use.
        """
        held = self.keyset
        if keyset.serial < held.serial:
            raise KeysetError("the keyset file is an older copy than the one in use")
        if (keyset.intake, keyset.made_for) != (held.intake, held.made_for):
            raise KeysetError("the keyset file is a different keyset from the one in use")
        # A host that stores needs no retired token keys, except for calls that are being answered.
        ending = {name: secret for name, secret in held.secrets.items() if keyset.intake and name[0] == "token"}
        for name, secret in held.secrets.items():
            if name not in ending and not hmac.compare_digest(keyset.secrets.get(name, b""), secret):
                raise KeysetError("the keyset file lacks a secret that is in use")
        if ending:
            keyset = replace(keyset, secrets={**ending, **keyset.secrets})
        self._peppers = _peppers(keyset)
        if self._audit_signer is not None:
            self._audit_signer.adopt(*_log_keys(keyset))
        self._held = (keyset, {})

    def tenant(self, name: str, hashes: int | None = None) -> TenantKeys:
        """Return one tenant's keys, derived at first use.

        Args:
            hashes: the version of the audit-hash secret with which they hash; the active one where it is None.
        """
        keyset, tenants = self._held
        named = name, keyset.active["audit-hash"] if hashes is None else hashes
        found = tenants.get(named)
        if found is None:
            found = tenants[named] = TenantKeys(keyset, name, self.uses, named[1])
        return found

    def api_key_digest(self, key: bytes, pepper: int) -> bytes:
        """Return the keyed hash (32 bytes) of an API key. The key itself is never stored.

        Args:
            pepper: the version of the newest pepper that it is hashed with, after all older ones.
        """
        return self.with_newer_pepper(self._peppers[0].digest_unframed(key), 0, pepper)

    def with_newer_pepper(self, digest: bytes, pepper: int, newer: int) -> bytes:
        """Upgrade the keyed hash of an API key from one pepper to a newer one.

        Raises:
            KeysetError: this process does not have the newer pepper.
        """
        if newer >= len(self._peppers):
            raise KeysetError("the keyset file lacks the pepper of the registry of clients")
        for mac in self._peppers[pepper + 1 : newer + 1]:
            digest = mac.digest_unframed(digest)
        return digest

    def is_ended_state(self, tenant: str, sealed: bytes) -> bool:
        """Return whether an ended state secret sealed a value of a tenant, so that nothing opens it any more.

        Raises:
            IntegrityError: it is no sealed value.
        """
        keyset, key_id = self.keyset, key_id_of(sealed)
        ended = (keyset.secrets[use, version] for use, version in keyset.ended if use == "state")
        return key_id in {_named_key(secret, "state", tenant.encode(), keyset.algorithm).key_id for secret in ended}

    def new_data_key(self, tenant: str, key_id: bytes) -> bytes:
        """Create a random data key under the root key. Raises ProviderError: the root-key provider cannot wrap now."""
        return self.keyset.roots.wrap(os.urandom(KEY_BYTES), _data_key_context(tenant, key_id))

    def open_data_key(self, tenant: str, key_id: bytes, wrapped: bytes) -> DataKey:
        """Unwrap a data key.

        Raises:
            IntegrityError: it was changed, or wrapped for another id or tenant.
            ProviderError: the provider cannot unwrap now, or the keyset lacks the root key.
        """
        key = self.keyset.roots.unwrap(wrapped, _data_key_context(tenant, key_id))
        return DataKey(key, key_id, tenant=tenant.encode(), algorithm=self.keyset.algorithm)

    def open_permit_key(self, tenant: str, key_id: bytes, wrapped: bytes) -> bytes:
        """Unwrap the key of a permit for pseudonyms. Only the job that holds the permit may have it.

        Raises:
            IntegrityError: it was changed, or wrapped for another id or tenant.
            ProviderError: the provider cannot unwrap now, or the keyset lacks the root key.
        """
        return self.keyset.roots.unwrap(wrapped, _data_key_context(tenant, key_id))

    def has_known_root(self, wrapped: bytes) -> bool:
        """Return whether the keyset holds the root key that wrapped it.

        Raises:
            IntegrityError: it is not a wrapped key.
        """
        return key_id_of(wrapped) in self.keyset.root_ids

    def has_lasting_root(self, wrapped: bytes) -> bool:
        """Return whether the keyset holds the root key that wrapped it, and has not retired it.

        A retired root key may be destroyed, and the wrapped key with it.

        Raises:
            IntegrityError: it is not a wrapped key.
        """
        keyset, root = self.keyset, key_id_of(wrapped)
        return root in keyset.root_ids and root not in keyset.retired_roots

    def has_active_root(self, wrapped: bytes) -> bool:
        """Return whether the active root key wrapped it. Raises IntegrityError: it is not a wrapped key."""
        return key_id_of(wrapped) == self.keyset.active_root

    def rewrap(self, tenant: str, key_id: bytes, wrapped: bytes) -> bytes:
        """Rewrap a data key under the active root key.

        Raises:
            IntegrityError: it was changed, or wrapped for another id or tenant; or the new copy holds another key.
            ProviderError: the provider cannot do it now, or the keyset lacks the root key.
        """
        roots, context = self.keyset.roots, _data_key_context(tenant, key_id)
        key = roots.unwrap(wrapped, context)
        fresh = roots.wrap(key, context)
        if not hmac.compare_digest(roots.unwrap(fresh, context), key):
            raise IntegrityError("a rewrapped key differs from the original")
        return fresh


def _name(mac: Mac, parts: Sequence[str]) -> str:
    digest = mac.digest(*[part.encode() for part in parts])
    return b64encode(digest[:BASE_BYTES], b"-_").decode("ascii")


def _hashed_again(mac: Mac, known: str) -> str:
    return mac.digest(bytes.fromhex(known)).hex()[: len(known)]


def _by_version(keyset: Keyset, use: Use) -> list[bytes]:
    """Return all secrets of a use, the oldest first."""
    return [secret for (which, _), secret in sorted(keyset.secrets.items()) if which == use]


def _peppers(keyset: Keyset) -> list[Mac]:
    """Return the peppers by version; each but the first hashes what the one before it gave."""
    return [Mac(_derive(secret, "client", b"")) for secret in _by_version(keyset, "client")]


def _log_keys(keyset: Keyset) -> tuple[dict[int, bytes], int, int]:
    """Return the keys of the audit log, as `LogSigner` takes them."""
    seeds = {
        version: _derive(secret, "audit signature", b"")
        for (use, version), secret in keyset.secrets.items()
        if use == "audit"
    }
    return seeds, keyset.active["audit"], sum(use == "audit" for use, _ in keyset.ended)


def _secret(keyset: Keyset, use: Use, derived: str) -> bytes:
    """Derive 32 bytes of no tenant from the active secret of a use."""
    return _derive(keyset.secrets[use, keyset.active[use]], derived, b"")


def _opening_tls(secret: bytes) -> TlsIdentity:
    return TlsIdentity(_derive(secret, "opening TLS", b""), "opening")


def _data_key_context(tenant: str, key_id: bytes) -> bytes:
    return frame(b"data-key", key_id, tenant.encode())
