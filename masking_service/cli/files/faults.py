"""Why a file was not written, in words that name a line and a column and never repeat what stands there."""

import click


class NotDone(click.ClickException):
    """Nothing was written: bad input, a bad option, or a store that does not answer. Exits with 2."""

    exit_code = 2


class InputError(NotDone):
    """The input cannot be read beyond this place.

    Args:
        what: what is wrong, and what mends it.
        line: counted from 1.
        column: counted from 1: a CSV's column, or a text's character.
    """

    def __init__(self, what: str, line: int, column: int | None = None) -> None:
        where = f"line {line:,}" if column is None else f"line {line:,}, column {column:,}"
        super().__init__(f"{where}: {what}")
