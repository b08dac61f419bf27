"""The page that says what is found is the one that the code makes, and its examples are true."""

from masking_service.masking.kinds.table import KINDS
from tests.docs.found import EXAMPLES, PAGE, UNMAPPED, page, shown
from tests.every import every

CASES = {
    f"{kind} {key}: {value}": (kind, key, value)
    for kind, table in EXAMPLES.items()
    for key in ("found", "missed", "stays")
    for value in table.get(key, ())
}


def test_the_page_is_the_one_that_the_code_makes() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make found-page`"


def test_every_kind_is_on_the_page() -> None:
    assert set(EXAMPLES) == {*KINDS, UNMAPPED}


@every("case", CASES)
def test_an_example_is_what_the_page_says(case: str) -> None:
    kind, key, value = CASES[case]

    assert (shown(kind, value) != value) == (key == "found")
