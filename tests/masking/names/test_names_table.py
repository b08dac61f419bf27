"""The table of modules in the docstring of `masking_service.masking.names`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.masking import names
from masking_service.masking.names import (
    arabic_names,
    bare_names,
    given_names_alone,
    latin_at_addresses,
    latin_names,
    names_beside_numbers,
    names_beside_words,
    names_between_words,
    names_by_script,
    names_in_frames,
    names_in_traces,
    names_of_clauses,
    names_of_neighbours,
    names_of_pasted_lines,
    names_on_own_lines,
    names_without_family,
    nicknames,
    pinyin_names,
)

Span = tuple[int, int]
DESCRIPTION = names.__doc__ or ""
EXAMPLES = dict(re.findall(r"^- `(\w+)`: .*\n  (.* → .*)$", DESCRIPTION, re.M))


def _of_line(text: str) -> Iterator[Span]:
    line = names_of_pasted_lines.read(text)
    yield from line.names if line else ()


def _bare(text: str) -> Iterator[Span]:
    if bare_names.bare_name(text) is not None:
        yield 0, len(text)


FINDERS = {
    "arabic_names": arabic_names.arabic_names,
    "bare_names": _bare,
    "given_names_alone": given_names_alone.find,
    "latin_at_addresses": latin_at_addresses.latin_names_beside_address,
    "latin_names": latin_names.latin_names,
    "names_on_own_lines": names_on_own_lines.names_above_addresses,
    "names_beside_numbers": names_beside_numbers.find,
    "names_beside_words": names_beside_words.find,
    "names_between_words": names_between_words.find,
    "names_by_script": names_by_script.names_by_script,
    "names_in_frames": names_in_frames.find,
    "names_in_traces": names_in_traces.find,
    "names_of_clauses": names_of_clauses.find,
    "names_of_neighbours": names_of_neighbours.names_of_neighbours,
    "names_of_pasted_lines": _of_line,
    "names_without_family": names_without_family.find,
    "nicknames": nicknames.find,
    "pinyin_names": pinyin_names.pinyin_names,
}


def test_every_module_is_named() -> None:
    modules = {file.stem for file in Path(names.__path__[0]).glob("*.py")} - {"__init__"}

    assert {module for module in modules if f"`{module}`" not in DESCRIPTION} == set()


def test_the_examples_are_those_of_the_finders() -> None:
    assert EXAMPLES.keys() == FINDERS.keys()


@pytest.mark.parametrize("module", sorted(FINDERS))
def test_a_module_finds_the_name_of_its_example(module: str) -> None:
    text, name = EXAMPLES[module].split(" → ")

    assert name in {text[start:end] for start, end in FINDERS[module](text)}
