"""Names all Redis keys.

No name shows data: a key that is found by data is named by a keyed hash.

`docs/adr/0003-key-layout.md` gives the reasons. All begin with `wm:`, so that an
ACL user needs one prefix; `{…}` is the cluster's hash tag, which keeps related keys
on one shard.
"""

from base64 import b64encode
from collections.abc import Sequence

PREFIX = b"wm:"
FENCE = PREFIX + b"fence"
GENESIS = PREFIX + b"genesis"
MARK = PREFIX + b"mark"
"""One in each of many slots of a cluster, so that an emptied shard is noticed."""
PROBE = PREFIX + b"probe"
"""Never written: a write that would change it tells whether writes are accepted."""
CLIENTS = PREFIX + b"clients"
_AUDIT = PREFIX + b"{audit}"
"""The audit log is on one shard, so that an entry, its place in the order and its writer are one step."""
AUDIT_WRITERS = _AUDIT + b"writers"
AUDIT_CHECKPOINTS = _AUDIT + b"checkpoints"
_KEYS = PREFIX + b"{keys}"
"""Everything about keys is on one shard: a new data key and the notice that could forbid it are one step."""
DATA_KEYS = _KEYS + b"data"
DATA_KEY_USES = _KEYS + b"uses"
KEY_NOTICE = _KEYS + b"notice"
WORKERS = _KEYS + b"workers"

MAX_REVISIONS = 16
_REVISIONS = [b"}" + format(revision, "x").encode() for revision in range(MAX_REVISIONS + 1)]
"""The seventeenth place is for a tombstone only."""

INDEX_PARTS = 64
"""Parts of a search index and period. More would make searches faster and writes slower: the entries of a batch that
are in one part share a command."""
_PARTS = [b"%02x}" % part for part in range(INDEX_PARTS)]


def record_stems(bases: Sequence[bytes]) -> list[bytes]:
    """Return the common prefix of a waybill's keys, for each 12-byte base: ``wm:{BASE``."""
    text = b64encode(b"".join(bases), b"-_")
    return [b"wm:{" + text[at : at + 16] for at in range(0, len(text), 16)]


def record_key(stem: bytes, revision: int) -> bytes:
    """Return the key of a revision: ``wm:{BASE}0`` to ``wm:{BASE}f``."""
    return stem + _REVISIONS[revision]


def custody_key(stem: bytes) -> bytes:
    """Return the key of the parcel's custody: ``wm:{BASE}@``."""
    return stem + b"}@"


def disclosures_key(stem: bytes) -> bytes:
    """Return the key of the list of disclosures: ``wm:{BASE}!``."""
    return stem + b"}!"


def call_records_key(stem: bytes) -> bytes:
    """Return the key of the records of calls about a parcel: ``wm:{BASE}#``."""
    return stem + b"}#"


def call_stem(tag: str) -> bytes:
    """Return the common prefix of the calls of one caller to one field: ``wm:{c:TAG}``."""
    return f"wm:{{c:{tag}}}".encode()


def phone_index_stem(tag: bytes) -> bytes:
    """Return the common prefix of the parts of an index of phones, by its 12-byte tag: ``wm:{f:TAG``."""
    return b"wm:{f:" + b64encode(tag, b"-_")


def site_index_stem(tag: bytes) -> bytes:
    """Return the common prefix of the parts of an index of sites and last four digits: ``wm:{s:TAG``."""
    return b"wm:{s:" + b64encode(tag, b"-_")


def index_part_keys(stem: bytes, tags: Sequence[bytes]) -> list[bytes]:
    """Return the key of the part of each entry of an index, by 6 bits of its tag: ``wm:{f:TAGPP}``."""
    return [stem + _PARTS[tag[0] % INDEX_PARTS] for tag in tags]


def worker_key(name: str) -> bytes:
    """Return the key under which an active process says which keys it has: ``wm:{keys}w:NAME``."""
    return _KEYS + b"w:" + name.encode()


def tenant_stem(tag: str) -> bytes:
    """Return the common prefix of a tenant's cases, lists and budgets: ``wm:{t:TAG}``."""
    return f"wm:{{t:{tag}}}".encode()


def callers_key(tag: str) -> bytes:
    """Return the key of the phone numbers of a tenant's callers: ``wm:{t:TAG}callers``."""
    return tenant_stem(tag) + b"callers"


def freezes_key(tag: str) -> bytes:
    """Return the key of a tenant's list of frozen principals: ``wm:{t:TAG}freezes``."""
    return tenant_stem(tag) + b"freezes"


def decoys_key(tag: str) -> bytes:
    """Return the key of a tenant's list of phantoms: ``wm:{t:TAG}decoys``."""
    return tenant_stem(tag) + b"decoys"


def decoy_details_key(tag: str) -> bytes:
    """Return the key of what a tenant's decoys are: ``wm:{t:TAG}decoy-details``."""
    return tenant_stem(tag) + b"decoy-details"


def decoy_hits_key(tag: str) -> bytes:
    """Return the key of the counts of a tenant's decoys: ``wm:{t:TAG}decoy-hits``."""
    return tenant_stem(tag) + b"decoy-hits"


def shortlist_key(tag: str) -> bytes:
    """Return the key of the people whom the lookout listed: ``wm:{t:TAG}shortlist``."""
    return tenant_stem(tag) + b"shortlist"


def audit_key(writer: str) -> bytes:
    """Return the stream of one writer process: ``wm:{audit}w:WRITER``."""
    return _AUDIT + b"w:" + writer.encode()


def audit_order_key(tenant: str) -> bytes:
    """Return the stream that orders a tenant's entries: ``wm:{audit}o:TENANT``, with the tenant's keyed hash."""
    return _AUDIT + b"o:" + tenant.encode()
