"""Names all Redis keys.

No name shows data: a key that is found by data is named by a keyed hash.

`docs/adr/0003-key-layout.md` gives the reasons. All begin with `wm:`, so that an
ACL user needs one prefix; `{…}` is the cluster's hash tag, which keeps related keys
on one shard.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keys.keyring import PlaceLayers, TenantKeys
from masking_audit.format.links import SLOT_DIGITS, slot_of

PREFIX = b"wm:"
FENCE = PREFIX + b"fence"
GENESIS = PREFIX + b"genesis"
MARK = PREFIX + b"mark"
"""One in each of many slots of a cluster, so that an emptied shard is noticed."""
PROBE = PREFIX + b"probe"
"""Never written: a write that would change it tells whether writes are accepted."""
CLIENTS = PREFIX + b"clients"
_KEYS = PREFIX + b"{keys}"
"""The slot of all keys, so that a data key and the notice that could forbid it are one step."""
DATA_KEYS = _KEYS + b"data"
DATA_KEY_USES = _KEYS + b"uses"
KEY_NOTICE = _KEYS + b"notice"
WORKERS = _KEYS + b"workers"

# What a tenant has one of: names for `tenant_key`.
CALLERS: Final = b"callers"
"""The phone numbers of callers."""
PEOPLE: Final = b"people"
"""The names of people."""
FREEZES: Final = b"freezes"
"""The list of frozen principals."""
KEY_REQUESTS: Final = b"key-requests"
"""The keys that wait for approval."""
DEVICE_REQUESTS: Final = b"device-requests"
"""The devices that wait for approval."""
KEY_USES: Final = b"key-uses"
"""The counters of people's keys."""
DECOYS: Final = b"decoys"
"""The list of phantoms."""
DECOY_DETAILS: Final = b"decoy-details"
"""The list of decoys."""
DECOY_HITS: Final = b"decoy-hits"
"""The counts of the decoys."""
HOLDS: Final = b"holds"
"""The list of holds."""
INCIDENTS: Final = b"incidents"
"""The list of incidents."""
SHORTLIST: Final = b"shortlist"
"""The people whom the lookout listed."""

MAX_REVISIONS = 16
_REVISIONS = [b"}" + format(revision, "x").encode() for revision in range(MAX_REVISIONS + 1)]
"""The seventeenth place is for a tombstone only."""
CLAIM: Final = b"claim"
"""Stored at the older place of a revision whose record is at the newer one. It is no record."""

INDEX_PARTS = 64
"""Parts of a search index and period. More would speed up searches and slow down writes."""
_PARTS = [b"%02x}" % part for part in range(INDEX_PARTS)]


WAYBILL: Final = rb"wm:\{[A-Za-z0-9_-]{16}(?:\.[0-9]{1,2})?\}"
"""Matches the common prefix of a waybill's keys."""


def record_stems(places: Sequence[bytes], version: int = 0) -> list[bytes]:
    """Return the common prefix of a waybill's keys, for each 12-byte place: ``wm:{PLACE``, or ``wm:{PLACE.1``.

    Args:
        version: of the index secret that the places are under.
    """
    text = b64encode(b"".join(places), b"-_")
    suffix = b".%d" % version if version else b""
    return [b"wm:{" + text[at : at + 16] + suffix for at in range(0, len(text), 16)]


@dataclass(frozen=True, slots=True)
class Stems:
    """The common prefixes of the keys of waybills, also while the index secret is rotated.

    Then a waybill may be at two places: under the newer secret and under the older one. Each process writes at one of
    them, and reads both. ADR 25 (`docs/adr`) gives the order.

    Attributes:
        layers: which index secrets they are under.
        own: where this process writes, one for each waybill.
        other: where they may be, too; empty where no rotation is under way.
    """

    layers: PlaceLayers
    own: Sequence[bytes]
    other: Sequence[bytes]

    def everywhere(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the prefixes of each waybill, the newest first."""
        layers = (self.own, self.other) if self.other else (self.own,)
        return zip(*(layers[::-1] if self.layers.other_is_newer else layers), strict=True)


def stems_of(keys: TenantKeys, bases: Sequence[bytes]) -> Stems:
    """Return where waybills are stored. Asks nothing of the store."""
    layers = keys.layers
    own = record_stems(keys.places(bases, layers.own), layers.own)
    other = [] if layers.other is None else record_stems(keys.places(bases, layers.other), layers.other)
    return Stems(layers, own, other)


def first_stored(values: Sequence[tuple[bytes, bytes | None]]) -> tuple[bytes, bytes | None]:
    """Return the first place that holds a record, and its value; any place where none does."""
    nothing = values[0][0], None
    return next(((place, value) for place, value in values if value not in (None, CLAIM)), nothing)


def record_key(stem: bytes, revision: int) -> bytes:
    """Return the key of a revision: ``wm:{BASE}0`` to ``wm:{BASE}f``."""
    return stem + _REVISIONS[revision]


def stem_of_record(key: bytes) -> bytes:
    """Return the common prefix that the key of a revision begins with."""
    return key.rpartition(b"}")[0]


def custody_key(stem: bytes) -> bytes:
    """Return the key of the parcel's custody: ``wm:{BASE}@``."""
    return stem + b"}@"


def disclosures_key(stem: bytes) -> bytes:
    """Return the key of the list of disclosures: ``wm:{BASE}!``."""
    return stem + b"}!"


def call_records_key(stem: bytes) -> bytes:
    """Return the key of the records of calls about a parcel: ``wm:{BASE}#``."""
    return stem + b"}#"


def restriction_key(stem: bytes) -> bytes:
    """Return the key of a waybill's restriction: ``wm:{BASE}~``."""
    return stem + b"}~"


def call_stem(tag: str) -> bytes:
    """Return the common prefix of the calls of one caller to one field: ``wm:{c:TAG}``."""
    return f"wm:{{c:{tag}}}".encode()


def phone_index_stem(tag: bytes) -> bytes:
    """Return the common prefix of the parts of an index of phones, by its 12-byte tag: ``wm:{f:TAG``."""
    return b"wm:{f:" + b64encode(tag, b"-_")


def site_index_stem(tag: bytes) -> bytes:
    """Return the common prefix of the parts of an index of sites and last four digits: ``wm:{s:TAG``."""
    return b"wm:{s:" + b64encode(tag, b"-_")


def index_part_keys(stem: bytes, firsts: bytes) -> list[bytes]:
    """Return the key of the part of each entry of an index, by the first byte of its tag: ``wm:{f:TAGPP}``."""
    keys = [stem + part for part in _PARTS]
    return [keys[first % INDEX_PARTS] for first in firsts]


def hour_key_key(key_id: bytes) -> bytes:
    """Return the key of the wrap of an hour key, by its 8-byte id: ``wm:{k:ID}``."""
    return b"wm:{k:" + b64encode(key_id, b"-_").rstrip(b"=") + b"}"


def worker_key(name: str) -> bytes:
    """Return the key under which an active process says which keys it has: ``wm:{keys}w:NAME``."""
    return _KEYS + b"w:" + name.encode()


def tenant_stem(tag: str) -> bytes:
    """Return the common prefix of a tenant's cases, lists and budgets: ``wm:{t:TAG}``."""
    return f"wm:{{t:{tag}}}".encode()


def tenant_key(tag: str, name: bytes) -> bytes:
    """Return the key of something that a tenant has one of, such as `CALLERS`: ``wm:{t:TAG}NAME``."""
    return tenant_stem(tag) + name


def person_keys_key(tag: str, person: str) -> bytes:
    """Return the key of a person's approved keys, by the person's tag: ``wm:{t:TAG}keys:PERSON``."""
    return tenant_stem(tag) + b"keys:" + person.encode()


def person_devices_key(tag: str, person: str) -> bytes:
    """Return the key of a person's approved devices, by the person's tag: ``wm:{t:TAG}devices:PERSON``."""
    return tenant_stem(tag) + b"devices:" + person.encode()


def signature_key(tag: str, nonce: bytes) -> bytes:
    """Return the key that says that a signature or a device proof was used: ``wm:{t:TAG}signed:NONCE``."""
    return tenant_stem(tag) + b"signed:" + nonce.hex().encode()


def hold_key(tag: str, ref: str) -> bytes:
    """Return the key of the waybills that a hold names, by its random reference: ``wm:{t:TAG}hold:REF``."""
    return tenant_stem(tag) + b"hold:" + ref.encode()


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The names of the keys of an audit log.

    The log is in one slot, or spread over several. Each writer belongs to one of them, so that an entry, its place in
    the order of its tenant and its writer are one step there. The last digit of a writer's name says which.

    Attributes:
        slots: their number, 1 to `MAX_AUDIT_SLOTS`.
    """

    slots: int = 1

    @property
    def checkpoints(self) -> bytes:
        """The stream of the checkpoints of all slots: ``wm:{audit}checkpoints``, or ``wm:{audit:0}checkpoints``."""
        return self._stem(0) + b"checkpoints"

    @property
    def turns(self) -> bytes:
        """The count of writers that have taken a slot: ``wm:{audit:0}turns``."""
        return self._stem(0) + b"turns"

    def writers(self, slot: int = 0) -> bytes:
        """Return the set of the writers of a slot: ``wm:{audit}writers``, or ``wm:{audit:2}writers``."""
        return self._stem(slot) + b"writers"

    def stream(self, writer: str) -> bytes:
        """Return the stream of one writer: ``wm:{audit}w:WRITER``, or ``wm:{audit:2}w:WRITER``."""
        return self._stem(self.slot_of(writer)) + b"w:" + writer.encode()

    def order(self, tenant: str, slot: int = 0) -> bytes:
        """Return the stream that orders a tenant's entries in a slot, by the tenant's hash: ``wm:{audit}o:TENANT``."""
        return self._stem(slot) + b"o:" + tenant.encode()

    def slot_of(self, writer: str) -> int:
        """Return the 0-based slot of a writer."""
        return slot_of(writer, self.slots)

    def in_slot(self, writer: str, slot: int) -> str:
        """Return the name of a writer, changed so that it belongs to a slot."""
        return writer if self.slots == 1 else writer[:-1] + SLOT_DIGITS[slot]

    def described(self, writer: str) -> str:
        """Return the name of a writer or an entry for people, with its slot if there are several."""
        return writer if self.slots == 1 else f"{writer} in slot {self.slot_of(writer.partition('-')[0])}"

    def _stem(self, slot: int) -> bytes:
        return PREFIX + (b"{audit}" if self.slots == 1 else b"{audit:%d}" % slot)


ONE_SLOT: Final = AuditKeys()
