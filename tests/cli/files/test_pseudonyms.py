"""`mask FILE --pseudonym PERMIT`: the pseudonyms of a permit, in tables and in JSON, as in Arrow."""

import base64
import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from masking_files.faults import NotDone
from masking_files.table import Table
from masking_service.arrow import Permit
from tests.cli.files.excel import workbooks
from tests.cli.files.runs import CELLS, HEADERS, MASKED, RECORD, TABLE, run

TODAY = datetime.now(UTC).date()
PHONES = ("138 1234 5678", "+86 138-1234-5678", "13812345678", "１３８１２３４５６７８")


def permit(folder: Path, seed: int = 1, days: int = 1) -> Path:
    """A permit as `pseudonyms permit open` writes it."""
    path = folder / f"study-{seed}.json"
    key = base64.b64encode(bytes([seed]) * 32).decode()
    until = str(TODAY + timedelta(days))
    path.write_text(json.dumps({"permit": f"study-{seed}", "until": until, "columns": ["phone"], "key": key}))
    return path


def written(folder: Path, name: str) -> tuple[Path, Path]:
    """A file with the usual record, and its output."""
    path = folder / name
    if path.suffix == ".csv":
        path.write_text(TABLE)
    elif path.suffix == ".ndjson":
        path.write_text(json.dumps(RECORD) + "\n")
    elif path.suffix == ".xlsx":
        cells = [int(cell) if cell == CELLS[2] else cell for cell in CELLS]  # as a spreadsheet has a mobile number
        path = workbooks.workbook(folder, HEADERS, cells)
    else:
        pq.write_table(pa.table({header: [cell] for header, cell in zip(HEADERS, CELLS, strict=True)}), path)
    return path, path.with_name(f"in.masked{path.suffix}")


def phones(path: Path) -> list[str]:
    """The phones of the first row of an output."""
    if path.suffix == ".ndjson":
        record = json.loads(path.read_text())
        return [record["sender"]["phone"], record["recipient"]["phone"]]
    row: dict[str, str]
    if path.suffix == ".xlsx":
        row = dict(zip(*workbooks.values(path), strict=True))
    elif path.suffix == ".parquet":
        row = pq.read_table(path).to_pylist()[0]
    else:
        row = next(csv.DictReader(path.open()))
    return [row["寄件人电话"], row["收件电话"]]


@pytest.mark.parametrize("name", ["in.csv", "in.parquet", "in.ndjson", "in.xlsx"])
def test_values_of_the_permits_kinds_get_its_pseudonyms(tmp_path: Path, name: str) -> None:
    key, (path, output) = permit(tmp_path), written(tmp_path, name)

    assert run("mask", path, "--pseudonym", key).exit_code == 0

    assert phones(output) == Permit.load(key).pseudonyms([("phone", CELLS[2]), ("phone", CELLS[5])])


def test_all_other_columns_are_masked(tmp_path: Path) -> None:
    path, output = written(tmp_path, "in.csv")

    run("mask", path, "--pseudonym", permit(tmp_path))

    _, row = csv.reader(output.open(encoding="utf-8"))
    assert [cell for at, cell in enumerate(row[: len(MASKED)]) if at not in (2, 5)] == [
        cell for at, cell in enumerate(MASKED) if at not in (2, 5)
    ]


def test_spellings_join_inside_a_permit_and_nothing_joins_across_two(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    cells = (*PHONES, "", "  ", "138****5678", "12")
    path.write_text("运单号,收件电话\n" + "".join(f"SF{at:010},{phone}\n" for at, phone in enumerate(cells)))
    shown = []
    for seed in (1, 2):
        output = tmp_path / f"out-{seed}.csv"
        assert run("mask", path, "--pseudonym", permit(tmp_path, seed), "--output", output).exit_code == 0
        shown.append([row["收件电话"] for row in csv.DictReader(output.open(encoding="utf-8"))])

    one, other = shown
    assert (len({*one[:4]}), len({*other[:4]}), {*one[:4]} & {*other[:4]}) == (1, 1, set())
    assert one[4:7] == other[4:7] == ["", "  ", "*******5678"]  # blank, and the mask of many people
    assert one[7] != other[7]


def test_another_permit_does_not_go_on_with_the_journal_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, output = written(tmp_path, "in.csv")
    first, second = permit(tmp_path, 1), permit(tmp_path, 2)

    def stop(_: Table) -> None:
        raise NotDone("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(Table, "end", stop)
        assert run("mask", path, "--resume", "--pseudonym", first).exit_code != 0
    assert [*tmp_path.glob(".masking-*.journal")]

    assert run("mask", path, "--resume", "--pseudonym", second).exit_code == 0

    assert phones(output) == Permit.load(second).pseudonyms([("phone", CELLS[2]), ("phone", CELLS[5])])


@pytest.mark.parametrize("wrong", ["ended", "other"])
def test_a_permit_that_ended_and_a_file_that_is_none_are_refused(tmp_path: Path, wrong: str) -> None:
    path, output = written(tmp_path, "in.csv")
    key = permit(tmp_path, days=-1) if wrong == "ended" else path

    refused = run("mask", path, "--pseudonym", key)

    assert refused.exit_code != 0
    assert ("ended on" if wrong == "ended" else "not a permit file") in refused.stderr
    assert not output.exists()
