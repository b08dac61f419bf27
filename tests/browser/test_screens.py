"""Each role sees the screens that `GET /v1/me` allows; every other screen is absent, and refused by its address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskProcess, Visit, call

MENUS = {
    "desk-li": ["Cases", "Me"],
    "officer-wang": ["Cases", "Me"],
    "supervisor-chen": ["Cases", "Approvals", "People", "Me"],
    "privacy-he": ["Cases", "People", "Waybills", "Audit", "Decoys", "Me"],
    "auditor-sun": ["Cases", "Audit", "Me"],
}
PATHS = {
    "/cases/new": {"desk-li"},
    "/approvals": {"supervisor-chen"},
    "/people": {"supervisor-chen", "privacy-he"},
    "/waybills": {"privacy-he"},
    "/waybills/SF0000000001": {"privacy-he"},
    "/waybills/SF0000000001/letter": {"privacy-he"},
    "/audit": {"privacy-he", "auditor-sun"},
    "/audit/checkpoint": {"privacy-he", "auditor-sun"},
    "/decoys": {"privacy-he"},
}
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 9


@pytest.mark.parametrize("sub", MENUS)
def test_a_role_has_its_screens_and_no_others(desk: DeskProcess, visit: Callable[..., Visit], sub: str) -> None:
    at = visit("en")
    page = at.sign_in(sub)

    assert page.locator("nav").first.locator("a").all_inner_texts() == MENUS[sub]
    for path, allowed in PATHS.items():
        answered = page.request.get(f"{desk.url}{path}")
        assert (path, answered.status) == (path, 200 if sub in allowed else 403)
        assert ("Your role does not include this" in answered.text()) == (sub not in allowed)


def test_a_long_name_does_not_make_the_page_wide(
    visit: Callable[..., Visit], store: Callable[..., str], new_case: Callable[..., str]
) -> None:
    number = store(recipient={"name": LONG_NAME, "address": "上海市青浦区" + "华" * 300 + "路1号"})
    at = visit("en", width=320)
    case = new_case([number])
    page = at.sign_in("officer-wang", f"/cases/{case}")
    for show in ("Show phone", "Show name"):
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.get_by_role("button", name=show).first.click()
        expect(page.locator("[data-revealed]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for size in ("76x130", "100x180"):
        at.go(f"/cases/{case}/label/{number}?size={size}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_long_reason_does_not_make_a_page_wide(desk: DeskProcess, visit: Callable[..., Visit]) -> None:
    numbers = [f"SF{at:010d}" for at in range(50, 61)]
    body = {"case": "B-long", "purpose": "dispute", "reason": "W" * 400, "waybills": numbers}
    assert call(desk, "service-desk", "POST", "/v1/cases", body, sub="s" * 100)[0] == 201
    at = visit("en", width=320)
    page = at.sign_in("supervisor-chen")
    for path in ("/cases?status=pending", "/approvals", "/people", "/cases/B-long"):
        at.go(path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)


def test_the_letter_tells_openings_full_views_and_calls(
    desk: DeskProcess, visit: Callable[..., Visit], store: Callable[..., str], new_case: Callable[..., str]
) -> None:
    number = store()
    case = new_case([number], "redelivery")
    item = {"waybill_no": number, "field": "/recipient/address"}
    wanted = {"purpose": "redelivery", "case": case, "items": [item]}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, sub="opener")[0] == 200
    keys = desk.service.credentials
    moved = {"items": [{"waybill_no": number, "site": "021001", "courier": "client/courier"}]}
    assert desk.service.call(keys["tracking"], "POST", "/v1/custody", moved)[0] == 200
    assert desk.service.call(keys["courier"], "GET", f"/v1/waybills/{number}")[0] == 200
    assert desk.service.call(keys["courier"], "POST", "/v1/calls", {"waybill_no": number})[0] == 201
    page = visit("en").sign_in("privacy-he", f"/waybills/{number}/letter")

    told = [row.locator("td").all_inner_texts()[1:] for row in page.locator("article tbody tr").all()]
    assert told == [
        ["Recipient · address", "dispute officer", f"redelivery · case {case}"],
        ["the addresses in full", "courier", "delivery"],
        ["a call through a privacy number, which hides the phone: Recipient · phone", "courier", "delivery"],
    ]


def test_the_letter_names_roles_and_no_person(
    desk: DeskProcess, visit: Callable[..., Visit], store: Callable[..., str], new_case: Callable[..., str]
) -> None:
    number = store()
    item = {"waybill_no": number, "field": "/recipient/phone"}
    wanted = {"purpose": "dispute", "case": new_case([number]), "items": [item]}
    assert call(desk, "dispute-officer", "POST", "/v1/detokenize", wanted, sub="opener")[0] == 200
    page = visit("en").sign_in("privacy-he", f"/waybills/{number}/letter")

    expect(page.locator("article")).to_contain_text("dispute officer")
    expect(page.locator("article")).not_to_contain_text("opener")
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{page.url}?language=zh")
    expect(page.locator("article")).to_contain_text("客诉专员")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
