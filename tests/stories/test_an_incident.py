"""What an officer took has to be told: to the lawyer in words, to the police with signatures, within hours."""

from __future__ import annotations

import csv
import json
import re
import shutil
from functools import partial
from pathlib import Path

import pytest

from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import PUBLIC_KEY
from tests.stories.conftest import Command
from tests.web.api import Api, Clock, field, record
from tests.web.people import OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING

THIEF = f"client/{OFFICER}"
NUMBERS = [f"SF100000000{at}" for at in range(3)]
DAY = 86_400


@pytest.fixture
def command(command: Command, fresh: Api) -> Command:
    """Runs a command of `audit` on a log in which an officer opened phones, and others did their work."""
    fresh.tokenize(*(record(number) for number in NUMBERS))
    fresh.open_case("D-1", *NUMBERS)
    fresh.open_case("R-1", NUMBERS[0], purpose="regulator")
    fresh.post(SUPERVISOR, "/v1/cases/R-1/approve", {})
    fresh.opened(*(field(number, "/recipient/phone") for number in NUMBERS), field(NUMBERS[0], "/sender/name"))
    fresh.detokenize(field(NUMBERS[0], "/recipient/phone"), case="D-404")
    fresh.opened(field(NUMBERS[0], "/recipient/phone"), who=PRIVACY, case="R-1", purpose="regulator")
    fresh.post(SUPERVISOR, f"/v1/principals/{THIEF.replace('/', '%2F')}/freeze", {"why": "review"})
    fresh.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBERS[2]}")
    return partial(command, "audit")


def days(now: int) -> tuple[str, ...]:
    return ("--from", str(now - DAY), "--to", str(now + DAY))


@pytest.fixture
def pack(command: Command, now: int, tmp_path: Path) -> Path:
    """The pack about the officer, with two of the numbers known."""
    (tmp_path / "numbers.txt").write_text(f"{NUMBERS[0]}\n{NUMBERS[1]}\nSF9999999999\n")
    named = ("--waybills", str(tmp_path / "numbers.txt"), "--output", str(tmp_path / "pack"))
    written = command("incident", "--principal", THIEF, *days(now), *named)
    assert written.exit_code == 0, written.output
    return tmp_path / "pack"


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.reader(file)]


def test_the_public_key_alone_verifies_the_folder_and_its_evidence(
    command: Command, pack: Path, settings: Settings, tmp_path: Path
) -> None:
    key = shutil.copy(settings.state_dir / PUBLIC_KEY, tmp_path / "key.pem")
    for what in (pack, pack / "evidence.ndjson"):
        verified = command("verify", str(what), "--public-key", str(key), MASKING_STATE_DIR=str(tmp_path / "nothing"))

        assert (verified.exit_code, "proved to be written by the service" in verified.output) == (0, True), what


def test_the_evidence_proves_every_entry_that_the_documents_name(pack: Path) -> None:
    proved = set()
    for line in (pack / "evidence.ndjson").read_text().splitlines():
        commit = json.loads(line)
        if "commit" in commit:
            writer, _, first = commit["commit"].rpartition("-")
            proved |= {f"{writer}-{int(first) + at}" for at in range(len(commit["entries"]))}
    named = {row[-1] for row in rows(pack / "incident.en.csv") if re.fullmatch("[0-9a-f]{16}-[0-9]+", row[-1])}

    assert named <= proved


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("incident.en.md", "D-1", "D-2"),
        ("incident.zh.csv", "/sender/name", "/sender/phone"),
        ("evidence.ndjson", '"count":4', '"count":3'),
        ("manifest.json", '"entries": ', '"entries": 1'),
    ],
)
def test_a_change_in_any_file_is_found(command: Command, pack: Path, name: str, old: str, new: str) -> None:
    content = (pack / name).read_text("utf-8")
    assert old in content
    (pack / name).write_text(content.replace(old, new, 1), "utf-8")

    assert command("verify", str(pack)).exit_code == 1


def test_a_file_beside_those_of_the_pack_is_named(command: Command, pack: Path) -> None:
    (pack / "letter.txt").write_text("x")
    verified = command("verify", str(pack))

    assert verified.exit_code == 1
    assert f"{pack / 'letter.txt'}: is not a file of this pack" in verified.output


def test_changed_evidence_alone_names_its_line(command: Command, pack: Path) -> None:
    path = pack / "evidence.ndjson"
    path.write_text(path.read_text().replace('"count":4', '"count":3'))
    verified = command("verify", str(path))

    assert (verified.exit_code, "is not as it was signed" in verified.output) == (1, True)


def test_a_file_that_was_added_or_removed_is_found(command: Command, pack: Path) -> None:
    (pack / "more.md").write_text("more")
    added = command("verify", str(pack))
    (pack / "more.md").unlink()
    (pack / "incident.zh.md").unlink()
    removed = command("verify", str(pack))

    assert (added.exit_code, removed.exit_code) == (1, 1)


def test_a_pack_is_never_written_over_another(command: Command, pack: Path, now: int) -> None:
    again = command("incident", "--principal", THIEF, *days(now), "--output", str(pack))

    assert (again.exit_code, "exists already" in again.output) == (1, True)


def test_the_other_tenant_has_no_entry_of_the_same_principal(command: Command, now: int, tmp_path: Path) -> None:
    other = ("--tenant", "other", "--output", str(tmp_path / "pack"))
    written = command("incident", "--principal", THIEF, *days(now), *other)

    assert (written.exit_code, "no entry of this principal" in written.output) == (0, True)


def test_the_report_sums_fields_by_purpose_role_and_person(command: Command, now: int, tmp_path: Path) -> None:
    written = command("report", *days(now), "--output", str(tmp_path / "report"))
    found = rows(tmp_path / "report" / "report.en.csv")
    files = "report.en.csv, report.en.md, report.zh.csv, report.zh.md"

    assert written.exit_code == 0, written.output
    said = rf"{re.escape(str(tmp_path / 'report'))}: {files}, from \d+ entries"
    assert re.fullmatch(said, written.stdout.splitlines()[0])
    assert ["Openings by purpose", "dispute", "1", "3", "4"] in found
    assert ["Openings by role", "dispute-officer", "1", "3", "4"] in found
    assert ["Openings by person", f"client/{PRIVACY}", "1", "1", "1"] in found
    assert ["Cases", "case-approve", "1"] in found
    assert ["Refused calls", "detokenize", "case-not-open", "1"] in found
    assert [row[2:4] for row in found if row[0] == "Erasures"][1:] == [[f"client/{PRIVACY}", "done"]]
    assert [row[2:5] for row in found if row[0] == "Freezes"][1:] == [[f"client/{SUPERVISOR}", "freeze", THIEF]]
    assert command("verify", str(tmp_path / "report")).exit_code == 0


def test_openings_that_nothing_followed_are_unexplained_after_three_days(
    fresh: Api, command: Command, now: int, set_clock: Clock, tmp_path: Path
) -> None:
    set_clock(now - 5 * DAY)
    fresh.open_case("D-2", *NUMBERS[:2])
    fresh.opened(*(field(number, "/recipient/phone") for number in NUMBERS[:2]), who=f"{OFFICER}-2", case="D-2")
    set_clock(now - 4 * DAY)
    fresh.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": NUMBERS[0], "site": "021001"}]})
    output = ("--output", str(tmp_path / "report"))
    command("report", "--from", str(now - 6 * DAY), "--to", str(now + DAY), *output)

    found = [row[1:] for row in rows(tmp_path / "report" / "report.en.csv") if row[0].startswith("Unexplained")]

    # The parcel of the first number moved. What the others opened is younger than three days.
    assert found[1:] == [[f"client/{OFFICER}-2", "1", "1"]]


def test_the_report_names_printers_whose_conflicts_are_spent(
    fresh: Api, command: Command, now: int, tmp_path: Path
) -> None:
    guesses = [record(NUMBERS[0], recipient__phone=f"1391234{guess:04d}") for guess in range(101)]
    for batch in (guesses[:100], guesses[100:]):
        fresh.post(PRINTER, "/v1/tokenize", {"records": batch})
    command("report", *days(now), "--output", str(tmp_path / "report"))

    found = rows(tmp_path / "report" / "report.en.csv")

    assert ["Printers whose budget for conflicts was used up", f"client/{PRINTER}", "1"] in found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "yesterday", "--to", "2026-11-24"), "has to be a day such as 2026-11-24"),
        (("--from", "2026-11-25", "--to", "2026-11-24"), "--from has to be before --to"),
    ],
)
def test_a_period_that_is_none_is_refused(command: Command, options: tuple[str, ...], said: str) -> None:
    refused = command("report", *options)

    assert (refused.exit_code, said in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2026-11-24", "2026-11-25T00:00:00Z"),
        ("2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("1795478400", "2026-11-24T00:00:00Z"),
    ],
)
def test_a_day_is_the_last_one_and_a_time_is_not_included(
    command: Command, tmp_path: Path, end: str, said: str
) -> None:
    command("report", "--from", "2026-11-01", "--to", end, "--output", str(tmp_path / "report"))

    assert f"Period: 2026-11-01T00:00:00Z to {said} " in (tmp_path / "report" / "report.en.md").read_text("utf-8")


def test_a_principal_that_is_none_is_refused(command: Command, now: int) -> None:
    refused = command("incident", "--principal", "lin", *days(now))

    assert (refused.exit_code, "client/ID or ALIAS/SUB" in refused.output) == (2, True)
