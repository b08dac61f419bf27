"""Rows of a pack's tables, kept in a temporary file."""

import stat
from pathlib import Path

from masking_audit.packs.rows import KeptRow, KeptRows


def test_they_come_in_the_order_of_time_whatever_their_number() -> None:
    kept = KeptRows()
    kept.add(KeptRow("openings", at % 7, f"ab-{at:05}", cells=(at,)) for at in reversed(range(5_000)))

    rows = [(row.at, row.entry) for row in kept.rows("openings")]
    assert (rows, len(rows)) == (sorted(rows), 5_000)


def test_a_later_row_is_read_in_its_place() -> None:
    kept = KeptRows()
    kept.add([KeptRow("cases", 2, "ab-2")])
    assert [row.entry for row in kept.rows("cases")] == ["ab-2"]
    kept.add([KeptRow("cases", 1, "ab-1")])

    assert [row.entry for row in kept.rows("cases")] == ["ab-1", "ab-2"]


def test_their_file_has_no_name_and_is_its_owners_alone() -> None:
    kept = KeptRows()
    kept.add(KeptRow("openings", at, f"ab-{at}", "a" * 32, 1, ("phone" * 20,)) for at in range(40_000))
    assert kept.count("openings") == 40_000

    open_files = [fd for fd in [*Path("/proc/self/fd").iterdir()] if fd.exists()]
    mine = [fd for fd in open_files if "etilqs_" in str(fd.readlink())]  # SQLite's name for temporary files
    assert mine
    assert {stat.S_IMODE(fd.stat().st_mode) for fd in mine} == {0o600}
    assert all(str(fd.readlink()).endswith(" (deleted)") for fd in mine)
