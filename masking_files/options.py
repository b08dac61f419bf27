"""The options that `mask` and `tokenize` share, and the parts of a run that follow from them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from masking_files import texts
from masking_files.columnar import ColumnFile, ColumnSheet
from masking_files.csv_sheet import CsvSheet
from masking_files.documents import Array, Lines
from masking_files.excel.package import Workbook, opened_workbook
from masking_files.excel.sheet import ExcelSheet
from masking_files.faults import NotDone
from masking_files.sources import ENCODINGS, STANDARD, Source, opened_bytes
from masking_files.table import Sheet, Table
from masking_files.unmapped import MODES, Mode
from masking_service.cli.options import state_dir
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import Schema
from masking_service.texts import say

FORMATS: Final = {
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
}
"""A file's suffix to its format."""

Opened = Source | Workbook | ColumnFile
_TABLES: Final = frozenset({"csv", "xlsx", "parquet", "arrow"})
_OLD_EXCEL: Final = frozenset({".xls", ".xlsm", ".xlsb", ".et", ".ods"})
_Named = TypeVar("_Named", Schema, Profile)
_NO_DELIMITERS: Final = '"*\r\n'


@dataclass(frozen=True, slots=True)
class Options:
    """What the shared options say."""

    file: str
    output: str | None
    force: bool
    format: str | None
    schema: str
    profile: str
    encoding: str | None
    delimiter: str | None
    excel: bool
    map: Mapping[str, str]
    unmapped: Mode
    sheet: str | None
    batch: int
    resume: bool
    state_dir: Path


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options as one `Options`, and its own ones beside it."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        own = {name: given.pop(name) for name in list(given) if name not in Options.__dataclass_fields__}
        return command(Options(**given), **own)

    called: Callable[..., Any] = with_options
    options = (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True)),
        click.option(
            "--output",
            type=click.Path(dir_okay=False, allow_dash=True),
            help="The file to write; - for standard output.",
        ),
        click.option("--force", is_flag=True, help="Replace an output that exists."),
        click.option(
            "--format",
            type=click.Choice(sorted({*FORMATS.values()})),
            help="The format of the input. If not given, the suffix decides.",
        ),
        click.option("--schema", default="standard", show_default=True, help="The schema of the records."),
        click.option("--profile", default="label", show_default=True, help="The profile: it says what is shown."),
        click.option(
            "--encoding", type=click.Choice(ENCODINGS), help="The encoding of the input; detected if not given."
        ),
        click.option(
            "--delimiter",
            callback=_delimiter,
            help="The delimiter of a CSV, one character or 'tab'; detected if not given.",
        ),
        click.option("--sheet", help="The sheet to read, if an Excel file has several."),
        click.option("--excel", is_flag=True, help="Write CSV as UTF-8 with a byte order mark."),
        click.option("--map", multiple=True, callback=_mapped_headers, metavar="COLUMN=PATH", help=_MAP),
        click.option(
            "--unmapped",
            type=click.Choice(MODES),
            default=MODES[0],
            show_default=True,
            help="What to do with columns that look personal and are not mapped.",
        ),
        click.option(
            "--batch",
            default=500,
            show_default=True,
            type=click.IntRange(1, 1000),
            help="How many records are processed at once.",
        ),
        click.option(
            "--resume", is_flag=True, help="Keep finished batches, and continue after them if the command was killed."
        ),
        state_dir,
    )
    for option in reversed(options):
        called = option(called)
    return called


_MAP: Final = (
    "A table's column, by its header or number, and its path in the record, or kind:KIND to mask it without a path, "
    "or 'unmapped' to leave it; may be repeated."
)


def format_of(options: Options) -> str:
    """Return the format that is given, or that the file's suffix says; the output has it, too."""
    suffix = Path(options.file).suffix.lower()
    found = options.format or FORMATS.get(suffix)
    if found is None and suffix in _OLD_EXCEL:
        raise click.UsageError(say(texts.OLD_EXCEL, suffix=suffix))
    if found is None:
        raise click.UsageError(say(texts.NO_SUFFIX if options.file == STANDARD else texts.NO_FORMAT))
    if FORMATS.get(Path(options.output or "").suffix.lower(), found) != found:
        raise click.UsageError(say(texts.OTHER_SUFFIX, format=found))
    if found != "csv" and (options.delimiter or options.excel):
        raise click.UsageError(say(texts.FOR_CSV))
    if found != "xlsx" and options.sheet:
        raise click.UsageError(say(texts.FOR_EXCEL))
    if found not in _TABLES and (options.map or options.unmapped != MODES[0]):
        raise click.UsageError(say(texts.FOR_TABLES))
    return found


@contextmanager
def opened(options: Options, form: str) -> Iterator[Opened]:
    """The input, as its format is read."""
    if form in ("parquet", "arrow"):
        yield ColumnFile(options.file, form)
        return
    with opened_bytes(options.file) as (stream, total):
        if form == "xlsx":
            with opened_workbook(stream) as workbook:
                yield workbook
        else:
            yield Source(stream, options.encoding, total)


def shape_of(
    options: Options,
    form: str,
    source: Source | Workbook | ColumnFile,
    schema: Schema,
    profile: Profile,
    *,
    tokenize: bool,
) -> Table | Array | Lines:
    """The reader and writer of the format."""
    sheet: Sheet
    if isinstance(source, ColumnFile):
        sheet = ColumnSheet(source, schema=schema, told=options.map)
    elif isinstance(source, Workbook):
        sheet = ExcelSheet(source, sheet=options.sheet, schema=schema, told=options.map)
    elif form == "json":
        return Array(source, tokenize=tokenize)
    elif form == "ndjson":
        return Lines(source, tokenize=tokenize)
    else:
        delimiter = options.delimiter or ("\t" if Path(options.file).suffix.lower() == ".tsv" else None)
        sheet = CsvSheet(source, delimiter=delimiter, schema=schema, told=options.map, excel=options.excel)
    return Table(sheet, schema=schema, profile=profile, told=options.map, unmapped=options.unmapped, tokenize=tokenize)


def named(known: Mapping[str, _Named], name: str, what: str) -> _Named:
    """The schema or profile of that name."""
    if name not in known:
        raise NotDone(say(texts.NAMED, what=what, known=", ".join(sorted(known))))
    return known[name]


def _delimiter(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    value = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if len(value) != 1 or value in _NO_DELIMITERS or value.isalnum():
        raise click.BadParameter(say(texts.NO_DELIMITER))
    return value


def _mapped_headers(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    told: dict[str, str] = {}
    for value in values:
        header, equals, path = value.rpartition("=")
        if not equals or not header or not path or header in told:
            raise click.BadParameter(say(texts.NO_MAP))
        told[header] = path
    return told
