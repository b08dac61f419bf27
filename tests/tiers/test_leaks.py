"""The pack about an intake host tells what it opens, and persons are counted in the records of intake hosts."""

from __future__ import annotations

import csv
from pathlib import Path

from keys import tiers
from tests.tiers.split import HOST, TODAY, Split
from tests.tiers.test_commands import run
from tests.web.api import NUMBER, record

DAY = 86_400
HOUR = 3_600
OTHER = "YT8800212345679"


def pack(split: Split, folder: Path, *options: str) -> dict[str, list[list[str]]]:
    """Make the pack of a leak; return the rows of its tables in English."""
    assert run(split, "audit", "incident", *options, "--output", folder).exit_code == 0
    found: dict[str, list[list[str]]] = {}
    for title, *cells in csv.reader((folder / "incident.en.csv").read_text("utf-8-sig").splitlines()):
        found.setdefault(title, []).append(cells)
    return {title: rows[1:] for title, rows in found.items()}


def opened(found: dict[str, list[list[str]]]) -> tuple[list[int], list[list[str]]]:
    """Records now, and those that were sealed again since, of all days; and the persons, without the tenant."""
    days = found["Days whose records are opened"]
    return [sum(int(row[at]) for row in days) for at in (4, 5)], [row[1:] for row in found["Persons concerned"]]


def test_an_intake_host_opens_what_it_sealed_in_the_hours_of_the_period(split: Split, tmp_path: Path) -> None:
    """In the pack of the keyset they count, too, and after the host was revoked without their persons."""
    split.tokenize(record(), record(OTHER, recipient__phone="13900000001"))
    split.tokenize(record(OTHER, recipient__phone="13900000002"), on_conflict="revise")  # the opening tier seals it
    now = split.now
    ago = str(now - now % HOUR - HOUR)
    during, before = ((ago, str(now + HOUR)), (str(now - DAY), ago))

    at_host = pack(split, tmp_path / "1", "--host", HOST, "--from", during[0], "--to", during[1])
    earlier = pack(split, tmp_path / "2", "--host", HOST, "--from", before[0], "--to", before[1])
    everything = pack(split, tmp_path / "3", "--keyset", "--from", during[0], "--to", during[1])
    tiers.revoke(split.opening_settings.keyset, split.entry.name, TODAY)
    split.adopt()
    revoked = pack(split, tmp_path / "4", "--keyset", "--from", during[0], "--to", during[1])

    assert opened(at_host) == ([2, 1], [["3", "2", "0", "0"]])
    assert opened(earlier) == ([0, 0], [])
    assert opened(everything) == ([3, 0], [["4", "2", "0", "0"]])
    assert opened(revoked) == ([3, 0], [["2", "1", "0", "1"]])


def test_the_persons_of_records_of_intake_hosts_are_counted(split: Split, tmp_path: Path) -> None:
    split.tokenize(record())
    split.opening.open_case("D-1", NUMBER)
    split.opening.opened({"waybill_no": NUMBER, "field": "/recipient/phone"})
    now = split.now

    found = pack(
        split,
        tmp_path / "pack",
        "--principal",
        "client/dispute-officer",
        "--from",
        str(now - HOUR),
        "--to",
        str(now + HOUR),
    )

    assert found["Persons concerned"] == [["1", "1", "0", "0"]]
