"""The queue of a desk with more cases than the service looks at for one page."""

from __future__ import annotations

import re

import pytest

from masking_console import service
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
