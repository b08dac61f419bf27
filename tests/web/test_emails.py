"""E-mail addresses over HTTP: stored under a token, and opened for a purpose that lists their kind only."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.masking.records.profiles import Profile
from masking_service.service.people.policy_file import full_kinds
from tests.web.api import Api, Json, Under, content, token
from tests.web.people import OFFICER, PRINTER, PRIVACY, SUPERVISOR

MAIL = "jane.roe@example.com"
RECORD: Json = {"tracking_code": "EP20260001", "to_address": {"name": "Jane Roe", "email": MAIL}}
POINTER = "/to_address/email"


def tokenized(api: Api) -> Any:
    return content(api.post(PRINTER, "/v1/tokenize", {"schema": "easypost", "records": [RECORD]}))["results"][0]


def test_an_email_is_masked_and_gets_a_token(api: Api) -> None:
    made = tokenized(api)

    assert made["record"]["to_address"]["email"] == "*" * len(MAIL)
    assert made["tokens"].keys() == {"/to_address/name", POINTER}


def test_a_view_says_that_it_can_be_opened(api: Api) -> None:
    tokenized(api)

    assert content(api.get(OFFICER, "/v1/waybills/EP20260001"))["fields"][POINTER] == "email"


def test_a_purpose_that_lists_the_kind_opens_it(under: Under) -> None:
    api = under(lambda policy: policy["purposes"]["dispute"]["kinds"].append("email"))
    made = tokenized(api)["tokens"][POINTER]
    api.open_case("D-1", "EP20260001")

    assert api.opened(token(made)) == [{"token": made, "kind": "email", "value": MAIL}]


@pytest.mark.parametrize(("purpose", "who"), [("dispute", OFFICER), ("redelivery", OFFICER), ("regulator", PRIVACY)])
def test_no_purpose_of_the_default_policy_opens_it(api: Api, purpose: str, who: str) -> None:
    made = tokenized(api)["tokens"][POINTER]
    api.open_case("D-1", "EP20260001", purpose=purpose)
    api.post(SUPERVISOR, "/v1/cases/D-1/approve")

    [answered] = api.opened(token(made), who=who, purpose=purpose)

    assert answered["error"]["code"] == "kind-not-allowed"


def test_a_profile_that_shows_it_in_full_views_in_full() -> None:
    assert full_kinds(Profile.parse("staff", {"email": {"hide": "nothing"}})) == {"email"}
