"""The sums for outsiders are of one day, whole: what does not fit into a page is in the next one, and it says so."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from masking_console.screens import audit, sums
from tests.console.conftest import Work
from tests.web.api import NUMBER, PHONE, record

OPENED = re.compile(r"values opened</th><td[^>]*>(\d+)")
NEXT = re.compile(r'href="(/sums\?day=[0-9-]+&amp;after=[^"]+)"')
TIMES = 5
TODAY = date(2026, 6, 15)


@pytest.fixture
def overseer(work: Work) -> FlaskClient:
    """The browser of an outsider, after some openings."""
    work.api.tokenize(record())
    work.api.open_case("D-1", NUMBER)
    for _ in range(TIMES):
        work.api.opened(PHONE)
    return work.browser("overseer")


def shown(overseer: FlaskClient, path: str) -> tuple[int, str]:
    """How many openings a page shows, and the page."""
    page = overseer.get(path).text
    return sum(map(int, OPENED.findall(page))), page


def test_a_day_is_summed_whole_however_many_answers_that_takes(
    overseer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.service.oversight.auditing.MAX_SUMMED", 2)

    opened, page = shown(overseer, "/sums")

    assert (opened, "All entries of this day." in page, NEXT.search(page)) == (TIMES, True, None)


def test_a_day_that_takes_too_long_is_told_in_parts_that_are_named(
    overseer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.service.oversight.auditing.MAX_SUMMED", 2)
    monkeypatch.setattr(audit, "SUM_SECONDS", 0)

    opened, page = shown(overseer, "/sums")
    assert "The first part of the entries of this day." in page
    assert 0 <= opened < TIMES
    while found := NEXT.search(page):
        more, page = shown(overseer, found[1].replace("&amp;", "&"))
        assert "A later part of the entries of this day." in page
        opened += more

    assert opened == TIMES


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2000-01-01", date(2000, 1, 1)),
        ("1999-12-31", TODAY),
        ("2026-06-14", date(2026, 6, 14)),
        ("2026-06-15", TODAY),
        ("2026-06-16", TODAY),
        ("15.6.2026", TODAY),
        ("", TODAY),
    ],
)
def test_a_day_that_is_none_or_not_yet_begun_is_today(
    work: Work, monkeypatch: pytest.MonkeyPatch, asked: str, found: date
) -> None:
    """Today is the day in China, where the 15th begins at 16:00 of the 14th."""
    monkeypatch.setattr(sums, "datetime", _Now)
    monkeypatch.setattr(sums, "to_user_timezone", lambda moment: moment + timedelta(hours=8))

    with work.app.test_request_context(f"/sums?day={asked}"):
        assert sums._asked() == found


class _Now:
    @staticmethod
    def now(_: object) -> datetime:
        return datetime(2026, 6, 14, 16, 0, tzinfo=UTC)
