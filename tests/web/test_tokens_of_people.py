"""Signed-in people over HTTP: what `token mint` makes is believed, and nothing that was made or changed elsewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from masking_service.runtime.clock import clock
from tests.every import every
from tests.web.api import PHONE, Api, outcome, refusal
from tests.web.people import OFFICER, PRINTER

BODY: dict[str, Any] = {"records": []}
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def claims(**change: Any) -> dict[str, Any]:
    now = clock()
    sound: dict[str, Any] = {
        "iss": "urn:masking:dev-issuer",
        "aud": "waybill-masking",
        "sub": "u-1",
        "iat": now,
        "exp": now + 600,
        "roles": [PRINTER],
        "tenant": "default",
        "sites": [],
    }
    return {name: value for name, value in (sound | change).items() if value is not ...}


def b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def answered(api: Api, token: str) -> tuple[int, str]:
    return outcome(api.post(token, "/v1/mask", BODY))


def test_a_minted_token_is_believed(api: Api) -> None:
    assert answered(api, api.mint(PRINTER)) == (200, "")


def test_the_claims_of_these_tests_are_sound(api: Api) -> None:
    assert answered(api, signed(api)) == (200, "")


@every(
    "change",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": "urn:masking:dev-issuer/"},
        {"iss": ...},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": ...},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": "u-1\u200b"},
        {"exp": 1},
        {"exp": ...},
        {"exp": "2099-01-01"},
        {"exp": 1.5e12},
        {"iat": ...},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 1, "exp": 4_000_000_000},
        {"tenant": "third"},
        {"tenant": None},
        {"tenant": ["default"]},
        {"roles": PRINTER},
        {"roles": [[PRINTER]]},
        {"roles": None},
        {"sites": "021001"},
        {"sites": ["a b"]},
    ],
)
def test_a_token_with_other_claims_is_not_believed(api: Api, change: dict[str, Any]) -> None:
    assert answered(api, signed(api, **change)) == (401, "unauthenticated")


def signed(api: Api, *, key: Any = None, headers: dict[str, Any] | None = None, **change: Any) -> str:
    return jwt.encode(claims(**change), key or api.issuer_pem, "ES256", headers=headers)


def unsigned(_: Api, algorithm: str) -> str:
    return f"{b64(json.dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{b64(json.dumps(claims()).encode())}."


def stripped(api: Api) -> str:
    return signed(api).rpartition(".")[0] + "."


def bringing_its_own_key(api: Api) -> str:
    own = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(OTHER_KEY.public_key()))
    return signed(api, key=OTHER_KEY, headers={"jwk": own, "kid": "own"})


def public_pem(api: Api) -> bytes:
    private = serialization.load_pem_private_key(api.issuer_pem, None)
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def keyed_with_the_public_key(api: Api) -> str:
    head, body = (b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims()))
    return f"{head}.{body}.{b64(hmac.digest(public_pem(api), f'{head}.{body}'.encode(), hashlib.sha256))}"


def with_another_payload(api: Api) -> str:
    head, _, signature = api.mint("courier").split(".")
    return f"{head}.{b64(json.dumps(claims()).encode())}.{signature}"


def saying_roles_twice(api: Api) -> str:
    payload = json.dumps(claims()).replace('"roles"', '"roles": ["courier"], "roles"').encode()
    return jwt.api_jws.encode(payload, api.issuer_pem, "ES256")


def too_deep(api: Api) -> str:
    return jwt.api_jws.encode(b"[" * 5_000, api.issuer_pem, "ES256")


FORGED = {
    "unsigned": partial(unsigned, algorithm="none"),
    "unsigned in other letters": partial(unsigned, algorithm="NoNe"),
    "stripped": stripped,
    "signed by another key": partial(signed, key=OTHER_KEY),
    "bringing its own key": bringing_its_own_key,
    "keyed with the public key": keyed_with_the_public_key,
    "with another payload": with_another_payload,
    "for another use": partial(signed, headers={"typ": "logout+jwt"}),
    "critical": partial(signed, headers={"crit": ["x"], "x": 1}),
    "saying roles twice": saying_roles_twice,
    "too long": partial(signed, note="x" * 9_000),
    "too deep": too_deep,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_every_forgery_is_refused_in_the_same_words(api: Api, forge: Callable[[Api], str]) -> None:
    refused = api.post(forge(api), "/v1/mask", BODY)

    assert refusal(refused) == (401, "unauthenticated")
    assert refused.data == api.post("wbk_" + "A" * 43, "/v1/mask", BODY).data


def test_an_issuer_that_may_not_speak_for_a_role_is_not_believed_at_all(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = api.parts.acting.authenticator._issuers._by_name["urn:masking:dev-issuer"]
    narrow = replace(issuer, rule=replace(issuer.rule, roles=frozenset({PRINTER})))
    monkeypatch.setitem(api.parts.acting.authenticator._issuers._by_name, issuer.rule.issuer, narrow)

    assert answered(api, api.mint([PRINTER, OFFICER])) == (401, "unauthenticated")
    assert answered(api, api.mint(PRINTER)) == (200, "")


@pytest.mark.parametrize(("acr", "expected"), [("2", (401, "sign-in-required")), (None, (200, ""))])
def test_opening_a_value_takes_the_sign_in_that_the_issuer_is_asked_for(
    ready: Api, monkeypatch: pytest.MonkeyPatch, acr: str | None, expected: tuple[int, str]
) -> None:
    issuers = ready.parts.acting.authenticator._issuers
    issuer = issuers._by_alias["dev"]
    monkeypatch.setitem(issuers._by_alias, "dev", replace(issuer, rule=replace(issuer.rule, acr=acr)))

    found = ready.detokenize(PHONE, who=ready.mint(OFFICER))

    assert outcome(found) == expected
    assert ("acr_values" in found.headers.get("WWW-Authenticate", "")) is (acr is not None)


def test_a_token_reaches_its_own_tenant_only(api: Api) -> None:
    case = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "lost"}
    api.post(api.mint("service-desk", tenant="other"), "/v1/cases", case)

    assert refusal(api.get("supervisor", "/v1/cases/D-1")) == (404, "not-found")
    assert api.get(api.mint("supervisor", tenant="other"), "/v1/cases/D-1").status_code == 200


def test_a_client_and_a_person_of_one_name_are_two_principals(api: Api) -> None:
    api.open_case("D-1", "SF1234567890")

    person = api.mint("service-desk", "service-desk")

    assert refusal(api.get(person, "/v1/cases/D-1")) == (404, "not-found")
