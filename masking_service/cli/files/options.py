"""The options that `mask` and `tokenize` share, and the parts of a run that follow from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from masking_service.cli.files.documents import Array, Lines
from masking_service.cli.files.faults import NotDone
from masking_service.cli.files.sources import ENCODINGS, STANDARD, Source
from masking_service.cli.files.table import Table
from masking_service.cli.options import state_dir
from masking_service.domain.profiles import Profile
from masking_service.domain.schema import Schema

FORMATS: Final = {".csv": "csv", ".tsv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
"""A file's suffix to its format."""

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
    batch: int
    state_dir: Path


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options; it gets them as one `Options`, and its own beside."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        own = {name: given.pop(name) for name in list(given) if name not in Options.__dataclass_fields__}
        return command(Options(**given), **own)

    called: Callable[..., Any] = with_options
    options = (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True)),
        click.option(
            "--output", type=click.Path(dir_okay=False, allow_dash=True), help="Where to; - is standard output."
        ),
        click.option("--force", is_flag=True, help="Replace the output if it is there."),
        click.option("--format", type=click.Choice(sorted({*FORMATS.values()})), help="By the suffix, if not given."),
        click.option("--schema", default="standard", show_default=True, help="Where values stand in a record."),
        click.option("--profile", default="label", show_default=True, help="What still shows."),
        click.option("--encoding", type=click.Choice(ENCODINGS), help="Of the input; found if not given."),
        click.option("--delimiter", callback=_delimiter, help="Of a CSV, one character or 'tab'; found if not given."),
        click.option("--excel", is_flag=True, help="Write CSV as UTF-8 with a byte order mark."),
        click.option("--map", multiple=True, callback=_told, metavar="HEADER=PATH", help=_MAP),
        click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 1000), help="Records at once."),
        state_dir,
    )
    for option in reversed(options):
        called = option(called)
    return called


_MAP: Final = (
    "Where a CSV's column stands in the record, or kind:KIND to mask it without a place, or 'unmapped' to leave it; "
    "may be repeated."
)


def format_of(options: Options) -> str:
    """The format that is given, or that the file's suffix says."""
    suffix = Path(options.file).suffix.lower()
    found = options.format or FORMATS.get(suffix)
    if found is None:
        what = "standard input has no suffix" if options.file == STANDARD else "the suffix says no format"
        raise click.UsageError(f"{what}: give --format")
    if found != "csv" and (options.map or options.delimiter or options.excel):
        raise click.UsageError("--map, --delimiter and --excel are for CSV")
    return found


def shape_of(
    options: Options, form: str, source: Source, schema: Schema, profile: Profile, *, tokenize: bool
) -> Table | Array | Lines:
    """The reader and writer of the format."""
    if form == "csv":
        delimiter = options.delimiter or ("\t" if Path(options.file).suffix.lower() == ".tsv" else None)
        return Table(
            source,
            delimiter=delimiter,
            schema=schema,
            profile=profile,
            told=options.map,
            tokenize=tokenize,
            excel=options.excel,
        )
    return Array(source, tokenize=tokenize) if form == "json" else Lines(source, tokenize=tokenize)


def named(known: Mapping[str, Any], name: str, what: str) -> Any:
    """The schema or profile of that name."""
    if name not in known:
        raise NotDone(f"there is no {what} of that name. There is: {', '.join(sorted(known))}")
    return known[name]


def _delimiter(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    value = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if len(value) != 1 or value in _NO_DELIMITERS or value.isalnum():
        raise click.BadParameter("must be one character, neither a letter nor a digit, or 'tab'")
    return value


def _told(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    told: dict[str, str] = {}
    for value in values:
        header, equals, path = value.rpartition("=")
        if not equals or not header or not path or header in told:
            raise click.BadParameter("must be HEADER=PATH, each header once")
        told[header] = path
    return told
