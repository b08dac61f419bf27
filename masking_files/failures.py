"""Says of each failed record what is wrong and what to do."""

from typing import Final

from masking_files.entries import Result
from masking_service.cli.language import say
from masking_service.service.rule_texts import FITTING, ITEMS, LOOK_PERSONAL, with_rules
from masking_service.texts import Text, language_of_terminal

_OF_FILES: Final[dict[str, Text]] = {
    "invalid-json": Text("This is not a complete JSON value. Correct it, or export the file again."),
    "wrong-cell-count": Text(
        "The row has more or fewer cells than there are headers. Give every column a header, and put cells that hold "
        "the delimiter in quotes."
    ),
    "rounded-number": Text(
        "The spreadsheet has rounded this waybill number. Format the column as text at its source and export again."
    ),
}
"""The codes that only files have."""

_OF_RECORDS: Final[dict[str, Text]] = {
    "conflict": Text(
        "Other values are stored under this waybill number. If the new ones are right, use --on-conflict revise."
    ),
    "nothing-mapped": Text("The record has no value that the schema maps. Name its schema with --schema."),
    "too-large": Text(
        "The record or its batch takes too much work. Repeat with a smaller --batch, or split the record."
    ),
}
"""The codes whose sentence names an option of the command, not a member of a request."""


def explained(error: Result) -> Result:
    """The error with its `detail`: a sentence, the rule of each place, what would fit and what looks personal."""
    text = sentence(error["code"])
    if text is None:
        return error
    places = [(fault["pointer"], fault["code"]) for fault in error.get("errors", ())]
    detail = with_rules(text, places, language_of_terminal())
    if "members" in error:
        detail += " " + say(LOOK_PERSONAL, members=", ".join(error["members"]))
    if "schemas" in error:
        detail += " " + say(FITTING, schemas=", ".join(error["schemas"]))
    return error | {"detail": detail}


def sentence(code: str) -> Text | None:
    """What is wrong with a record that failed with this code, and what to do."""
    return _OF_FILES.get(code) or _OF_RECORDS.get(code) or ITEMS.get(code)
