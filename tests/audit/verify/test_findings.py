"""Findings of a log, and runs of them that are one."""

from masking_audit.verify.chain import EXTERNAL, NEXT_CHAIN, name_of
from masking_audit.verify.findings import FindingKind, Findings


def test_the_same_about_consecutive_entries_is_one_finding_whatever_was_found_before() -> None:
    findings = Findings()
    findings.add(FindingKind.FORGED, 1, "checkpoint 1", "another one")
    for number in (4, 5, 6):
        findings.add_entry(FindingKind.REWRITTEN, number + 10, "ab", number, "is changed")

    assert [str(one) for one in findings] == [
        "line 1 (checkpoint 1): signature: another one",
        "lines 14 to 16 (ab-4 to 6): rewritten: is changed",
    ]


def test_each_epoch_has_its_words_and_no_checkpoint_those_of_another_source() -> None:
    assert [name_of(epoch) for epoch in (1, 2, EXTERNAL, NEXT_CHAIN)] == [
        "checkpoint 1",
        "checkpoint 2",
        "the given checkpoint",
        "the next chain of the same process",
    ]


def test_a_finding_about_a_writer_names_its_slot_and_one_about_no_writer_names_none() -> None:
    findings = Findings()
    places = ("ab-4", "cd-1", "checkpoint 1", "")
    for line, where in enumerate(places, 1):
        findings.add(FindingKind.FORGED, line, where, "another one")

    one_slot = [(one.where, one.slot) for one in findings]
    findings.slots = 4

    assert one_slot == [(where, None) for where in places]
    assert [(one.where, one.slot) for one in findings] == [("ab-4", 3), ("cd-1", 1), ("checkpoint 1", None), ("", None)]
