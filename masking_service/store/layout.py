"""Every Redis key of the service, in one place. No name here can be read: what is keyed by data is keyed by a hash.

`docs/adr/0003-key-layout.md` gives the reasons. All begin with `wm:`, so that an
ACL user needs one prefix; `{…}` is the cluster's hash tag, so that what belongs
together stands on one shard.
"""

from base64 import b64encode
from collections.abc import Sequence

PREFIX = b"wm:"
FENCE = PREFIX + b"fence"
GENESIS = PREFIX + b"genesis"
MARK = PREFIX + b"mark"
"""One in each of many slots of a cluster, so that an emptied shard is noticed."""
PROBE = PREFIX + b"probe"
"""Where nothing ever stands: what would change it tells whether writes are taken."""
CLIENTS = PREFIX + b"clients"
_AUDIT = PREFIX + b"{audit}"
"""The audit log stands on one shard, so that an entry, its place in the order and its writer are one step."""
AUDIT_WRITERS = _AUDIT + b"writers"
AUDIT_CHECKPOINTS = _AUDIT + b"checkpoints"
_KEYS = PREFIX + b"{keys}"
"""What is known of keys stands on one shard: a new data key and the notice that could forbid it are one step."""
DATA_KEYS = _KEYS + b"data"
DATA_KEY_USES = _KEYS + b"uses"
KEY_NOTICE = _KEYS + b"notice"
WORKERS = _KEYS + b"workers"

MOST_REVISIONS = 16
_REVISIONS = [b"}" + format(revision, "x").encode() for revision in range(MOST_REVISIONS + 1)]
"""The seventeenth is never written by a record: a tombstone may stand there."""


def record_stems(bases: Sequence[bytes]) -> list[bytes]:
    """The beginning that all keys of a waybill share, for each 12-byte base: ``wm:{BASE``."""
    text = b64encode(b"".join(bases), b"-_")
    return [b"wm:{" + text[at : at + 16] for at in range(0, len(text), 16)]


def record_key(stem: bytes, revision: int) -> bytes:
    """Where a revision stands: ``wm:{BASE}0`` to ``wm:{BASE}f``."""
    return stem + _REVISIONS[revision]


def custody_key(stem: bytes) -> bytes:
    """Where stands who holds the parcel now: ``wm:{BASE}@``."""
    return stem + b"}@"


def disclosures_key(stem: bytes) -> bytes:
    """Where stands who saw values of the waybill: ``wm:{BASE}!``."""
    return stem + b"}!"


def worker_key(name: str) -> bytes:
    """Where a living process says which keys it has: ``wm:{keys}w:NAME``."""
    return _KEYS + b"w:" + name.encode()


def tenant_stem(tag: str) -> bytes:
    """The beginning that a tenant's cases, lists and budgets share: ``wm:{t:TAG}``."""
    return f"wm:{{t:{tag}}}".encode()


def freezes_key(tag: str) -> bytes:
    """Where a tenant's list of frozen principals stands: ``wm:{t:TAG}freezes``."""
    return tenant_stem(tag) + b"freezes"


def audit_key(writer: str) -> bytes:
    """The stream of one writer process: ``wm:{audit}w:WRITER``."""
    return _AUDIT + b"w:" + writer.encode()


def audit_order_key(tenant: str) -> bytes:
    """The order in which a tenant's entries came: ``wm:{audit}o:TENANT``, by the hash that its entries bear."""
    return _AUDIT + b"o:" + tenant.encode()
