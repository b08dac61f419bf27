"""What the desk asks of the issuer, whole: where people are sent, and each request for tokens."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from masking_console.oidc import Departure, Provider, SignInError
from masking_console.sessions import Session
from masking_console.settings import DEVELOPMENT_ISSUER, Settings
from tests.console.conftest import SECRET, URL
from tests.http_servers import Handler, served

RANDOM = "".join(f"{number:04}" for number in range(33))
STATE, NONCE, VERIFIER = RANDOM[:32], RANDOM[32:64], RANDOM[64:128]
BASIC = ("desk", SECRET)


@dataclass
class Asked:
    """An issuer that gives one token answer, and keeps each request for tokens: its basic authorization, its form."""

    url: str = ""
    requests: list[tuple[tuple[str, str], dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def asked() -> Iterator[Asked]:
    found = Asked()

    class Answering(Handler):
        def answer(self) -> None:
            if self.command == "GET":
                names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
                metadata = {name: f"{found.url}/{name}" for name in names}
                return self.send(200, json.dumps({"issuer": DEVELOPMENT_ISSUER, **metadata}).encode())
            user, _, password = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
            form = dict(parse_qsl(self.read().decode(), strict_parsing=True))
            found.requests.append(((user, password), form))
            tokens = {"access_token": "new", "token_type": "Bearer", "expires_in": 60}
            return self.send(200, json.dumps(tokens).encode(), {"Content-Type": "application/json"})

    with served(Answering) as found.url:
        yield found


def provider(asked: Asked, settings: Settings, **change: Any) -> Provider:
    return Provider(replace(settings, metadata_url=asked.url, **change))


@pytest.mark.parametrize(
    ("change", "wanted", "more"),
    [
        ({}, {}, {}),
        ({"scope": "openid offline_access"}, {}, {"scope": "openid offline_access", "prompt": "consent"}),
        ({"resource": "urn:masking"}, {}, {"resource": "urn:masking"}),
        ({}, {"acr": "gold", "max_age": 0}, {"acr_values": "gold", "max_age": "0"}),
        ({}, {"max_age": 300}, {"max_age": "300"}),
    ],
)
def test_a_person_is_sent_with_what_the_answer_is_checked_against(
    asked: Asked, settings: Settings, change: dict[str, Any], wanted: dict[str, Any], more: dict[str, str]
) -> None:
    leaving = provider(asked, settings, **change).depart(**wanted, random=RANDOM)
    where, _, query = leaving.address.partition("?")

    assert leaving == Departure(leaving.address, STATE, NONCE, VERIFIER)
    assert where == f"{asked.url}/authorization_endpoint"
    assert dict(parse_qsl(query, strict_parsing=True)) == {
        "response_type": "code",
        "client_id": "desk",
        "redirect_uri": f"{URL}/callback",
        "scope": "openid profile",
        "state": STATE,
        "nonce": NONCE,
        "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
        "code_challenge_method": "S256",
        **more,
    }


@pytest.mark.parametrize("resource", [{}, {"resource": "urn:masking"}], ids=["no resource", "a resource"])
def test_tokens_are_asked_for_with_the_code_or_the_refresh_token_in_the_desks_name(
    asked: Asked, settings: Settings, resource: dict[str, str]
) -> None:
    issuer = provider(asked, settings, **resource)
    with pytest.raises(SignInError, match="DecodeError"):  # there is no ID token in the answer
        issuer.arrive("the-code", VERIFIER, NONCE)
    issuer.refresh(Session(sub="wang", refresh_token="kept"))

    code = {"code": "the-code", "code_verifier": VERIFIER, "redirect_uri": f"{URL}/callback"}
    assert asked.requests == [
        (BASIC, {"grant_type": "authorization_code", **code, **resource}),
        (BASIC, {"grant_type": "refresh_token", "refresh_token": "kept", "scope": "openid profile", **resource}),
    ]


def test_a_session_ends_at_the_issuer_by_its_id_token_and_comes_back_with_its_state(
    asked: Asked, settings: Settings
) -> None:
    address = urlsplit(provider(asked, settings).logout_address(Session(sub="wang", id_token="an ID token"), "s&s"))

    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{asked.url}/end_session_endpoint"
    assert dict(parse_qsl(address.query, strict_parsing=True)) == {
        "id_token_hint": "an ID token",
        "client_id": "desk",
        "post_logout_redirect_uri": f"{URL}/signed-out",
        "state": "s&s",
    }
