"""Says of each failed record what is wrong and what to do."""

from typing import Final

from masking_files.entries import Result
from masking_service.cli.language import language
from masking_service.http.problems import with_rules
from masking_service.http.rule_texts import FITTING, ITEMS, LOOK_PERSONAL
from masking_service.http.texts import Text

_OF_FILES: Final[dict[str, Text]] = {
    "invalid-json": Text(
        "This is not a complete JSON value. Correct it, or export the file again.",
        "此处不是完整的 JSON。请更正，或重新导出文件。",
    ),
    "wrong-cell-count": Text(
        "The row has more or fewer cells than there are headers. Give every column a header, and put cells that hold "
        "the delimiter in quotes.",
        "该行的单元格数与列名数不一致。请为每一列加上列名；单元格内含有分隔符时请加引号。",
    ),
    "rounded-number": Text(
        "The spreadsheet has rounded this waybill number. Format the column as text at its source and export again.",
        "电子表格已对该运单号取整。请在源文件中将该列设为文本格式后重新导出。",
    ),
}
"""The codes that only files have."""

_OF_RECORDS: Final[dict[str, Text]] = {
    "conflict": Text(
        "Other values are stored under this waybill number. If the new ones are right, use --on-conflict revise.",
        "该运单号下已存有不同的数据。如新数据正确，请加上 --on-conflict revise 重新执行。",
    ),
    "nothing-mapped": Text(
        "The record has no value that the schema maps. Name its schema with --schema.",
        "该记录中没有数据格式所映射的数据。请用 --schema 指定该记录的数据格式。",
    ),
    "too-large": Text(
        "The record or its batch takes too much work. Repeat with a smaller --batch, or split the record.",
        "该记录或其所在批次的处理量过大。请减小 --batch 后重新执行，或拆分该记录。",
    ),
}
"""The codes whose sentence names an option of the command, not a member of a request."""


def explained(error: Result) -> Result:
    """The error with its `detail`: a sentence, the rule of each place, what would fit and what looks personal."""
    text = sentence(error["code"])
    if text is None:
        return error
    places = [(fault["pointer"], fault["code"]) for fault in error.get("errors", ())]
    detail = with_rules(text, places, language())
    if "members" in error:
        detail += " " + LOOK_PERSONAL.in_language(language()).format(", ".join(error["members"]))
    if "schemas" in error:
        detail += " " + FITTING.in_language(language()).format(", ".join(error["schemas"]))
    return error | {"detail": detail}


def sentence(code: str) -> Text | None:
    """What is wrong with a record that failed with this code, and what to do."""
    return _OF_FILES.get(code) or _OF_RECORDS.get(code) or ITEMS.get(code)
