"""The table of modules in the docstring of `masking_service.masking.addresses`."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from masking_service.masking import addresses
from masking_service.masking.addresses import (
    foreign,
    han_addresses,
    han_units_in_text,
    japanese_addresses,
    usual_addresses,
)
from masking_service.masking.addresses.foreign.address import hide_foreign_units
from masking_service.masking.addresses.rooms_alone import rooms_alone

DESCRIPTION = addresses.__doc__ or ""
EXAMPLES = dict(re.findall(r"^- `([\w.]+)`: .*\n  (.* → .*)$", DESCRIPTION, re.M))


def _by_words(text: str) -> str:
    return hide_foreign_units(text, places=False)


def _by_place(text: str) -> str:
    assert _by_words(text) == text
    return hide_foreign_units(text)


def _without_rooms_alone(text: str) -> str:
    for start, end in rooms_alone(text, text):
        text = text[:start] + "*" * (end - start) + text[end:]
    return text


MASKS = {
    "usual_addresses": usual_addresses.mask_usual,
    "han_addresses": han_addresses.hide_han_units,
    "japanese_addresses": japanese_addresses.hide_japanese_units,
    "foreign.address": _by_words,
    "foreign.places": _by_place,
    "han_units_in_text": han_units_in_text.hide_units_in_text,
    "rooms_alone": _without_rooms_alone,
}


@pytest.mark.parametrize("package", [addresses, foreign])
def test_every_module_is_named(package: ModuleType) -> None:
    modules = {file.stem for file in Path(package.__path__[0]).glob("*.py")} - {"__init__"}

    assert {module for module in modules if f"`{module}`" not in (package.__doc__ or "")} == set()


def test_each_example_has_its_mask_here() -> None:
    assert EXAMPLES.keys() == MASKS.keys()


@pytest.mark.parametrize("module", sorted(MASKS))
def test_a_module_masks_its_example(module: str) -> None:
    text, mask = EXAMPLES[module].split(" → ")

    assert MASKS[module](text) == mask


def test_what_is_left_to_other_addresses_is_not_usual() -> None:
    text, _ = EXAMPLES["han_addresses"].split(" → ")

    assert usual_addresses.mask_usual(text) is None
