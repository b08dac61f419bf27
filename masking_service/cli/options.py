"""What commands have in common: the option for the state directory, the types of values, and columns."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from masking_service.service.people.principals import DEFAULT_TENANT, tenant_name

Value = TypeVar("Value")

GIVEN_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
FILE: Final = click.Path(path_type=Path, dir_okay=False)
GIVEN_FOLDER: Final = click.Path(path_type=Path, file_okay=False, exists=True)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
"""`FILE` and `FOLDER` may be missing."""

state_dir = click.option(
    "--state-dir",
    type=FOLDER,
    default=Path(".local"),
    envvar="MASKING_STATE_DIR",
    show_default=True,
    help="Where keys, snapshots and the embedded store are.",
)


class Checked(click.ParamType[Value]):
    """The type of what a function makes of a given text.

    Args:
        name: what the help calls it.
        read: raises ValueError with what is said of a text that it refuses.
    """

    def __init__(self, name: str, read: Callable[[Any], Value]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        """Return what it makes of the text."""
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_NAME: Final = Checked("name", tenant_name)


def _new_file(text: Any) -> Path:
    """Return the path of a file to write; raise ValueError where its folder is missing or takes no files."""
    path = Path(text)
    if path.is_dir():
        raise ValueError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is no folder")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"{path.parent} takes no new files")
    return path


NEW_FILE: Final = Checked("file", _new_file)
"""A file to write, for commands that must not fail after they have done their work."""


def tenant_option(text: str) -> Callable[[Any], Any]:
    """Return the option `--tenant`, with its help text; a value that cannot be a tenant's name is refused."""
    return click.option("--tenant", type=_NAME, default=DEFAULT_TENANT, show_default=True, help=text)


def echo_columns(rows: Sequence[Sequence[str]]) -> None:
    """Print a line for each row, with two spaces between its aligned cells."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
