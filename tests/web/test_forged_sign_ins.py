"""With the issuer's private key and no key of a person: forged calls and sequences open nothing and show nothing.

The thief signs access tokens for every role and person, tries every route, has authenticators and devices of his own,
has seen a proof of an honest courier on its way, and takes whatever the service gives out.
`test_thousands_of_forged_calls_open_nothing` is the same with 10,000 calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from keys.authenticators import b64
from masking_service.http.capabilities import GROUPS
from masking_service.service.people.signed_rules import ACTS
from tests.authenticators import Authenticator
from tests.devices import Device
from tests.web.api import NUMBER, SITE, Api, Json, field, record
from tests.web.people import SUPERVISOR
from tests.web.proving import Proving
from tests.web.signing import Person

VALUES = ("13812345678", "张三", "021-59791234-801", "欧阳娜娜", "3号楼2单元402室", "一号楼二单元三零一")
SHOWN = ("华志路", "一号楼", "欧阳**", "no-number-700")
"""Of a waybill through any profile, and of a call."""
ROLES = ("dispute-officer", "supervisor", "privacy-officer", "service-desk", "auditor", "courier", "label-printer")
FIELDS = ("/sender/phone", "/sender/name", "/recipient/phone", "/recipient/name", "/recipient/address")
CALLS = 400
PROVEN_CALLS = (
    ("GET", f"/v1/waybills/{NUMBER}", None),
    ("GET", f"/v1/waybills/{NUMBER}?profile=label", None),
    ("POST", "/v1/waybills/view", {"waybills": [NUMBER]}),
    ("GET", "/v1/cases/D-1/page", None),
    ("POST", "/v1/search", {"phone": "02159791234"}),
    ("POST", "/v1/search", {"last4": "1801", "site": SITE}),
    ("POST", "/v1/calls", {"waybill_no": NUMBER, "case": "D-1"}),
    ("POST", "/v1/calls", {"waybill_no": NUMBER}),
)
PROTECTIVE = ("freeze_principal",)
"""Takes rights away, and is not signed in this policy: it is no way to a value."""
ROUTES = [row for rows in GROUPS.values() for row in rows if row.authenticated and row.name not in PROTECTIVE]
OTHER_PATHS = {
    "ref": "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh",
    "hold": "H-1",
    "key": "pXk3Yt0mQmS0n9V2cZ8r4w",
    "device": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
    "incident": "I-1",
    "country": "cn",
    "code": "case-required",
}


@pytest.fixture
def api(proving: Api) -> Api:
    """A service with an honest officer, supervisor, courier and case; the officer has opened one field."""
    proving.tokenize(record(), custody={"site": SITE})
    proving.open_case("D-1", NUMBER)
    boss = Person(proving, "supervisor", "boss").bootstrap()
    officer = Person(proving, "dispute-officer", "officer").approved_by(boss)
    assert officer.open(field(NUMBER, "/sender/phone")).status_code == 200
    return proving


@pytest.fixture
def courier(api: Api) -> Proving:
    """An honest courier, who has viewed one waybill."""
    courier = Proving(api, sub="courier", phone="13900001111").bootstrap()
    assert courier.view(NUMBER).status_code == 200
    return courier


class Thief:
    """Forges sign-ins of anyone, and signs with keys that he made himself.

    Attributes:
        answers: the text of everything that he was answered.
    """

    def __init__(self, api: Api, seed: int, courier: Proving) -> None:
        self.api = api
        self.device = Device()
        self.shown: list[str] = []
        self.seen = courier.prove("GET", f"/v1/waybills/{NUMBER}")
        assert courier.once("GET", f"/v1/waybills/{NUMBER}", proof=self.seen).status_code == 200
        self.seen_token = courier.token
        self.random = random.Random(seed)
        self.key = Authenticator()
        self.answers: list[str] = []
        self.taken: list[Json] = []
        self.signed: list[Json] = []

    def with_device(self) -> Proving:
        role, sub = self.random.choice(ROLES), self.random.choice(("courier", "officer", "boss", "x-1"))
        return Proving(self.api, role, sub, self.device, phone="13666666666")

    def view(self) -> None:
        """View, search or call as anyone: without a proof, with one of his own, or with parts of one that he saw."""
        method, path, body = self.random.choice(PROVEN_CALLS)
        person = self.with_device()
        if self.random.random() < 0.2:
            self.look(self.api.call(person.token, method, path, body))
        elif self.random.random() < 0.2:
            token = self.random.choice((self.seen_token, person.token))
            self.look(self.api.call(token, method, path, body, headers={"DPoP": self.seen}))
        else:
            head, claims, signature = self.seen.split(".")
            mine = person.prove(method, path).split(".")
            spliced = self.random.choice(
                ([head, *mine[1:]], [mine[0], claims, signature], [*mine[:2], signature], None)
            )
            if spliced is None:
                self.look(person.send(method, path, body))
            else:
                self.look(person.once(method, path, body, proof=".".join(spliced)))

    def approve_own_device(self) -> None:
        """Enrol a device for one person, approve it as another, and use it."""
        victim, approver = self.with_device(), self.as_someone()
        self.read(victim.enrol())
        signature = self.signature()
        more = {"signed": signature} if signature else {}
        self.read(approver.post(victim.path("approve"), {"code": self.device.code, **more}))
        self.look(victim.view(NUMBER))
        self.read(approver.post(victim.path(self.random.choice(("deny", "revoke"))), more))

    def move_and_view(self) -> None:
        """Bring the parcel into a courier's sight, and view it as that courier."""
        item = {"waybill_no": NUMBER, "site": SITE, "courier": "dev/x-1"}
        self.read(self.api.post(self.api.mint("tracking", "x-2"), "/v1/custody", {"items": [item]}))
        self.look(Proving(self.api, "courier", "x-1", self.device).view(NUMBER))

    def try_route(self) -> None:
        """Call any operation as its documentation says, with a proof of his own."""
        row = self.random.choice(ROUTES)
        path = row.path.format_map({"waybill_no": NUMBER, "case": "D-1", "principal": "dev/courier"} | OTHER_PATHS)
        body = row.example.body if row.example is not None and row.body is not None else None
        self.read(self.with_device().once(row.method.upper(), path, body))

    def look(self, answered: Any) -> Any:
        self.shown.append(answered.text)
        return self.read(answered)

    def as_someone(self) -> Person:
        role = self.random.choice(ROLES)
        return Person(self.api, role, self.random.choice(("officer", "boss", "x-1", "x-2")), self.key)

    def read(self, answered: Any) -> Any:
        self.answers.append(answered.text)
        return answered

    def propose(self) -> None:
        act, body = self.random.choice([*self.acts().items()])
        body = {"act": act, **body}
        answered = self.read(self.as_someone().post("/v1/acts", body))
        if answered.status_code == 200:
            self.taken.append(answered.get_json())
            self.signed.append(self.key.sign(answered.get_json()))

    def acts(self) -> dict[str, Json]:
        """Every act that can be signed, with what it needs."""
        key = {"principal": "dev/officer", "key": self.key.key_id}
        device = {"principal": "dev/courier", "device": self.device.id}
        made: dict[str, Json] = {
            "detokenize": {"purpose": "dispute", "case": "D-1", "items": [self.item()]},
            "case-open": {"case": "D-7", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"},
            **{act: {"case": "D-1"} for act in ("case-approve", "case-deny", "case-close")},
            "erase": {"waybill_no": NUMBER},
            **{act: {"principal": "dev/x-1"} for act in ("freeze", "unfreeze")},
            "decoy-plant": {"waybills": ["SF8888888888"], "kind": "phantom"},
            "decoy-list": {},
            "decoy-remove": {"waybills": ["SF8888888888"]},
            "unrestrict": {"waybills": [NUMBER]},
            **{act: {"hold": "H-1"} for act in ("hold-set", "hold-lift")},
            **dict.fromkeys(("key-approve", "key-deny", "key-revoke"), key),
            **dict.fromkeys(("device-approve", "device-deny", "device-revoke"), device),
        }
        assert made.keys() == ACTS.keys()
        return made

    def item(self) -> Json:
        return field(NUMBER, self.random.choice(FIELDS))

    def signature(self) -> Json | None:
        """None, one of his own, or one with parts of others exchanged."""
        if not self.signed or self.random.random() < 0.2:
            return None
        one, other = self.random.choice(self.signed), self.random.choice(self.signed)
        name = self.random.choice(("act", "key", "authenticator_data", "client_data", "signature"))
        return self.random.choice(
            (one, {**one, name: other[name]}, {**one, "signature": b64(self.random.randbytes(70))})
        )

    def open(self) -> None:
        body: Json = {"purpose": "dispute", "case": "D-1", "items": [self.item()]}
        signature = self.signature()
        self.read(self.as_someone().post("/v1/detokenize", body | ({"signed": signature} if signature else {})))

    def approve_own_key(self) -> None:
        """Enrol a key for one person, and approve it as another."""
        victim = self.as_someone()
        options = self.read(victim.post("/v1/me/keys/options", {})).get_json()
        credential = self.key.create(options["publicKey"])
        self.read(victim.post("/v1/me/keys", {"name": "x", "options": options["options"], "credential": credential}))
        approver = self.as_someone()
        path = f"/v1/principals/{victim.id}/keys/{self.key.key_id}"
        signature = self.signature()
        more = {"signed": signature} if signature else {}
        self.read(approver.post(f"{path}/approve", {"code": self.key.code, **more}))
        self.read(approver.post(f"{path}/{self.random.choice(('deny', 'revoke'))}", more))

    def decide(self) -> None:
        signature = self.signature()
        more = {"signed": signature} if signature else {}
        path = self.random.choice(
            (
                "/v1/cases/D-1/approve",
                "/v1/cases/D-1/deny",
                "/v1/principals/dev%2Fofficer/thaw",
                "/v1/holds/H-1/set",
            )
        )
        self.read(self.as_someone().post(path, more))

    def erase(self) -> None:
        headers = {"Signed-Act": self.random.choice(("", "AAAA", "e30"))}
        self.read(self.api.call(self.as_someone().token, "DELETE", f"/v1/waybills/{NUMBER}", headers=headers))

    def steps(self, count: int) -> Iterator[None]:
        every = (
            self.propose,
            self.open,
            self.open,
            self.approve_own_key,
            self.decide,
            self.erase,
            self.view,
            self.view,
            self.approve_own_device,
            self.move_and_view,
            self.try_route,
        )
        for _ in range(count):
            self.random.choice(every)()
            yield


def check_nothing_was_opened(api: Api, courier: Proving, calls: int) -> None:
    thief = Thief(api, calls, courier)
    for _ in thief.steps(calls):
        pass
    assert [value for value in VALUES if any(value in answer for answer in thief.answers)] == []
    assert len(thief.signed) > calls // 200
    assert api.get(SUPERVISOR, "/v1/principals/frozen").get_json()["principals"] == []
    officer = Person(api, "dispute-officer", "officer")
    (held,) = [one for one in officer.get("/v1/me/keys").get_json()["keys"] if one["status"] == "active"]
    assert held["key"] != thief.key.key_id
    assert len(thief.shown) > calls // 10
    assert [word for word in SHOWN if any(word in answer for answer in thief.shown)] == []
    assert [one["device"] for one in courier.own() if one["status"] == "active"] == [courier.device.id]


def test_forged_calls_and_sequences_open_nothing_and_freeze_nobody(api: Api, courier: Proving) -> None:
    check_nothing_was_opened(api, courier, CALLS)


def test_thousands_of_forged_calls_open_nothing(api: Api, courier: Proving) -> None:
    check_nothing_was_opened(api, courier, 10_000)
