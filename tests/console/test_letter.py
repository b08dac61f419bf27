"""The letter to the person concerned: what was shown, to which role, why and when, each row whole."""

from __future__ import annotations

import re
from html import unescape

from tests.callers import put_on_file
from tests.console.conftest import Work
from tests.web.api import NUMBER, SITE, field, record
from tests.web.people import COURIER, PRIVACY


def rows(page: str) -> list[list[str]]:
    """The cells of the table's rows, in which each time is a T."""
    found = re.findall(r"<tr>(.*?)</tr>", re.sub(r"<time[^>]*>[^<]*</time>", "T", page), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[unescape(re.sub(r"<[^>]*>", " ", cell)).strip() for cell in row] for row in cells if row]


def test_the_letter_tells_roles_and_reasons_of_openings_views_and_calls_from_the_log(work: Work) -> None:
    api = work.api
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    api.opened(field(NUMBER, "/recipient/phone"), field(NUMBER, "/recipient/name"))
    api.get(COURIER, f"/v1/waybills/{NUMBER}?profile=courier")
    put_on_file(api)
    api.post(COURIER, "/v1/calls", {"waybill_no": NUMBER})

    asked = {"addressee": "a" * 501, "reference": " R-1 "}
    page = work.browser(PRIVACY).post(f"/waybills/{NUMBER}/letter", data=asked).text

    assert {len(text) for text in re.findall(r"a{400,}", page)} == {500}
    assert re.findall(r'value="( ?R-1 ?)"', page) == ["R-1"]
    call = "a call through a privacy number, which hides the phone: Recipient · phone"
    assert sorted(rows(page)) == [
        ["Recipient · name", "dispute officer", "dispute · case D-1", "T"],
        ["Recipient · phone", "dispute officer", "dispute · case D-1", "T"],
        ["What", "Who, by role", "Why", "When"],
        [call, "courier", "delivery", "T"],
        ["the addresses in full", "courier", "delivery", "T"],
    ]
