"""Of two things that are wrong with a call, which one it is told: every pair, against the table of the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from werkzeug.test import TestResponse

from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.service.people.issuers import mint
from masking_service.shipped import ROOT
from tests.service.people.policies import ISSUER, edited, put
from tests.web.api import NUMBER, PHONE, Api, Json, content, emptied, record, refusal, started
from tests.web.people import SUPERVISOR
from tests.web.proving import Proving, proven
from tests.web.signing import Person, signed

KEY = ec.generate_private_key(ec.SECP256R1())
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PAGE = ROOT / "docs" / "architecture.md"
OPENER = "dispute-officer"
NOTHING_SIGNED = dict.fromkeys(("act", "key", "authenticator_data", "client_data", "signature"), "AAAA")


def documented() -> list[tuple[str, ...]]:
    """The codes of each row of the table in the documents."""
    page = PAGE.read_text("utf-8").partition("## The order of refusals")[2].partition("\n## ")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ") and "`" in line]
    return [tuple(line.split("|")[2].split("`")[1::2]) for line in rows]


@dataclass
class Attempt:
    """A call of an officer that would succeed, and what is done to it before it is sent."""

    body: Json
    token: str | None = None
    role: str = OPENER
    signed_in_at: int = 0
    frozen: bool = False
    spent: bool = False
    proof: str = "right"


@dataclass(frozen=True)
class Wrong:
    """What can be wrong with a call: its row in the table, from 1, and how it comes about."""

    row: int
    code: str
    spoil: Callable[[Attempt], object]

    def __str__(self) -> str:
        return f"{self.row} {self.code}"


def member(name: str, value: Any = ...) -> Callable[[Attempt], object]:
    """Sets a member of the body; without a value it is left out."""
    return lambda call: call.body.pop(name) if value is ... else call.body.update({name: value})


def state(name: str, value: Any) -> Callable[[Attempt], object]:
    return lambda call: setattr(call, name, value)


EVERYWHERE = [
    Wrong(1, "unauthenticated", state("token", "no key of anyone")),
    Wrong(2, "frozen", state("frozen", True)),
    Wrong(3, "forbidden", state("role", "auditor")),
    Wrong(4, "invalid-request", member("shcema", "standard")),
    Wrong(7, "case-required", member("case")),
    Wrong(10, "sign-in-required", state("signed_in_at", 3_600)),
    Wrong(11, "case-not-open", member("case", "D-unknown")),
    Wrong(12, "quota-exceeded", state("spent", True)),
]
OPENING = [
    *EVERYWHERE,
    Wrong(5, "purpose-required", member("purpose")),
    Wrong(6, "forbidden", member("purpose", "regulator")),
    Wrong(8, "signature-required", state("proof", "none")),
    Wrong(9, "signature-invalid", state("proof", "wrong")),
]
CALLING = [
    *EVERYWHERE,
    Wrong(8, "device-proof-required", state("proof", "none")),
    Wrong(9, "signature-invalid", state("proof", "wrong")),
]
EXCLUSIVE = {(1, 3), (5, 6), (7, 11), (8, 9)}
"""Rows of which a call has one at most."""


def pairs(wrongs: list[Wrong]) -> list[tuple[Wrong, Wrong]]:
    ordered = sorted(wrongs, key=lambda wrong: wrong.row)
    return [(a, b) for a, b in combinations(ordered, 2) if (a.row, b.row) not in EXCLUSIVE]


@pytest.fixture(scope="module")
def service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A service under a policy that asks for everything: signatures, device proofs, recent sign-ins, small budgets."""
    folder = tmp_path_factory.mktemp("order")
    (folder / "issuer.pem").write_bytes(PUBLIC_KEY)
    roles = [OPENER, "auditor"]
    strict = {
        **ISSUER,
        "keys": "issuer.pem",
        "roles": roles,
        "unmasking": {"max_age": "10m"},
        "claims": {"phone": "phone_number"},
    }

    def edit(document: Any) -> None:
        signed(["detokenize"])(document)
        proven()(document)
        put("issuers", {"staff": strict})(document)
        put("roles", OPENER, "budget", {"fields": {"1d": 1}, "calls": {"1d": 1}})(document)

    (folder / "policy.yaml").write_text(edited(edit), "utf-8")
    return started(replace(settings, policy=folder / "policy.yaml"))


class Officer:
    """A person with a key and a device who makes one call, spoiled or not."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.signing, self.proving = Person(api, OPENER, "officer"), Proving(api, OPENER, "officer")
        self.signing.id = self.proving.id = "staff/officer"
        self.sign_in(Attempt({}))
        self.signing.bootstrap()
        self.proving.bootstrap()

    def sign_in(self, call: Attempt) -> str:
        now = clock()
        claims: Json = {"auth_time": now - call.signed_in_at, "phone_number": "13900001111"}
        token = mint(PRIVATE_KEY, iss=ISSUER["issuer"], sub="officer", roles=[call.role], ttl=600, now=now, **claims)
        self.signing.token = self.proving.token = token
        return token

    def open(self, call: Attempt) -> TestResponse:
        if call.proof == "right":
            proposed = self.signing.post("/v1/acts", {"act": "detokenize", **call.body})
            if proposed.status_code == 200:  # what comes before a signature is not proposed for one
                call.body["signed"] = self.signing.key.sign(proposed.get_json())
        elif call.proof == "wrong":
            call.body["signed"] = NOTHING_SIGNED
        return self.api.post(call.token or self.signing.token, "/v1/detokenize", call.body)

    def call(self, call: Attempt) -> TestResponse:
        person = self.proving
        person.token = call.token or person.token
        if call.proof == "none":
            return self.api.post(person.token, "/v1/calls", call.body)
        if call.proof == "wrong":
            return person.once("POST", "/v1/calls", call.body, proof="no.proof.at-all")
        return person.send("POST", "/v1/calls", call.body)


@pytest.fixture
def officer(service: Api, valkey: str) -> Officer:
    api = emptied(service)
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    return Officer(api)


OPEN: Json = {"purpose": "dispute", "case": "D-1", "items": [PHONE]}
CALL: Json = {"waybill_no": NUMBER, "case": "D-1"}
Send = Callable[[Officer, Attempt], TestResponse]


def answered(officer: Officer, send: Send, body: Json, *wrongs: Wrong) -> TestResponse:
    call = Attempt(dict(body))
    for wrong in wrongs:
        wrong.spoil(call)
    if call.spent:
        assert send(officer, Attempt({**body, **EARLIER[send]})).status_code < 300
    if call.frozen:
        content(officer.api.post(SUPERVISOR, "/v1/principals/staff%2Fofficer/freeze", {}))
    officer.sign_in(call)
    return send(officer, call)


EARLIER: dict[Send, Json] = {Officer.open: {}, Officer.call: {"field": "/sender/phone"}}
"""What spends the budget: a call that lives takes none again."""


@pytest.mark.parametrize(("first", "second"), pairs(OPENING), ids=str)
def test_an_opening_is_told_the_first_of_what_is_wrong(officer: Officer, first: Wrong, second: Wrong) -> None:
    assert refusal(answered(officer, Officer.open, OPEN, first, second))[1] == first.code


@pytest.mark.parametrize(("first", "second"), pairs(CALLING), ids=str)
def test_a_call_is_told_the_first_of_what_is_wrong(officer: Officer, first: Wrong, second: Wrong) -> None:
    assert refusal(answered(officer, Officer.call, CALL, first, second))[1] == first.code


@pytest.mark.parametrize("wrong", OPENING, ids=str)
def test_each_is_told_where_nothing_else_is_wrong(officer: Officer, wrong: Wrong) -> None:
    assert refusal(answered(officer, Officer.open, OPEN, wrong))[1] == wrong.code


def test_the_documents_have_this_order() -> None:
    table = documented()

    assert sorted({wrong.row for wrong in OPENING}) == [*range(1, len(table) + 1)]
    for wrong in [*OPENING, *CALLING]:
        assert wrong.code in table[wrong.row - 1]
