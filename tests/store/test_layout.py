"""The names of Redis keys, and their slots."""

from masking_service.store import layout
from tests.store.stores import NUMBER

BASE = bytes(range(12))
(STEM,) = layout.record_stems([BASE])


def test_the_key_of_a_revision_is_the_base_and_one_hexadecimal_digit() -> None:
    keys = [layout.record_key(STEM, revision) for revision in (0, 9, 10, 15)]

    assert keys == [b"wm:{AAECAwQFBgcICQoL}" + digit for digit in (b"0", b"9", b"a", b"f")]


def test_a_tombstone_has_a_place_behind_the_last_revision() -> None:
    assert layout.record_key(STEM, layout.MAX_REVISIONS) == b"wm:{AAECAwQFBgcICQoL}10"


def test_custody_is_stored_beside_the_record() -> None:
    assert layout.custody_key(STEM) == b"wm:{AAECAwQFBgcICQoL}@"


def test_the_stems_of_a_batch_are_those_of_its_members() -> None:
    bases = [BASE, BASE[::-1], bytes(12)]

    assert layout.record_stems(bases) == [layout.record_stems([base])[0] for base in bases]


def test_the_rest_have_their_own_places() -> None:
    names = [layout.worker_key("ab12"), layout.tenant_stem("TAG"), layout.audit_key("w"), layout.GENESIS]

    assert names == [b"wm:{keys}w:ab12", b"wm:{t:TAG}", b"wm:{audit}w:w", b"wm:genesis"]


def test_every_key_begins_with_the_prefix_that_the_access_rule_needs() -> None:
    names = [STEM, layout.worker_key("ab12"), layout.tenant_stem("TAG"), layout.audit_key("w")]
    names += [layout.FENCE, layout.GENESIS, layout.CLIENTS, layout.AUDIT_WRITERS]
    names += [layout.DATA_KEYS, layout.DATA_KEY_USES, layout.KEY_NOTICE, layout.WORKERS]

    assert [name for name in names if not name.startswith(layout.PREFIX)] == []


def test_no_key_holds_the_number() -> None:
    assert NUMBER.encode() not in STEM
