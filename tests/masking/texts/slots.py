"""Which names and numbers of the scenarios are slots of an outline, as `slots.tsv` lists it.

`python -m tests.masking.texts.slots` writes the list again. What is a slot decides what is read anew, and no mask.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from masking_service.masking.texts.slots import MARKS, slot_finder
from tests.masking.scenarios import scenarios

FILE: Final = Path(__file__).with_name("slots.tsv")


def told() -> Iterator[str]:
    """Yield the characters of names that are slots, and each scenario that has slots, with brackets around them."""
    finder = slot_finder(frozenset())
    yield from ("".join(sorted(its)) for its in (finder.families, finder.given))
    for text, _ in scenarios("names_in_text"):
        written, slots = finder.written(text)
        if slots:
            left = iter(slots)
            shown = (f"[{next(left)}]" if char in MARKS.values() else char for char in written)
            yield "".join(shown).replace("\n", "\\n")


def main() -> None:
    FILE.write_text("\n".join([*told(), ""]), "utf-8")


if __name__ == "__main__":
    main()
