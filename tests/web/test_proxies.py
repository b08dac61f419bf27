"""Headers of a real or pretended proxy do not change who asks, from where, and for what."""

from __future__ import annotations

import pytest

from masking_service.service.people.clients import ApiKey, key_bytes
from tests.web.api import Api, record, refusal
from tests.web.people import COURIER, OFFICER, PRINTER

KEY = "wbk_" + "A" * 43
NEAR, INSIDE = "127.0.0.1", "10.1.2.3"
"""From where the tests call, and from where the client of these tests may."""

ADDRESSES = [
    {"X-Forwarded-For": INSIDE},
    {"X-Forwarded-For": f"{INSIDE}, {NEAR}"},
    {"Forwarded": f"for={INSIDE}"},
    {"X-Real-IP": INSIDE},
    {"True-Client-IP": INSIDE},
    {"X-Client-IP": INSIDE},
]
PEOPLE = [
    {"X-Forwarded-User": "client/dispute-officer"},
    {"X-Remote-User": "client/dispute-officer"},
    {"X-Auth-Request-User": "client/dispute-officer", "X-Auth-Request-Groups": "dispute-officer"},
    {"X-Forwarded-Client-Cert": 'Subject="CN=dispute-officer"'},
    {"X-Tenant": "default", "X-Roles": "dispute-officer"},
]
WAYS = [
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/healthz"},
    {"X-Rewrite-URL": "/healthz"},
    {"X-Forwarded-Prefix": "/v1"},
    {"X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "https"},
]


@pytest.fixture
def far(fresh: Api) -> Api:
    """A service with a printer that may call from a network in which the tests are not."""
    registry, digest = fresh.parts.registry, fresh.parts.keyring.api_key_digest(key_bytes(KEY), 0)
    registry.clients = registry.clients.add("far", PRINTER, ApiKey.new(digest, 1), networks=["10.0.0.0/8"])
    return fresh


def test_a_key_is_let_in_from_its_network(far: Api) -> None:
    answered = far.app.test_client().post(
        "/v1/mask",
        json={"records": []},
        headers={"Authorization": f"Bearer {KEY}"},
        environ_base={"REMOTE_ADDR": INSIDE},
    )

    assert answered.status_code == 200


@pytest.mark.parametrize("said", ADDRESSES, ids=str)
def test_an_address_that_is_only_said_lets_no_key_in(far: Api, said: dict[str, str]) -> None:
    assert refusal(far.post(KEY, "/v1/mask", {"records": []}, headers=said)) == (401, "unauthenticated")


@pytest.mark.parametrize("said", PEOPLE, ids=str)
def test_a_person_named_by_a_header_is_not_authenticated(api: Api, said: dict[str, str]) -> None:
    assert refusal(api.post(None, "/v1/detokenize", {"items": []}, headers=said)) == (401, "unauthenticated")
    assert refusal(api.post(COURIER, "/v1/detokenize", {"items": []}, headers=said)) == (403, "forbidden")


@pytest.mark.parametrize("said", WAYS, ids=str)
def test_another_method_or_address_that_is_only_said_is_not_taken(api: Api, said: dict[str, str]) -> None:
    api.tokenize(record())

    assert api.get(OFFICER, "/v1/waybills/SF1234567890", headers=said).status_code == 200
    assert refusal(api.get(None, "/v1/waybills/SF1234567890", headers=said)) == (401, "unauthenticated")
    assert api.get(OFFICER, "/v1/waybills/SF1234567890").status_code == 200


@pytest.mark.parametrize(
    "path", ["//v1/waybills/SF1234567890", "/v1//waybills/SF1234567890", "/./v1/waybills/SF1234567890"]
)
@pytest.mark.parametrize("who", [None, PRINTER])
def test_no_spelling_of_an_address_leads_round_the_checks(api: Api, path: str, who: str | None) -> None:
    api.tokenize(record())

    assert refusal(api.get(who, path))[0] in (401, 403, 404)
