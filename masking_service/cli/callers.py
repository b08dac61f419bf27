"""`callers`: the phone numbers from which people call."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click

from masking_service.cli.options import GIVEN_FILE, state_dir, tenant_option
from masking_service.masking.numbers.dialling import dialable
from masking_service.runtime.administration import opened_registry
from masking_service.runtime.set_up import settings_of
from masking_service.service.people.principals import principal_id

Row = TypeVar("Row")

COLUMNS: Final = ("principal", "phone")
MAX_NAMED: Final = 10
"""Faulty lines that are named; a file of the wrong kind has thousands."""


@click.group()
def callers() -> None:
    """Import the phone numbers of callers."""


@callers.command("import")
@click.argument("file", type=GIVEN_FILE)
@tenant_option("The tenant of the callers.")
@state_dir
def import_file(file: Path, tenant: str, state_dir: Path) -> None:
    """Read numbers from a CSV file, and keep them sealed.

    Its columns are principal and phone. A principal is client/ID or ALIAS/SUB. A number replaces an earlier one, and
    an empty phone removes it. If any line has a fault, nothing is changed.
    """
    numbers = read_numbers(file)
    with opened_registry(settings_of(state_dir), may_claim=True) as opened:
        opened.import_callers(tenant, numbers)
    removed = sum(number is None for number in numbers.values())
    click.echo(f"{len(numbers) - removed} on file, {removed} removed")


def read_numbers(file: Path) -> dict[str, str | None]:
    """Return the numbers of a file by principal, None where one is to be removed. Raises as `read_rows`."""
    numbers: dict[str, str | None] = {}

    def read(row: Mapping[str, str]) -> None:
        principal, number = caller_of(row)
        if principal in numbers:
            raise ValueError("a principal twice")
        numbers[principal] = number

    read_rows(file, COLUMNS, read)
    return numbers


def read_rows(file: Path, columns: Sequence[str], read: Callable[[Mapping[str, str]], Row]) -> list[Row]:
    """Return what `read` makes of each row of a CSV file.

    Args:
        columns: as the first line has to name them.
        read: raises ValueError, without the value, for a row at fault.

    Raises:
        click.ClickException: naming the lines at fault, and never what is in them.
    """
    found: list[Row] = []
    faults: list[str] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            if [name.strip() for name in rows.fieldnames or ()] != [*columns]:
                raise click.ClickException(f"the first line has to be: {','.join(columns)}")
            rows.fieldnames = columns
            for row in rows:
                try:
                    if None in row or None in row.values():
                        raise ValueError(f"has to have {len(columns)} columns")
                    found.append(read(row))
                except ValueError as error:
                    faults.append(f"line {rows.line_num}: {error}")
    except (UnicodeDecodeError, csv.Error):
        raise click.ClickException("is not CSV in UTF-8") from None
    if faults:
        more = [f"and {len(faults) - MAX_NAMED} more lines"] if len(faults) > MAX_NAMED else []
        raise click.ClickException("\n".join([*faults[:MAX_NAMED], *more]))
    return found


def caller_of(row: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the principal and the number of a row; None without one. Raises ValueError, without the value."""
    phone = row["phone"].strip()
    number = dialable(phone) if phone else None
    if phone and number is None:
        raise ValueError("a phone is a mobile number, or a landline with its area code")
    return principal_id(row["principal"].strip()), number
