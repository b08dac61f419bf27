"""A document of tables, written as Markdown and CSV in English and Chinese."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TextIO

from masking_audit.packs.texts import TEXTS
from masking_service.audit.names import ACTIONS, KINDS, OUTCOMES, PURPOSES, ROLES
from masking_service.texts import Language, Text

BOM: Final = "\ufeff"
"""Without it, Excel does not read a CSV as UTF-8."""
_MARKDOWN: Final = str.maketrans({"|": "&#124;", "<": "&lt;", ">": "&gt;", "&": "&amp;", "`": "&#96;", "*": "&#42;"})
"""Ids come from outside: none of them may end a cell or become markup."""


class Rows(Protocol):
    """The rows of a table, which are read once for each document: a list, or what is kept elsewhere."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[object, ...]]: ...


@dataclass(frozen=True, slots=True)
class PackTable:
    """Rows under headers. Title and headers are names in `texts`."""

    title: str
    headers: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Document:
    """A title, paragraphs and tables. All words are names in `texts`; a paragraph has its values."""

    title: str
    paragraphs: Sequence[tuple[str, Mapping[str, object]]]
    tables: Sequence[PackTable]

    def markdown(self, language: Language) -> Iterator[str]:
        """Yield the document as Markdown, line by line: a table may have millions of rows."""
        yield f"# {say(self.title, language)}\n"
        for name, values in self.paragraphs:
            text = say(name, language).format(**{key: _cell(value) for key, value in values.items()})
            yield f"\n{text}\n"
        for table in self.tables:
            yield f"\n## {say(table.title, language)}\n\n"
            if len(table.rows):
                yield from _rows(table, language)
            else:
                yield f"{say('none', language)}\n"

    def write_csv(self, out: TextIO, language: Language) -> None:
        """Write all tables as CSV, each row after the title of its table."""
        out.write(BOM)
        writer = csv.writer(out)
        for table in self.tables:
            title = say(table.title, language)
            writer.writerow([title, *(say(header, language) for header in table.headers)])
            writer.writerows([title, *row] for row in _named(table, language))


STAFF: Final = frozenset({"principal", "by", "approved-by", "recipient", "courier"})
"""Headers of columns that name members of staff."""
_FREE_TEXT: Final = frozenset({"now"})
"""Tables whose values may."""


def without_staff(document: Document) -> Document:
    """Return the document with a number in the place of each member of staff, for outsiders."""
    numbers: dict[str, str] = {}

    def numbered(value: object) -> str:
        return " ".join(numbers.setdefault(each, f"person {len(numbers) + 1}") for each in str(value).split())

    def numbered_row(headers: tuple[str, ...], row: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(numbered(cell) if header in STAFF else cell for header, cell in zip(headers, row, strict=True))

    tables = [
        PackTable(table.title, table.headers, _ChangedRows(table.rows, partial(numbered_row, table.headers)))
        for table in document.tables
        if table.title not in _FREE_TEXT
    ]
    paragraphs = [
        (name, {key: numbered(value) if key in STAFF else value for key, value in values.items()})
        for name, values in document.paragraphs
    ]
    return Document(document.title, paragraphs, tables)


@dataclass(frozen=True, slots=True)
class _ChangedRows:
    """Rows, each as `change` makes it."""

    rows: Rows
    change: Callable[[tuple[object, ...]], tuple[object, ...]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return map(self.change, self.rows)


def say(name: str, language: Language) -> str:
    return TEXTS[name].in_language(language)


def _rows(table: PackTable, language: Language) -> Iterator[str]:
    for line in ([say(header, language) for header in table.headers], ["---"] * len(table.headers)):
        yield f"| {' | '.join(line)} |\n"
    for row in _named(table, language):
        yield f"| {' | '.join(map(_cell, row))} |\n"


def _named(table: PackTable, language: Language) -> Iterator[list[object]]:
    """Yield the rows of a table, with the names of codes."""
    for row in table.rows:
        yield [named(header, cell, language) for header, cell in zip(table.headers, row, strict=True)]


def _cell(value: object) -> str:
    text = str(value).translate(_MARKDOWN)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


_NEEDS: Final = {"case": Text("case"), "approval": Text("approval")}
_NOW: Final = {"frozen": Text("frozen"), "no": Text("no"), "API key": Text("API key"), "revoked": Text("revoked")}
_KEYS: Final = {
    "opens": Text("can be opened"),
    "shredded": Text("shredded"),
    "hold": Text("legal hold"),
    "permit": Text("permit for pseudonyms"),
}
NAMES: Final[Mapping[str, Mapping[str, Text]]] = {
    "role": ROLES,
    "purpose": PURPOSES | ACTIONS,
    "action": ACTIONS,
    "outcome": OUTCOMES,
    "kind": KINDS,
    "state": _KEYS,
    "day": _KEYS,
    "what": _NOW,
    "value": _NOW,
}
"""The codes of a column, by its header. A code without a name is from a custom policy."""
NAMES_OF_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "kinds": KINDS,
    "full": KINDS,
    "opens": PURPOSES | KINDS | _NEEDS,
}
"""The same where a cell lists several."""
_WORD: Final = re.compile(r"[a-z]+")


def named(header: str, cell: object, language: Language) -> object:
    """Return a cell with the names of its codes, in languages other than that of the codes."""
    if language == "en" or not isinstance(cell, str):
        return cell
    if header in NAMES_OF_WORDS:
        names = NAMES_OF_WORDS[header]
        return _WORD.sub(lambda word: _with_name(word[0], names, language), cell)
    return _with_name(cell, NAMES.get(header, {}), language)


def _with_name(code: str, names: Mapping[str, Text], language: Language) -> str:
    return f"{code}（{names[code].in_language(language)}）" if code in names else code
