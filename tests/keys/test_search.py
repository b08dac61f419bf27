"""The keyed names of index entries."""

from itertools import combinations

from keys.aead import NONCE_BYTES
from keys.search import GROUP_BYTES, group_of
from tests.keys.known import known_keyring

BASE = bytes(range(8))
OTHER_BASE = bytes(range(1, 9))


def each(nonces: bytes) -> list[bytes]:
    return [nonces[at : at + NONCE_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]


def test_only_the_same_entry_has_the_same_nonce() -> None:
    keys = known_keyring().tenant("default").search
    tags = keys.phone_tags([b"13812345678", b"13912345678"]) + keys.ending_tags([b"5678021001"])
    entries = [(tag, base + revision) for tag in tags for base in (BASE, OTHER_BASE) for revision in (b"0", b"1")]

    nonces = each(keys.nonces([tag for tag, _ in entries], [reference for _, reference in entries]))

    for one, other in combinations(nonces, 2):
        assert {one[at : at + 4] for at in range(2, 9)}.isdisjoint({other[at : at + 4] for at in range(2, 9)})
    assert nonces == [keys.nonces([tag], [reference]) for tag, reference in entries]


def test_a_nonce_begins_with_the_group_of_its_tag() -> None:
    keys = known_keyring().tenant("default").search
    tags = keys.phone_tags([b"139%08d" % at for at in range(100)])

    nonces = each(keys.nonces(tags, [BASE + b"0"] * len(tags)))

    assert [nonce[:GROUP_BYTES] for nonce in nonces] == [group_of(tag) for tag in tags]
    assert {nonce[1] % 4 for nonce in nonces} == {0}


def test_tenants_name_the_same_entry_differently() -> None:
    ring = known_keyring()
    tag = bytes(12)

    nonces = [ring.tenant(tenant).search.nonces([tag], [BASE + b"0"]) for tenant in ("default", "other")]

    assert nonces[0] != nonces[1]
