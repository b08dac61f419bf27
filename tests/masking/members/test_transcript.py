"""What names of members say, whole, as it is listed in `meanings.tsv`."""

from tests.masking.members.meanings import FILE, told


def test_names_say_in_each_context_what_is_listed() -> None:
    listed = FILE.read_text("utf-8").split("\n")[:-1]
    new = [*told()]

    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []
