"""`mask FILE` and `tokenize FILE`: read a file of records and write one like it, whole or not at all.

Exit codes: 0 all well, 1 some records failed, 2 nothing done, 130 interrupted.
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import click
import msgspec
from rich.console import Console

from keys.files import read_secret_file
from masking_files.destination import destination_of, discarded, written
from masking_files.journal import resumed
from masking_files.options import Options, format_of, named, opened, shape_of, shared
from masking_files.passing import Work, pass_through
from masking_files.sources import STANDARD
from masking_files.table import Table
from masking_files.texts import CHECKED, NEEDS_API_KEY, NO_RESUME, WRITTEN
from masking_files.work import Tokenizing, masking
from masking_service import __version__
from masking_service.cli.options import FILE, GIVEN_FILE
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import CREDENTIALS
from masking_service.runtime.wiring import assemble
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import site_codes
from masking_service.service.waybills.tokenize import CustodyAtStart, TokenizeRequest
from masking_service.texts import say

PRINTER: Final = "label-printer"


@click.command()
@shared
@click.option("--check", is_flag=True, help="Report what would be done, and write nothing.")
@click.option(
    "--pseudonym",
    "permit",
    type=GIVEN_FILE,
    help="The file of a permit: values of its kinds get pseudonyms in place of masks.",
)
def mask(options: Options, check: bool, permit: Path | None) -> None:
    """Mask the records of a file.

    It is CSV, Excel, Parquet, Arrow, JSON or NDJSON; FILE is - for standard input.

    The command needs no store, and no key except that of a permit. The output holds one line for each record, in order.
    The input is never changed. A table is refused if a column looks personal and is not mapped.
    """
    settings = Settings.read({**os.environ, "MASKING_STATE_DIR": str(options.state_dir)}, development=False)
    known = load_schemas(settings.schemas)
    schema = named(known, options.schema, "schema")
    profile = named(Policy.load(settings.policy, development=False).rules.profiles, options.profile, "profile")

    work = partial(masking, known=known.values(), permit=permit)
    key = sha256(permit.read_bytes()).hexdigest() if permit else ""
    _run(options, schema, profile, work, act="check" if check else "mask", key=key)


@click.command()
@shared
@click.option(
    "--replace",
    type=click.Choice(["mask", "token"]),
    default="mask",
    show_default=True,
    help="What replaces a value: its mask or its token.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["reject", "revise"]),
    default="reject",
    show_default=True,
    help="If other values are stored for a number: fail the record, or store a new revision.",
)
@click.option("--custody-site", callback=lambda _c, _p, site: _site(site), help="The site that holds the parcels now.")
@click.option("--key-file", type=FILE, help="The file with the API key.")
def tokenize(
    options: Options,
    replace: Literal["mask", "token"],
    on_conflict: Literal["reject", "revise"],
    custody_site: str | None,
    key_file: Path | None,
) -> None:
    """Tokenize the records of a file, and store their values.

    FILE is CSV, Excel, Parquet, Arrow, JSON or NDJSON, and - for standard input. The API key is in --key-file or
    MASKING_API_KEY; in a development set-up it is the label printer's. The same file again gives the same tokens.
    """
    format_of(options)  # before the store is asked
    settings = settings_of(options.state_dir)
    credential = _credential(settings, key_file)
    schema = named(load_schemas(settings.schemas), options.schema, "schema")
    parts = assemble(settings)
    profile = named(parts.acting.policy.rules.profiles, options.profile, "profile")
    work = Tokenizing(
        parts,
        credential,
        TokenizeRequest(
            [],
            options.schema,
            options.profile,
            replace,
            on_conflict,
            CustodyAtStart(custody_site) if custody_site else None,
        ),
    )
    try:
        _run(options, schema, profile, work.using, act="tokenize")
    finally:
        parts.store.close()


def _run(
    options: Options,
    schema: Schema,
    profile: Profile,
    work: Callable[[Schema, Profile], Work],
    *,
    act: Literal["mask", "check", "tokenize"],
    key: str = "",
) -> None:
    """Run a command; `key` tells apart the permits of two runs."""
    form = format_of(options)
    tokenize = act == "tokenize"
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    output = destination_of(options.file, options.output, "tokenized" if tokenize else "masked")
    with opened(options, form) as source:
        shape = shape_of(options, form, source, schema, profile, tokenize=tokenize)
        if isinstance(shape, Table):
            schema, profile = shape.schema, shape.profile
        with (
            _resuming(options, output, repr((act, schema, profile, key)), work(schema, profile)) as (doing, draft),
            discarded() if act == "check" else written(output, options.file, force=options.force, draft=draft) as write,
        ):
            summary = pass_through(shape, doing, write, options.batch, console)
    summary.show(console, say(CHECKED) if act == "check" else say(WRITTEN, output=output), shape)
    if summary.failed:
        sys.exit(1)


def _resuming(options: Options, output: str, done: str, work: Work) -> AbstractContextManager[tuple[Work, Path | None]]:
    """Return the resumed work and the draft of its output, if that has a fixed name."""
    if not options.resume:
        return nullcontext((work, None))
    if STANDARD in (options.file, output):
        raise click.UsageError(say(NO_RESUME))
    status = Path(options.file).stat()
    run = repr((__version__, done, status.st_size, status.st_mtime_ns, replace(options, force=False)))
    return resumed(output, run.encode(), work)


def _credential(settings: Settings, key_file: Path | None) -> str:
    if key_file is not None:
        return read_secret_file(key_file).decode("ascii", "replace").strip()
    given = os.environ.get("MASKING_API_KEY", "")
    if given:
        return given
    held = settings.state_dir / CREDENTIALS
    if settings.development and held.exists():
        credentials: dict[str, str] = msgspec.json.decode(read_secret_file(held))
        return credentials.get(PRINTER, "")
    raise click.UsageError(say(NEEDS_API_KEY))


def _site(site: str | None) -> str | None:
    if site is not None:
        try:
            site_codes([site])
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from None
    return site
