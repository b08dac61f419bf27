"""Runs of the two commands as a shell starts them, and files for them."""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from masking_service.cli import commands
from masking_service.shipped import ROOT
from tests import programs

HEADERS = ("运单号", "寄件人", "寄件人电话", "寄件地址", "收件人", "收件电话", "收件地址", "备注", "重量")
CELLS = (
    "SF1234567890",
    "张三",
    "13812345678",
    "华志路1685号3号楼2单元402室",
    "欧阳娜娜",
    "021-59791234-801",
    "一号楼二单元三零一",
    "放门卫",
    "1.50",
)
MASKED = (
    "SF1234567890",
    "张*",
    "*******5678",
    "华志路1685号3号楼*单元***室",
    "欧阳**",
    "021-******34-***",
    "一号楼*单元***",
    "放门卫",
    "1.50",
)
RECORD: dict[str, Any] = {
    "waybill_no": "SF1234567890",
    "sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"},
    "recipient": {"name": "欧阳娜娜", "phone": "021-59791234-801", "address": "一号楼二单元三零一"},
    "remark": "放门卫",
}
VALUES = ("张三", "13812345678", "402", "欧阳娜娜", "59791234", "三零一")


def line(*cells: str) -> str:
    return ",".join(cells) + "\n"


TABLE = line(*HEADERS) + line(*CELLS)


def row(number: str = CELLS[0], **change: str) -> str:
    """The usual line with another number; `at3="..."` changes the cell of column 3, counted from 0."""
    cells = [number, *CELLS[1:]]
    for name, cell in change.items():
        cells[int(name.removeprefix("at"))] = cell
    return line(*cells)


def run(*arguments: str | Path, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
    """A run in this process. Faults that `main` turns into words are in `exception`."""
    return CliRunner().invoke(commands, [*map(str, arguments)], input=stdin, env={"LC_ALL": "C.UTF-8", **(env or {})})


def masked(folder: Path, content: bytes | str, *options: str, name: str = "in.csv") -> Result:
    """A run of `mask` on a file of this content. The output is its standard output."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return run("mask", path, "--output", "-", *options)


def refused(folder: Path, content: bytes | str, *options: str, name: str = "in.csv") -> str:
    """What `mask` says of a file that it must refuse."""
    result = masked(folder, content, *options, name=name)
    assert result.exit_code == 2
    return result.stderr


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def ndjson(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def column(text: str, header: str) -> list[str]:
    """The cells under a header."""
    table: Sequence[Mapping[str, str]] = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    return [cells[header] for cells in table]


_MEASURED = """
import sys
from masking_service.cli import commands
for path in sys.argv[1:]:
    commands.main(["mask", path, "--output", path.replace(".", ".masked.")], standalone_mode=False)
    # Of this program alone: getrusage would also count the process that started it.
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peaks(*paths: Path) -> list[int]:
    """Mask files in one process, each into `NAME.masked.SUFFIX`; its peak of memory after each, in KiB."""
    return [int(said) for said in programs.output(sys.executable, "-c", _MEASURED, *paths, cwd=ROOT).split()]
