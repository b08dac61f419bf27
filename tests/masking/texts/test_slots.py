"""Which names and numbers of texts are slots, whole, as it is listed in `slots.tsv`."""

from tests.masking.texts.slots import FILE, told


def test_slots_are_as_listed() -> None:
    listed = FILE.read_text("utf-8").split("\n")[:-1]
    new = [*told()]

    assert len(new) == len(listed), "`python -m tests.masking.texts.slots` writes the list again"
    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []
