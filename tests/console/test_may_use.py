"""Who may use the pages of the desk: those with one of the permissions of a screen, and of some pages another one."""

from __future__ import annotations

from flask import Flask

from masking_console.screens import may_use

SCREENS = {
    "approvals": {"case:approve"},
    "audit": {"audit:read"},
    "cases": {"case:read"},
    "decoys": {"decoy:plant"},
    "find": {"waybill:search"},
    "incidents": {"audit:read", "hold:set"},
    "keys": {"key:approve"},
    "new_case": {"case:open"},
    "people": {"principal:freeze"},
    "sums": {"audit:sums"},
    "waybills": {"waybill:erase"},
}
OTHERS = {"cases.label": {"waybill:view"}, "cases.mark": {"token:detokenize"}}
PERMISSIONS = set[str]().union(*SCREENS.values(), *OTHERS.values())


def test_a_page_is_for_people_with_a_permission_of_its_screen(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    pages = {name for name in endpoints if name.partition(".")[0] in SCREENS}

    used = {name: {one for one in PERMISSIONS if may_use({"permissions": [one]}, name)} for name in pages}

    assert used == {name: OTHERS.get(name, SCREENS[name.partition(".")[0]]) for name in pages}
    assert {name.partition(".")[0] for name in pages} == {*SCREENS}
    assert all(may_use({"permissions": []}, name) for name in endpoints - pages)
