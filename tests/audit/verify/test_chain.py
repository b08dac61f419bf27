"""The links of a chain are kept by number, and an entry that does not match its link is told from an edited link."""

import re
import tracemalloc

import pytest
from msgspec.structs import replace

from keys.signatures import Verifier
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import FIRST_LINK, commit_message
from masking_audit.format.links import link as link_of
from masking_audit.verify.chain import DUPLICATE, EDITED, OUT_OF_ORDER, Chain, Links
from masking_audit.verify.findings import FindingKind, Findings
from masking_audit.verify.log_keys import LogKeys
from tests.keys.known import known_keyring

SIGNER, WRITER = known_keyring().audit_signer, "ab" * 8

A, B, C, D = (bytes([number]) * 32 for number in range(1, 5))


def test_a_link_is_found_by_its_number() -> None:
    links = Links()
    for number, link in ((7, A), (8, B), (3, C)):
        links.put(number, link)

    assert [links.get(number) for number in (2, 3, 4, 6, 7, 8, 9)] == [None, C, None, None, A, B, None]


def test_a_link_that_is_put_again_is_replaced() -> None:
    links = Links()
    for number, link in ((1, A), (2, B), (3, C), (2, D), (1, C)):
        links.put(number, link)

    assert [links.get(number) for number in (1, 2, 3, 4)] == [C, D, C, None]


def test_links_of_consecutive_numbers_take_little_more_memory_than_their_bytes() -> None:
    tracemalloc.start()
    try:
        links = Links()
        for number in (*range(500, 10_000), *range(1, 500)):
            links.put(number, A)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert links.get(499) == links.get(9_999) == A
    assert taken < 10_000 * len(A) * 1.5


def test_links_before_a_number_are_forgotten() -> None:
    links = Links()
    for number, link in ((1, A), (2, B), (3, C), (5, D)):
        links.put(number, link)

    links.forget(3)

    assert [links.get(number) for number in (1, 2, 3, 4, 5)] == [None, None, C, None, D]


def chain(findings: Findings, number: int = 0, head: bytes = FIRST_LINK) -> Chain:
    return Chain(WRITER, findings, LogKeys(Verifier(SIGNER.public_pem())), number, head)


def commit(count: int = 3) -> list[EntryLine]:
    """Return the entries of one commit, the last of them signed."""
    head, entries = FIRST_LINK, []
    for number in range(1, count + 1):
        content = b'{"at":%d}' % number
        head = link_of(head, WRITER, number, content)
        signature = SIGNER.sign(commit_message(WRITER, number, head)) if number == count else b""
        entries.append(EntryLine(WRITER, number, content, head, signature))
    return entries


def found(*entries: EntryLine) -> list[tuple[FindingKind, int, str]]:
    """Return kind, line and text of each finding."""
    findings = Findings()
    one = chain(findings)
    for line, entry in enumerate(entries, 1):
        one.add(line, entry)
    one.end()
    return [(finding.kind, finding.line, finding.text) for finding in findings]


def test_a_sound_commit_has_no_findings() -> None:
    assert found(*commit()) == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_edited_link_is_told_from_an_edited_entry(at: int) -> None:
    entries, edited = commit(), commit()
    entries[at], edited[at] = replace(entries[at], link=A), replace(edited[at], entry=b'{"at":9}')

    assert found(*entries) == [(FindingKind.EDITED, at + 1, "its link was edited; the entry itself is as signed")]
    assert [(kind, line) for kind, line, _ in found(*edited)] == [(FindingKind.EDITED, at + 1)]
    assert all(text.startswith(EDITED) for _, _, text in found(*edited))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_edited_entry_under_an_invalid_signature_is_not_called_as_signed(at: int) -> None:
    entries = commit()
    entries[at] = replace(entries[at], entry=b'{"at":9}')
    entries[2] = replace(entries[2], signature=SIGNER.sign(b"another message"))

    kinds, lines, texts = zip(*found(*entries), strict=True)
    assert (kinds, lines) == ((FindingKind.EDITED, FindingKind.FORGED), (at + 1, 3))
    assert texts[0].startswith(EDITED)


def test_an_entry_that_was_edited_at_the_end_of_a_log_is_found() -> None:
    first, second, _ = commit()
    kinds = [kind for kind, *_ in found(first, replace(second, entry=b'{"at":9}'))]

    assert kinds == [FindingKind.EDITED, FindingKind.CUT_OFF]


def test_a_chain_that_goes_on_has_no_line_before_its_next_entry() -> None:
    entries = commit()
    one = chain(Findings(), 2, entries[1].link)

    assert (one.line, one.number, one.signed) == (0, 2, 2)
    one.add(7, entries[2])
    assert (one.line, one.number, one.signed) == (7, 3, 3)


@pytest.mark.parametrize(("order", "late"), [((0, 2, 1, 3), [3]), ((1, 0, 2, 3), [2]), ((0, 3, 2, 1), [3, 4])])
def test_an_entry_that_comes_too_late_is_found_at_its_line(order: tuple[int, ...], late: list[int]) -> None:
    entries = commit(4)

    assert found(*[entries[at] for at in order]) == [(FindingKind.OUT_OF_ORDER, line, OUT_OF_ORDER) for line in late]


@pytest.mark.parametrize(
    ("late", "missing"), [(1, ["3 to 6"]), (2, ["2", "4 to 6"]), (3, ["2 to 3", "5 to 6"]), (5, ["2 to 5"])]
)
def test_what_is_still_missing_around_a_late_entry_is_named(late: int, missing: list[str]) -> None:
    entries = commit(7)
    dropped = [
        re.sub(r"[0-9a-f]+-", "", text.removeprefix("before this line "))
        for kind, _, text in found(entries[0], entries[6], entries[late])
        if kind is FindingKind.DROPPED
    ]

    assert dropped == [f"{each} {'are' if 'to' in each else 'is'} missing" for each in missing]


@pytest.mark.parametrize(("order", "at", "line"), [((0, 2, 1, 3), 1, 3), ((1, 0, 2, 3), 0, 2)])
def test_an_entry_that_comes_too_late_and_was_edited_has_both_findings(
    order: tuple[int, ...], at: int, line: int
) -> None:
    entries = commit(4)
    entries[at] = replace(entries[at], entry=b'{"at":9}')

    assert found(*[entries[at] for at in order]) == [
        (FindingKind.OUT_OF_ORDER, line, OUT_OF_ORDER),
        (FindingKind.EDITED, line, EDITED),
    ]


def test_a_copy_is_told_from_a_different_entry_with_the_same_number() -> None:
    first, second, third = commit()
    different = replace(second, entry=b'{"at":9}')

    assert found(first, second, second, third) == [(FindingKind.DUPLICATE, 3, DUPLICATE)]
    assert found(first, second, different, third) == [
        (FindingKind.DUPLICATE, 3, "is a different entry with a number that is taken")
    ]


def named(*entries: EntryLine) -> list[tuple[str, int, str]]:
    """Return kind, line and text of each finding, with numbers for ids."""
    return [(str(kind), line, text.replace(f"{WRITER}-", "")) for kind, line, text in found(*entries)]


def test_findings_of_a_later_commit_name_its_own_entries() -> None:
    """Three commits: 1 to 2 are signed at 2, 3 to 5 at 5; 6 to 7 are not signed."""
    entries = commit(7)
    for at in (1, 4):
        signature = SIGNER.sign(commit_message(WRITER, at + 1, entries[at].link))
        entries[at] = replace(entries[at], signature=signature)
    entries[6] = replace(entries[6], signature=b"")
    cut_off = ("cut off", 7, "6 to 7: no signature follows; the commit was cut off")
    other = b'{"at":9}'
    forged = "the signature of 3 to 5 is invalid: it or something that it covers was changed, or its key ended"

    def changed(at: int, **how: bytes) -> list[tuple[str, int, str]]:
        some = [*entries]
        some[at] = replace(some[at], **how)
        return named(*some)

    assert named(*entries) == [cut_off]
    assert named(*entries[:6]) == [("cut off", 6, "6: no signature follows; the commit was cut off")]
    assert named(*entries[:5]) == []
    assert changed(4, signature=SIGNER.sign(b"another message")) == [("signature", 5, forged), cut_off]
    assert changed(2, entry=other) == [("edited", 3, EDITED), cut_off]
    assert changed(3, entry=other) == [
        ("edited", 4, f"{EDITED}; or an entry since 3 was edited together with its link"),
        cut_off,
    ]
    assert changed(3, link=A) == [("edited", 4, "its link was edited; the entry itself is as signed"), cut_off]
    dropped = ("dropped", 2, "before this line 2 to 3 are missing")
    assert named(entries[0], *entries[3:]) == [dropped, ("cut off", 5, cut_off[2])]
    assert named(entries[0], *entries[2:]) == [
        ("dropped", 2, "before this line 2 is missing"),
        ("cut off", 6, cut_off[2]),
    ]
