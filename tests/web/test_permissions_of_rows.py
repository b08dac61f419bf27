"""A use case asks for the permissions of its operation's row: one that asked for another would let others in."""

from typing import Any

import pytest

from masking_service.http import operations
from masking_service.service.people.policy import Policy
from tests.web.api import Api
from tests.web.test_openapi import send

OTHERS: dict[str, set[str]] = {
    "claim_case": {"case:read"},
    "mark_case_done": {"case:read"},
    "read_case_page": {"waybill:view"},
    "search_waybills": {"waybill:view"},
}
"""What a call asks for besides."""


def test_a_use_case_grants_a_permission_of_its_row(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    grant = Policy.grant

    def told(policy: Policy, principal: Any, permission: str, **limits: Any) -> Any:
        asked.append(str(permission))
        return grant(policy, principal, permission, **limits)

    monkeypatch.setattr(Policy, "grant", told)
    reached, wrong = set[str](), dict[str, set[str]]()
    for row in operations.TABLE:
        for who in api.credentials if row.authenticated and row.permissions else ():
            asked.clear()
            send(api, who, row.name)
            reached |= {row.name} if asked else set()
            if others := {*asked} - {*map(str, row.permissions)} - OTHERS.get(row.name, set()):
                wrong.setdefault(row.name, set()).update(others)

    assert wrong == {}
    assert len(reached) > 25
