"""The queue of a desk with more cases than the service looks at for one page."""

from __future__ import annotations

import re

import pytest

from masking_console import service
from masking_console.service import Json, Person
from masking_service.service.cases.state import Cases
from tests.console.conftest import Work
from tests.web.api import NUMBER

PENDING = "D-5"


@pytest.fixture
def long(work: Work, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Six cases, of which the last one waits, and of which one page looks at two."""
    for name in ("READ_AT_ONCE", "MAX_READ"):
        monkeypatch.setitem(Cases.listed.__globals__, name, 2)
    for at in range(6):
        purpose = "regulator" if at == 5 else "dispute"
        work.api.open_case(f"D-{at}", NUMBER, purpose=purpose, expires_in=3_600 + at)
    return work


class Pages:
    """Answers with three pages of cases, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self.pages: list[Json] = [
            {"cases": [1], "next": "a", "counts": 7},
            {"cases": [2, 3], "next": "b"},
            {"cases": [4]},
        ]

    def ask(self, method: str, path: str, credentials: tuple[str, str], language: str, *, params: Json) -> Json:
        self.asked.append(params)
        return self.pages[len(self.asked) - 1]


@pytest.mark.parametrize(
    ("at_least", "expected", "asked"),
    [
        (1, {"cases": [1], "next": "a", "counts": 7}, 1),
        (3, {"cases": [1, 2, 3], "next": "b", "counts": 7}, 2),
        (9, {"cases": [1, 2, 3, 4], "next": None, "counts": 7}, 3),
    ],
)
def test_pages_are_asked_for_until_there_are_so_many_cases_and_the_last_one_leads_on(
    at_least: int, expected: Json, asked: int
) -> None:
    pages = Pages()

    found = Person(pages, "access").cases(at_least, status="pending", counts="yes")  # type: ignore[arg-type]

    assert found == expected
    assert (
        pages.asked
        == [
            {"status": "pending", "counts": "yes"},
            {"status": "pending", "after": "a"},
            {"status": "pending", "after": "b"},
        ][:asked]
    )


def test_approvals_show_those_of_all_pages(long: Work) -> None:
    long.api.open_case("D-6", NUMBER, purpose="regulator", expires_in=60)

    assert sorted(shown(long.browser("supervisor").get("/approvals").text)) == [PENDING, "D-6"]


def shown(page: str) -> list[str]:
    return re.findall(r'data-row="([^"]+)"', page)


@pytest.mark.parametrize("path", ["/cases?status=pending", "/approvals"])
def test_what_waits_is_found_behind_any_number_of_others(long: Work, path: str) -> None:
    assert shown(long.browser("supervisor").get(path).text) == [PENDING]


def test_a_queue_that_is_not_searched_to_its_end_leads_on(long: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_PAGES", 2)
    browser = long.browser("supervisor")
    first = browser.get("/cases?status=pending").text
    (address,) = re.findall(r'href="(/cases[^"]*after=[^"]*)"', first)

    assert (shown(first), "No case found yet" in first) == ([], True)
    assert shown(browser.get(address.replace("&amp;", "&")).text) == [PENDING]
