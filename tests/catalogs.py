"""The catalogs of Chinese texts: `python -m tests.catalogs` takes new texts in, drops old ones, and compiles both."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
WIDTH = 120
MADE = datetime(2026, 11, 29, tzinfo=UTC)
"""Of each catalog, so that taking texts in changes no other line."""
MESSAGES = Path("translations", "zh", "LC_MESSAGES", "messages.po")


@dataclass(frozen=True)
class Translations:
    """One catalog: the programs whose texts it has, and the functions that mark them there."""

    programs: tuple[str, ...]
    marks: dict[str, tuple[int, ...] | None]
    """For each function which arguments are the text; None: the first."""

    @property
    def file(self) -> Path:
        return ROOT / self.programs[0] / MESSAGES

    def in_code(self) -> Catalog:
        """The texts in the code, untranslated."""
        found = Catalog(locale="zh")
        methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
        for program in self.programs:
            for _, _, text, _, _ in extract_from_dir(ROOT / program, methods, keywords=self.marks):
                found.add(text)
        return found

    def read(self) -> Catalog:
        with self.file.open("rb") as held:
            return read_po(held, locale="zh")

    def write(self, catalog: Catalog) -> None:
        catalog.header_comment = f"# Chinese texts of {', '.join(self.programs)}."
        catalog.project, catalog.creation_date, catalog.fuzzy = "waybill-masking", MADE, False
        with self.file.open("wb") as file:
            write_po(file, catalog, WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
        self.file.with_suffix(".mo").write_bytes(compiled(catalog))


SERVICE = Translations(("masking_service", "masking_audit", "masking_files"), {"Text": None})
DESK = Translations(("masking_console",), {"_": None, "later": None, "several": (1, 2), "ngettext": (1, 2)})
CATALOGS = (SERVICE, DESK)


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


if __name__ == "__main__":
    for each in CATALOGS:
        kept = each.read()
        kept.update(each.in_code(), no_fuzzy_matching=True)
        each.write(kept)
        for message in kept:
            if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string):
                print(f"{each.file.relative_to(ROOT)}: to be translated: {message.id}")
