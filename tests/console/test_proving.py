"""What the desk lets a browser prove of a call is what the service checks, and a proof goes with its call only."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from flask import Flask, g
from requests.adapters import HTTPAdapter

from keys.device_proofs import ProvenRequest, content_hash, read_proof
from masking_console.proving import HEADER, ask
from masking_console.service import Service, claims_of, proves
from tests.devices import URL, Device
from tests.every import every

TOKEN = "header.claims.signature"
NONCE = "a nonce"


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "/v1/cases/D-1/page", {"params": {"profile": "label"}}),
        ("GET", "/v1/cases/D-1/page", {"params": {"profile": "标签 1", "a": ""}}),
        ("GET", "/v1/waybills/SF%2F1", {}),
        ("POST", "/v1/search", {"json": {"phone": "021-59791234", "site": "青浦"}}),
    ],
)
def test_the_service_takes_a_proof_of_what_the_desk_said(method: str, path: str, more: dict[str, Any]) -> None:
    call = requests.Request(method, URL + path, **more).prepare()
    said, device = claims_of(call, TOKEN), Device()
    claims: dict[str, Any] = {"nonce": NONCE, **said}
    assert isinstance(call.body, bytes | None)

    proof = device.prove("another token", "PUT", "/", b"", **claims)

    sent = urlsplit(call.url or "")
    content = content_hash(str(sent.query).encode(), call.body or b"")
    found = read_proof(proof, ProvenRequest(method, unquote(str(sent.path)), content, TOKEN), (URL,))
    assert (found.device, found.nonce) == (device.id, NONCE)
    assert proves(proof, said)


@pytest.mark.parametrize("name", ["htm", "htu", "ath", "rqh"])
def test_a_proof_goes_with_no_other_call(name: str) -> None:
    said = claims_of(requests.Request("GET", URL + "/v1/cases/D-1/page").prepare(), TOKEN)

    claims: dict[str, Any] = {**said, name: "other"}

    assert not proves(Device().prove(TOKEN, "GET", "/", b"", **claims), said)


class Answering(HTTPAdapter):
    """Notes the proof of each call, and answers."""

    def __init__(self) -> None:
        super().__init__()
        self.proofs: list[str | None] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.proofs.append(request.headers.get("DPoP"))
        answer = requests.Response()
        answer.status_code, answer._content = 200, b"{}"
        return answer


def test_a_call_carries_the_proof_that_was_made_for_it_and_no_other_one() -> None:
    service, answering = Service(URL), Answering()
    service._http.mount(URL, answering)
    path = "/v1/cases/D-1/page"
    said: dict[str, Any] = {**claims_of(requests.Request("GET", URL + path).prepare(), TOKEN)}
    others: tuple[dict[str, Any], ...] = ({}, {"htm": "POST"})
    proof, of_another = (Device().prove(TOKEN, "GET", "/", b"", **said | other) for other in others)

    for given in (proof, of_another, ""):
        service.ask("GET", path, (TOKEN, given), "en")

    assert answering.proofs == [proof, None, None]


@every("text", ["", ".", "a.b.c", "a.W10.c", "a.é.c", "a.bnVsbA.c"])
def test_what_is_no_proof_goes_with_no_call(text: str) -> None:
    assert not proves(text, {"htm": "GET"})


def test_the_browser_is_asked_for_a_proof_by_an_active_device_of_the_person(app: Flask) -> None:
    held = [
        {"device": f"d-{number}", "status": status} for number, status in enumerate(("active", "revoked", "active"))
    ]
    said = {"htm": "GET", "htu": URL}
    refusal: Any = SimpleNamespace(to_prove=said | {"nonce": NONCE})

    def asked(path: str) -> Any:
        with app.test_request_context(path, headers={"HX-Request": "true"}):
            g.session = SimpleNamespace(sub="li")
            g.person = SimpleNamespace(get=lambda *way: {("me", "devices"): {"devices": held}}[way])
            answer = ask(refusal)
            assert answer is not None
            return answer.status_code, answer.data, json.loads(answer.headers[HEADER])

    claims = said | {"nonce": NONCE}
    assert asked("/cases") == (
        204,
        b"",
        {"claims": claims, "person": "li", "enrols": False, "devices": ["d-0", "d-2"]},
    )
