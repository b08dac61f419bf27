"""Writes docs/found.md: what is found of each kind, what is not, and what stays. `make found-page` runs it.

Everything on the page comes from the tables of the code, and every example is run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from masking_service import mask
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.members.name_words import name_words
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import written
from masking_service.masking.schemas import load_schemas
from masking_service.shipped import ROOT, shipped

PAGE: Final = ROOT / "docs" / "found.md"
EXAMPLES: Final[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("found.yaml").read_text("utf-8"))
UNMAPPED: Final = "unmapped"
_LABEL: Final = Profile.parse("label", yaml.safe_load(shipped("policy.yaml").read_text("utf-8"))["profiles"]["label"])
_HEADINGS: Final = {"found": "Found", "missed": "Not found", "stays": "Stays"}


def shown(kind: str, value: str) -> str:
    """What a label shows of a value of this kind, or of a text that nothing maps."""
    if kind == UNMAPPED:
        record = mask([{"remark": "x", "extra": value}])[0].record
        assert record is not None
        return str(record["extra"])
    masked = Masks(_LABEL).masker(kind)
    return value if masked is None else masked(value)


def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# What is found, what is not, what stays",
        "",
        "This page is made from the tables of the code (`make found-page`) and checked by a test. The",
        "examples are returned as a label shows them. [Schemas](schemas.md) says how a schema is written.",
    )
    for kind, table in EXAMPLES.items():
        yield from ("", f"## {'Unmapped members and texts' if kind == UNMAPPED else f'`{kind}`'}", "", table["says"])
        if kind in name_words().kinds:
            words = sorted(name_words().kinds[kind])
            yield from (
                "",
                f"{len(words)} words at the end of a member's name announce this kind, such as {_words(words)}.",
            )
        if any(heading in table for heading in _HEADINGS):
            yield from ("", "| | sent | returned |", "|---|---|---|")
        for key, heading in _HEADINGS.items():
            for value in table.get(key, ()):
                yield f"| {heading} | {_cell(value)} | {_cell(shown(kind, value))} |"
    yield from ("", "## Schemas", "", "Of each schema, the paths by kind. Everything else in a record is unmapped.")
    for schema in load_schemas().values():
        yield from ("", f"### `{schema.name}`", "", f"{schema.source}.", "", "| kind | paths |", "|---|---|")
        for kind in KINDS:
            if paths := [written(steps) for steps, its in schema.fields if its == kind]:
                yield f"| `{kind}` | `{', '.join(paths)}` |"
        yield f"| waybill number, which stays | `{', '.join(map(written, schema.waybill_paths))}` |"
        if schema.country_paths:
            yield f"| recipient's country | `{', '.join(map(written, schema.country_paths))}` |"
        if schema.keep:
            yield f"| kept under `hide` | `{', '.join(map(written, sorted(schema.keep)))}` |"


def _words(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words[:: max(1, len(words) // 12)])


def _cell(value: str) -> str:
    return f"`{value}`".replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
