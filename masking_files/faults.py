"""Errors of files: they name places, never values."""

import click

from masking_files.texts import AT, AT_COLUMN
from masking_service.texts import say


class NotDone(click.ClickException):
    """Nothing was written: bad input, a bad option, or a store that does not answer. Exits with 2."""

    exit_code = 2


class RefusedTable(NotDone):
    """A column looks personal and is not mapped, or nothing is: the same command would say the same."""


class InputError(NotDone):
    """The input cannot be read beyond this place.

    Args:
        what: what is wrong, and how to fix it.
        line: counted from 1.
        column: counted from 1: a CSV's column, or a text's character.
    """

    def __init__(self, what: str, line: int, column: int | None = None) -> None:
        super().__init__(say(AT if column is None else AT_COLUMN, line=line, column=column, what=what))
