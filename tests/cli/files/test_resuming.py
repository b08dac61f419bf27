"""A command that was killed goes on where it ended: nothing is done twice, nothing is lost, nothing is left."""

import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from masking_files import commands
from masking_files.work import masking
from tests.cli.files.runs import CELLS, HEADERS, line, ndjson, run
from tests.e2e.processes import environment
from tests.fork_server import Program

ROWS, BATCH = 300, "50"


class Counting:
    """In place of the work: counts the records that are masked, and is interrupted behind some batches."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.left = -1

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        work = masking(*arguments, **named)

        def counted(records: list[Any]) -> Any:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            self.done.append(len(records))
            return work(records)

        return counted


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counting:
    work = Counting()
    monkeypatch.setattr(commands, "masking", work)
    return work


def rows(count: int = ROWS) -> list[dict[str, str]]:
    return [{**dict(zip(HEADERS, CELLS, strict=True)), "运单号": f"SF{10**9 + at}"} for at in range(count)]


def written(path: Path) -> Path:
    """A file of many rows, in the form that its suffix says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows()), path)
    elif path.suffix == ".ndjson":
        records = ({"waybill_no": row["运单号"], "recipient": {"name": "张三"}, "x": 1.50} for row in rows())
        path.write_text(ndjson(*records))
    else:
        path.write_text(line(*HEADERS) + "".join(line(*row.values()) for row in rows()))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".ndjson", ".parquet"])
def test_what_was_done_before_a_kill_is_not_done_again(tmp_path: Path, work: Counting, suffix: str) -> None:
    path = written(tmp_path / f"in{suffix}")
    assert run("mask", path, "--output", tmp_path / f"whole{suffix}", "--batch", BATCH).exit_code == 0
    work.done.clear()

    work.left = 4
    killed = run("mask", path, "--resume", "--batch", BATCH)
    left = [each for each in tmp_path.iterdir() if each.name.startswith(".masking")]
    modes = {each.stat().st_mode & 0o777 for each in left}
    held = b"".join(each.read_bytes() for each in left)
    work.left = -1
    done = run("mask", path, "--resume", "--batch", BATCH)

    assert killed.exit_code != 0
    assert held
    assert not [value for value in ("张三", "13812345678") if value.encode() in held]
    assert modes == {0o600}
    assert (done.exit_code, sum(work.done)) == (0, ROWS)
    assert f"records: {ROWS}, failed: 0" in done.stderr
    assert (tmp_path / f"in.masked{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".masking")]


def test_a_line_that_was_cut_is_done_again(tmp_path: Path, work: Counting) -> None:
    path = written(tmp_path / "in.csv")
    work.left = 4
    run("mask", path, "--resume", "--batch", BATCH)
    (journal,) = tmp_path.glob(".masking*.journal")
    journal.write_bytes(journal.read_bytes()[:-9])

    work.left = -1
    assert run("mask", path, "--resume", "--batch", BATCH).exit_code == 0

    assert sum(work.done) == ROWS + int(BATCH)
    assert len((tmp_path / "in.masked.csv").read_text().splitlines()) == ROWS + 1


@pytest.mark.parametrize("other", [("--profile", "courier"), ("--unmapped", "pass")], ids=lambda words: words[0])
def test_the_journal_of_another_run_is_not_used(tmp_path: Path, work: Counting, other: tuple[str, str]) -> None:
    path = written(tmp_path / "in.csv")
    work.left = 4
    run("mask", path, "--resume", "--batch", BATCH)
    work.left = -1
    work.done.clear()

    assert run("mask", path, "--resume", "--batch", BATCH, *other).exit_code == 0
    assert sum(work.done) == ROWS


def test_a_changed_input_is_masked_from_its_beginning(tmp_path: Path, work: Counting) -> None:
    path = written(tmp_path / "in.csv")
    work.left = 4
    run("mask", path, "--resume", "--batch", BATCH)
    path.write_text(path.read_text().replace("张三", "李四"))
    work.left = -1

    assert run("mask", path, "--resume", "--batch", BATCH).exit_code == 0
    assert (tmp_path / "in.masked.csv").read_text().count("李*") == ROWS


def test_a_refusal_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("收件人,备用\n" + "王五,13812345678\n" * 1_200)

    assert run("mask", path, "--resume").exit_code == 2
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("words", [("mask", "-", "--format", "csv"), ("mask", "in.csv", "--output", "-")])
def test_only_files_can_be_resumed(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = written(tmp_path / "in.csv")

    done = run(*(str(path) if word == "in.csv" else word for word in words), "--resume", stdin=path.read_bytes())

    assert done.exit_code == 2
    assert "--resume needs files" in done.stderr


@pytest.mark.server
def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "in.csv")
    path.write_text(line(*HEADERS) + "".join(line(*row.values()) for row in rows(3_000)))
    assert run("mask", path, "--output", tmp_path / "whole.csv").exit_code == 0
    words = ("mask", str(path), "--resume", "--batch", "100")

    process = Program("masking_service", *words, environment=environment(), output=tmp_path / "said")
    while not any(each.stat().st_size > 100_000 for each in tmp_path.glob(".masking*.journal")):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    (journal,) = tmp_path.glob(".masking*.journal")
    known = len(journal.read_bytes().splitlines()) - 2
    again = run("mask", path, "--resume", "--batch", "100")

    assert known > 0
    assert again.exit_code == 0
    assert (tmp_path / "in.masked.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not [*tmp_path.glob(".masking*")]
