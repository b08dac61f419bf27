"""What masks show of thousands of texts, whole, as it is listed in `variations/`, and what each reader finds."""

import pytest

from tests.masking import distances, readings
from tests.masking.variations import (
    NAMES,
    PARTS,
    listed,
    listed_as_rare,
    listed_with_names,
    mask_rare,
    told,
    told_of_names,
    variations_of,
)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", NAMES)
def test_masks_of_other_texts_are_as_listed(name: str, part: int) -> None:
    texts, new, old = [*variations_of(name, part)], [*told(name, part)], listed(name, part)

    assert len(new) == len(old), "`python -m tests.masking.variations` writes the list again"
    changed = [f"{text!r}: {was} => {now}" for text, was, now in zip(texts, old, new, strict=True) if was != now]
    assert changed == [], "`python -m tests.masking.variations` writes the list again, and no mask may show more"


def test_masks_of_texts_that_reach_rare_code_are_as_listed() -> None:
    texts = listed_as_rare()
    new = [mask_rare(kind, text) for kind, text, _ in texts]

    changed = [
        f"{kind} {text!r}: {was} => {now}" for (kind, text, was), now in zip(texts, new, strict=True) if was != now
    ]
    assert changed == [], "`python -m tests.masking.variations` writes the list again, and no mask may show more"


@pytest.mark.slow
def test_texts_with_another_name_show_what_is_listed() -> None:
    old, new = listed_with_names(), [*told_of_names()]

    assert len(new) == len(old), "`python -m tests.masking.variations` writes the list again"
    assert [f"{was} => {now}" for was, now in zip(old, new, strict=True) if was != now] == [], "no mask may show more"


@pytest.mark.slow
def test_texts_with_more_between_their_parts_show_what_is_listed() -> None:
    old, new = distances.listed(), [*distances.told()]

    assert len(new) == len(old), "`python -m tests.masking.distances` writes the list again"
    assert [f"{was} => {now}" for was, now in zip(old, new, strict=True) if was != now] == [], "no mask may show more"


@pytest.mark.slow
@pytest.mark.parametrize("file", readings.FILES)
def test_readers_find_what_is_listed(file: str) -> None:
    listed = (readings.FOLDER / f"{file}.txt").read_text("utf-8").split("\n")[:-1]
    new = [*readings.told(file)]

    assert len(new) == len(listed), "`python -m tests.masking.readings` writes the list again"
    assert [f"{was} => {now}" for was, now in zip(listed, new, strict=True) if was != now] == []
