"""The service and the desk speak Chinese: every text is translated, and the compiled catalogs are the current ones."""

from __future__ import annotations

from string import Formatter

import pytest

from tests.catalogs import CATALOGS, SERVICE, Translations, compiled

EACH = pytest.mark.parametrize("catalog", CATALOGS, ids=lambda catalog: catalog.programs[0])


@EACH
def test_every_text_is_translated_and_no_other(catalog: Translations) -> None:
    texts = {message.id for message in catalog.in_code() if message.id}
    held = {message.id: message.string for message in catalog.read() if message.id}

    assert texts - {text for text, words in held.items() if words and all(words)} == set()
    assert set(held) - texts == set()


@EACH
def test_the_compiled_catalog_is_the_current_one(catalog: Translations) -> None:
    assert catalog.file.with_suffix(".mo").read_bytes() == compiled(catalog.read())


def test_a_translation_has_the_places_of_its_text() -> None:
    """Else a sentence would lose a value, or not be said at all."""

    def places(text: object) -> list[str]:
        return sorted(field for _, field, _, _ in Formatter().parse(str(text)) if field)

    wrong = [message.id for message in SERVICE.read() if message.id and places(message.id) != places(message.string)]

    assert wrong == []
