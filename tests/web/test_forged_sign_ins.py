"""With the issuer's private key and no key of a person: forged calls and sequences over all roles open nothing.

The thief signs access tokens for every role and person, has authenticators of his own, and takes whatever the service
gives out. `test_thousands_of_forged_calls_open_nothing` is the same with 10,000 calls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from keys.authenticators import b64
from masking_service.service.people.signed_rules import ACTS
from tests.authenticators import Authenticator
from tests.web.api import NUMBER, Api, Json, field, record
from tests.web.people import SUPERVISOR
from tests.web.signing import Person

VALUES = ("13812345678", "张三", "021-59791234-801", "欧阳娜娜", "3号楼2单元402室")
ROLES = ("dispute-officer", "supervisor", "privacy-officer", "service-desk", "auditor", "courier", "label-printer")
FIELDS = ("/sender/phone", "/sender/name", "/recipient/phone", "/recipient/name", "/recipient/address")
CALLS = 400


@pytest.fixture
def api(signing: Api) -> Api:
    """A service with an honest officer, supervisor and case; the officer has opened one field."""
    signing.tokenize(record())
    signing.open_case("D-1", NUMBER)
    boss = Person(signing, "supervisor", "boss").bootstrap()
    officer = Person(signing, "dispute-officer", "officer").approved_by(boss)
    assert officer.open(field(NUMBER, "/sender/phone")).status_code == 200
    return signing


class Thief:
    """Forges sign-ins of anyone, and signs with keys that he made himself.

    Attributes:
        answers: the text of everything that he was answered.
    """

    def __init__(self, api: Api, seed: int) -> None:
        self.api = api
        self.random = random.Random(seed)
        self.key = Authenticator()
        self.answers: list[str] = []
        self.taken: list[Json] = []
        self.signed: list[Json] = []

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
        made: dict[str, Json] = {
            "detokenize": {"purpose": "dispute", "case": "D-1", "items": [self.item()]},
            "case-open": {"case": "D-7", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"},
            **{act: {"case": "D-1"} for act in ("case-approve", "case-deny", "case-close")},
            "erase": {"waybill_no": NUMBER},
            **{act: {"principal": "dev/x-1"} for act in ("freeze", "unfreeze")},
            "decoy-plant": {"waybills": ["SF8888888888"], "kind": "phantom"},
            "decoy-list": {},
            **{act: {"hold": "H-1"} for act in ("hold-set", "hold-lift")},
            **dict.fromkeys(("key-approve", "key-deny", "key-revoke"), key),
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
        every = (self.propose, self.open, self.open, self.approve_own_key, self.decide, self.erase)
        for _ in range(count):
            self.random.choice(every)()
            yield


def check_nothing_was_opened(api: Api, calls: int) -> None:
    thief = Thief(api, calls)
    for _ in thief.steps(calls):
        pass
    # A courier's view shows the address in full by role; no device proof is asked for here, and no view is tried.
    assert [value for value in VALUES if any(value in answer for answer in thief.answers)] == []
    assert len(thief.signed) > calls // 50
    assert api.get(SUPERVISOR, "/v1/principals/frozen").get_json()["principals"] == []
    officer = Person(api, "dispute-officer", "officer")
    (held,) = [one for one in officer.get("/v1/me/keys").get_json()["keys"] if one["status"] == "active"]
    assert held["key"] != thief.key.key_id


def test_forged_calls_and_sequences_open_nothing_and_freeze_nobody(api: Api) -> None:
    check_nothing_was_opened(api, CALLS)


def test_thousands_of_forged_calls_open_nothing(api: Api) -> None:
    check_nothing_was_opened(api, 10_000)
