"""People are listed with the names and roles that their sign-in said."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.runtime.clock import clock
from masking_service.service.directory.state import KEPT_SECONDS
from tests.web.api import Api, Clock, Json, content, refusal, settle
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, OTHER_OFFICER, PRINTER, PRIVACY, SUPERVISOR


def people(api: Api, who: str = DESK, query: str = "") -> list[Json]:
    return list(content(api.get(who, f"/v1/people{query}"))["people"])


def sign_in(api: Api, role: str, sub: str, **claims: Any) -> None:
    """Let a person ask who they are, and wait for the directory, which is written beside the call."""
    content(api.get(api.mint(role, sub, **claims), "/v1/me"))
    settle(api)


def test_people_are_listed_by_name_with_roles_and_purposes(fresh: Api) -> None:
    sign_in(fresh, OFFICER, "w", name=" 王敏\n ")
    sign_in(fresh, SUPERVISOR, "c")

    wang, chen = people(fresh)[::-1]

    assert (wang["principal"], wang["name"], wang["roles"]) == ("dev/w", "王敏", [OFFICER])
    assert (wang["purposes"], chen["purposes"]) == (["dispute", "redelivery"], [])
    assert (chen["principal"], chen["name"]) == ("dev/c", None)
    assert [one["principal"] for one in people(fresh, query=f"?role={OFFICER}")] == ["dev/w"]


def test_a_new_name_replaces_the_old_one(fresh: Api) -> None:
    sign_in(fresh, OFFICER, "w", name="Wang")
    sign_in(fresh, OFFICER, "w", name="Wang Min")

    assert [one["name"] for one in people(fresh)] == ["Wang Min"]
    assert content(fresh.get(fresh.mint(OFFICER, "w", name="Wang Min"), "/v1/me"))["name"] == "Wang Min"


def test_machines_are_not_people(fresh: Api) -> None:
    fresh.get(PRINTER, "/v1/me")
    sign_in(fresh, OFFICER, "w")

    assert [one["principal"] for one in people(fresh)] == ["dev/w"]


def test_who_signed_in_long_ago_is_forgotten(fresh: Api, set_clock: Clock) -> None:
    start = clock()
    sign_in(fresh, OFFICER, "w")
    set_clock(start + KEPT_SECONDS // 2)
    sign_in(fresh, OFFICER, "z")
    set_clock(start + KEPT_SECONDS + 86_400)

    assert [one["principal"] for one in people(fresh)] == ["dev/z"]


def test_another_tenant_has_its_own_people(fresh: Api) -> None:
    sign_in(fresh, OFFICER, "w")

    assert people(fresh, OTHER_OFFICER) == []


@pytest.mark.parametrize("who", [DESK, OFFICER, SUPERVISOR, PRIVACY, AUDITOR])
def test_who_works_with_people_may_know_their_names(api: Api, who: str) -> None:
    assert people(api, who) == []


@pytest.mark.parametrize("who", [PRINTER, COURIER])
def test_others_may_not(api: Api, who: str) -> None:
    assert refusal(api.get(who, "/v1/people")) == (403, "forbidden")
