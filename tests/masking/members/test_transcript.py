"""What names of members say, and which values are codes, whole, as it is listed."""

from tests.masking.members import codes, meanings


def test_names_say_in_each_context_what_is_listed() -> None:
    listed = meanings.FILE.read_text("utf-8").split("\n")[:-1]
    new = [*meanings.told()]

    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []


def test_values_are_codes_of_the_kinds_that_are_listed() -> None:
    listed = codes.FILE.read_text("utf-8").split("\n")[:-1]
    new = [*codes.told()]

    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []
