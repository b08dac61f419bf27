"""What each reader finds in the scenarios, whole, as it is listed in `readings/`."""

import pytest

from tests.masking.readings import FILES, FOLDER, told


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_readers_find_what_is_listed(file: str) -> None:
    listed = (FOLDER / f"{file}.txt").read_text("utf-8").split("\n")[:-1]
    new = [*told(file)]

    assert len(new) == len(listed), "`python -m tests.masking.readings` writes the list again"
    assert [f"{was} => {now}" for was, now in zip(listed, new, strict=True) if was != now] == []
