"""The names of Redis keys, and their slots."""

from masking_audit.format.links import MAX_AUDIT_SLOTS
from masking_service.store import layout
from tests.every import every
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
    names = [layout.worker_key("ab12"), layout.tenant_stem("TAG"), layout.ONE_SLOT.stream("w"), layout.GENESIS]

    assert names == [b"wm:{keys}w:ab12", b"wm:{t:TAG}", b"wm:{audit}w:w", b"wm:genesis"]


def test_an_audit_log_in_one_slot_has_one_tag() -> None:
    keys = layout.AuditKeys(1)
    named = [keys.checkpoints, keys.writers(), keys.stream("9222695a4b2cc357"), keys.order("TENANT")]

    assert named == [
        b"wm:{audit}checkpoints",
        b"wm:{audit}writers",
        b"wm:{audit}w:9222695a4b2cc357",
        b"wm:{audit}o:TENANT",
    ]


def test_an_audit_log_in_several_slots_has_a_tag_for_each() -> None:
    keys = layout.AuditKeys(4)
    named = [keys.checkpoints, keys.turns, keys.writers(3), keys.stream("9222695a4b2cc353"), keys.order("TENANT", 3)]

    assert named == [
        b"wm:{audit:0}checkpoints",
        b"wm:{audit:0}turns",
        b"wm:{audit:3}writers",
        b"wm:{audit:3}w:9222695a4b2cc353",
        b"wm:{audit:3}o:TENANT",
    ]


@every("slots", [1, 2, 3, 4, MAX_AUDIT_SLOTS])
def test_a_writer_that_was_named_for_a_slot_belongs_to_it(slots: int) -> None:
    keys = layout.AuditKeys(slots)

    assert [keys.slot_of(keys.in_slot("9222695a4b2cc357", slot)) for slot in range(slots)] == [*range(slots)]


def test_a_writer_of_a_log_in_one_slot_keeps_its_name() -> None:
    assert layout.ONE_SLOT.in_slot("9222695a4b2cc357", 0) == "9222695a4b2cc357"


@every("name", ["", "w", "unknown", "9222695a4b2cc35f", "\xff"])
def test_a_name_that_no_writer_has_belongs_to_some_slot(name: str) -> None:
    assert layout.AuditKeys(3).slot_of(name) in range(3)


def test_every_key_begins_with_the_prefix_that_the_access_rule_needs() -> None:
    names = [STEM, layout.worker_key("ab12"), layout.tenant_stem("TAG"), layout.ONE_SLOT.stream("w")]
    names += [layout.FENCE, layout.GENESIS, layout.CLIENTS, layout.ONE_SLOT.writers()]
    names += [layout.DATA_KEYS, layout.DATA_KEY_USES, layout.KEY_NOTICE, layout.WORKERS]

    assert [name for name in names if not name.startswith(layout.PREFIX)] == []


def test_no_key_holds_the_number() -> None:
    assert NUMBER.encode() not in STEM
