"""How values of a record are found in its other texts, whole, as it is listed in `finding.tsv`."""

from tests.masking.records.finding import FILE, told


def test_names_and_phones_are_found_as_listed() -> None:
    listed = FILE.read_text("utf-8").split("\n")[:-1]
    new = [*told()]

    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []
