"""The output is there whole or not at all, for its owner only; the exit code says how it went."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_files import destination
from masking_files.faults import NotDone
from tests.cli.files.runs import RECORD, TABLE, VALUES, ndjson, row, run
from tests.e2e.processes import environment
from tests.fork_server import Program
from tests.servers import wait_until


def test_the_output_is_beside_the_input(table: Path) -> None:
    result = run("mask", table)

    assert result.exit_code == 0
    assert result.stdout == ""
    assert sorted(path.name for path in table.parent.iterdir()) == ["orders.csv", "orders.masked.csv"]
    assert table.read_text() == TABLE


def test_only_the_owner_may_read_the_output(table: Path) -> None:
    run("mask", table)

    assert stat.S_IMODE(table.with_name("orders.masked.csv").stat().st_mode) == 0o600


def test_nothing_is_replaced_without_force(table: Path) -> None:
    there = table.with_name("orders.masked.csv")
    there.write_text("mine")

    assert run("mask", table).exit_code == 2
    assert there.read_text() == "mine"
    assert run("mask", table, "--force").exit_code == 0
    assert "张*" in there.read_text()


def test_what_appears_while_a_file_is_masked_is_not_replaced(table: Path) -> None:
    there = table.with_name("out.csv")
    refused = pytest.raises(NotDone, match="the output exists")

    with refused, destination.written(str(there), str(table), force=False) as write:
        write(b"ours")
        there.write_text("theirs")

    assert there.read_text() == "theirs"
    assert len(list(table.parent.iterdir())) == 2


@pytest.mark.parametrize("way", ["same", "symlink", "hardlink"])
def test_the_input_is_never_the_output(table: Path, way: str) -> None:
    output = table if way == "same" else table.with_name("other.csv")
    if way == "symlink":
        output.symlink_to(table)
    if way == "hardlink":
        output.hardlink_to(table)

    result = run("mask", table, "--output", output, "--force")

    assert result.exit_code == 2
    assert "the output is the input" in result.stderr
    assert table.read_text() == TABLE


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".parquet"])
def test_an_output_with_the_suffix_of_another_format_is_refused(table: Path, suffix: str) -> None:
    result = run("mask", table, "--output", table.with_name(f"out{suffix}"))

    assert (result.exit_code, "has the format of the input, csv" in " ".join(result.stderr.split())) == (2, True)
    assert [path.name for path in table.parent.iterdir()] == [table.name]


def test_only_plain_files_are_replaced(table: Path) -> None:
    fifo = table.with_name("fifo")
    os.mkfifo(fifo)

    assert run("mask", table, "--output", fifo, "--force").exit_code == 2
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_fault_in_the_middle_leaves_nothing(table: Path) -> None:
    table.write_text(TABLE + row() * 2000 + '"')

    result = run("mask", table)

    assert result.exit_code == 2
    assert [path.name for path in table.parent.iterdir()] == ["orders.csv"]


def test_a_folder_that_is_not_there_is_a_fault(table: Path) -> None:
    result = run("mask", table, "--output", table.parent / "no" / "out.csv")

    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


@pytest.fixture
def errors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run writes what went wrong."""
    return tmp_path_factory.mktemp("beside") / "errors"


@pytest.fixture
def masking(tmp_path: Path, errors: Path) -> Iterator[Program]:
    """A run that has begun its output, a draft in the folder, and waits for more of its input."""
    words = ("mask", "-", "--format=ndjson", "--output", str(tmp_path / "out.ndjson"))
    os.mkfifo(source := errors.with_name("source"))
    program = Program("masking_service", *words, environment=environment(), source=source, output=errors)
    with source.open("wb") as written:
        written.write(ndjson(RECORD).encode() * 1000)
        written.flush()
        wait_until(lambda: any(tmp_path.glob(".masking-*.part")), "a draft", 30)
        yield program
    program.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_nothing(masking: Program, tmp_path: Path, errors: Path, number: signal.Signals) -> None:
    drafts = list(tmp_path.iterdir())

    masking.send_signal(number)

    assert masking.wait(30) == 130
    assert len(drafts) == 1
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in errors.read_text()


def test_a_kill_leaves_nothing_under_the_outputs_name(masking: Program, tmp_path: Path) -> None:
    masking.kill()
    masking.wait()

    left = list(tmp_path.iterdir())
    assert [path.suffix for path in left] == [".part"]
    assert not [value for value in VALUES if value in left[0].read_text()]


def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path, errors: Path) -> None:
    path = tmp_path / "in.ndjson"
    path.write_text(ndjson(RECORD) * 1000)
    words = ("mask", str(path), "--output=-")
    os.mkfifo(output := tmp_path / "output")
    program = Program("masking_service", *words, environment=environment(), output=output, errors=errors)
    output.open("rb").close()

    assert program.wait() == 2
    assert errors.read_text() == "Error: standard output was closed by its reader\n"


def test_standard_input_goes_to_standard_output() -> None:
    result = run("mask", "-", "--format=csv", stdin=TABLE.encode())

    assert result.exit_code == 0
    assert "张*" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["-"],
        ["orders.txt"],
        ["orders.csv", "--schema=none"],
        ["orders.csv", "--profile=none"],
        ["orders.csv", "--delimiter=ab"],
        ["orders.csv", "--encoding=latin-1"],
        ["orders.csv", "--batch=0"],
        ["missing.csv"],
        ["orders.json", "--map=a=b"],
    ],
)
def test_a_bad_option_does_nothing(table: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(table.parent)
    for name in ("orders.txt", "orders.json"):
        table.with_name(name).write_text("[]")

    assert run("mask", *arguments).exit_code == 2
    assert len(list(table.parent.iterdir())) == 3


def test_masking_needs_no_keys_and_no_store(table: Path) -> None:
    result = run("mask", table, "--state-dir", table.parent / "none", env={"MASKING_REDIS_URL": "redis://127.0.0.1:1"})

    assert result.exit_code == 0


def test_a_profile_decides_what_shows(table: Path) -> None:
    shown = run("mask", table, "--output=-", "--profile=courier").stdout

    assert "华志路1685号3号楼2单元402室" in shown
    assert "张三" not in shown
