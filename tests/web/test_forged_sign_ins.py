"""With the issuer's private key and no key of a person: forged calls and sequences open nothing and show nothing.

The thief signs access tokens for every role and person, tries every route, has authenticators and devices of his own,
has seen a proof of an honest courier and a signature of an honest officer on their way, takes whatever the service
gives out, freezes approvers, and waits for failovers of the store.
`test_thousands_of_forged_calls_open_nothing` is the same with 10,000 calls. With an officer and a courier who collude,
he has what these two may have and no more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from keys.public_keys import b64
from masking_service.http.capabilities import GROUPS
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import assemble
from masking_service.service.people.signed_acts import SignedAct
from masking_service.store.client import Store
from tests.authenticators import Authenticator
from tests.devices import Device
from tests.service.people.policies import DOCUMENT, edited, put
from tests.web.api import NUMBER, SITE, Api, Json, content, emptied, field, record
from tests.web.people import SUPERVISOR
from tests.web.proving import INDEXES, Proving, proven
from tests.web.signing import Person, signed

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
MINE = "SF3333333333"
"""The waybill of the colluding officer's own case, which the colluding courier carries."""
OTHER_PATHS = {
    "ref": "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh",
    "hold": "H-1",
    "key": "pXk3Yt0mQmS0n9V2cZ8r4w",
    "device": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
    "incident": "I-1",
    "country": "cn",
    "code": "case-required",
}


LEFT_OUT = ("case-open", "case-close", "freeze", "decoy-list")
"""Acts that need no signature here, as in the recommended policy."""


@pytest.fixture(scope="module")
def service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A service whose policy has the grave acts signed, and views, calls and searches proven."""
    policy = tmp_path_factory.mktemp("forged") / "policy.yaml"
    edits = signed([act.value for act in SignedAct if act not in LEFT_OUT]), proven(), put("search", INDEXES)
    policy.write_text(edited(lambda text: [edit(text) for edit in edits]), "utf-8")
    parts = assemble(replace(settings, policy=policy))
    parts.store.trust()
    return Api(parts)


@pytest.fixture
def api(service: Api, valkey: str) -> Api:
    """A service with an honest officer, supervisor, courier and case."""
    api = emptied(service)
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER, officer="dev/officer")
    return api


@pytest.fixture
def officer(api: Api) -> Person:
    """An honest officer, whose key an honest supervisor approved."""
    return Person(api, "dispute-officer", "officer").approved_by(Person(api, "supervisor", "boss").bootstrap())


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

    def __init__(self, seed: int, officer: Person, courier: Proving) -> None:
        self.api = api = courier.api
        self.failovers = 0
        self.seen_opening: Json = {"purpose": "dispute", "case": "D-1", "items": [field(NUMBER, "/sender/phone")]}
        self.seen_opening["signed"] = officer.sign({"act": "detokenize", **self.seen_opening})
        self.officer_token, self.officer_key = officer.token, officer.key.key_id
        self.honest_device = courier.device.id
        assert api.post(officer.token, "/v1/detokenize", self.seen_opening).status_code == 200
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

    def replay(self, monkeypatch: pytest.MonkeyPatch, store: redis.Redis) -> None:
        """Wait for a failover to a server that lost what was used up, and send what was seen once more."""
        self.failovers += 1
        run_id = b"server %d" % self.failovers
        monkeypatch.setattr(Store, "run_id_of", lambda *_: run_id)
        store.delete(*store.scan_iter("wm:{t:*}signed:*", count=10_000), "none")
        path = f"/v1/waybills/{NUMBER}"
        token = self.random.choice((self.seen_token, self.with_device().token))
        self.look(self.api.call(token, "GET", path, headers={"DPoP": self.seen}))
        items = self.random.choice((self.seen_opening["items"], [self.item()]))
        token = self.random.choice((self.officer_token, self.as_someone().token))
        self.read(self.api.post(token, "/v1/detokenize", {**self.seen_opening, "items": items}))

    def freeze_approvers(self) -> None:
        """Freeze who could object, and approve meanwhile; the operator unfreezes them."""
        approver = self.as_someone()
        for who in ("boss", "officer"):
            self.read(approver.post(f"/v1/principals/dev%2F{who}/freeze", {}))
        self.approve_own_key()
        self.approve_own_device()
        self.use_own_key()
        for who in ("boss", "officer"):
            while not self.api.parts.freezes.prepare_unfreeze("default", f"dev/{who}").write():
                pass

    def revoke_and_enrol_again(self) -> None:
        """Revoke what honest people have, enrol in its place, and use that."""
        approver = self.as_someone()
        signature = self.signature()
        more = {"signed": signature} if signature else {}
        for path in (f"officer/keys/{self.officer_key}", f"courier/devices/{self.honest_device}"):
            self.read(approver.post(f"/v1/principals/dev%2F{path}/{self.random.choice(('deny', 'revoke'))}", more))
        self.approve_own_key()
        self.use_own_key()
        self.approve_own_device()

    def use_own_key(self) -> None:
        """Propose an opening as the officer, sign it with a key of his own, and call."""
        call: Json = {"purpose": "dispute", "case": "D-1", "items": [self.item()]}
        proposed = self.read(self.api.post(self.officer_token, "/v1/acts", {"act": "detokenize", **call}))
        if proposed.status_code == 200:
            signed_by_himself = self.key.sign(proposed.get_json())
            self.read(self.api.post(self.officer_token, "/v1/detokenize", {**call, "signed": signed_by_himself}))

    def move_and_view(self) -> None:
        """Bring the parcel into a courier's sight, and view it as that courier."""
        item = {"waybill_no": NUMBER, "site": SITE, "courier": "dev/x-1"}
        self.read(self.api.post(self.api.mint("tracking", "x-2"), "/v1/custody", {"items": [item]}))
        self.look(Proving(self.api, "courier", "x-1", self.device).view(NUMBER))

    def try_route(self) -> None:
        """Call any operation as its documentation says, with a proof of his own."""
        row = self.random.choice(ROUTES)
        path = row.path.format_map({"waybill_no": NUMBER, "case": "D-1", "principal": "dev/courier"} | OTHER_PATHS)
        self.read(self.with_device().once(row.method.upper(), path, row.example_body))

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
        assert made.keys() == {*SignedAct}
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
        if "publicKey" not in options:  # a person whom he froze
            return
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

    def steps(self, count: int, monkeypatch: pytest.MonkeyPatch, store: redis.Redis) -> Iterator[None]:
        every = (
            lambda: self.replay(monkeypatch, store),
            self.freeze_approvers,
            self.revoke_and_enrol_again,
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


Steals = Callable[[int], Thief]


@pytest.fixture
def thief(officer: Person, courier: Proving, monkeypatch: pytest.MonkeyPatch, valkey: str) -> Iterator[Steals]:
    """Lets a thief try so many times; returns what he has then."""
    with redis.Redis.from_url(valkey) as store:

        def steal(calls: int) -> Thief:
            thief = Thief(calls, officer, courier)
            for _ in thief.steps(calls, monkeypatch, store):
                pass
            return thief

        yield steal


def check_nothing_was_opened(api: Api, courier: Proving, thief: Thief, calls: int) -> None:
    assert [value for value in VALUES if any(value in answer for answer in thief.answers)] == []
    assert len(thief.signed) > calls // 200
    assert api.get(SUPERVISOR, "/v1/principals/frozen").get_json()["principals"] == []
    officer = Person(api, "dispute-officer", "officer")
    (held,) = [one for one in officer.get("/v1/me/keys").get_json()["keys"] if one["status"] == "active"]
    assert held["key"] == thief.officer_key
    assert thief.failovers > calls // 50
    assert len(thief.shown) > calls // 10
    assert [word for word in SHOWN if any(word in answer for answer in thief.shown)] == []
    assert [one["device"] for one in courier.own() if one["status"] == "active"] == [courier.device.id]


class Colluding(Thief):
    """A thief for whom an officer signs, and a courier proves, whatever he asks for. He forges their roles, too."""

    def __init__(self, seed: int, officer: Person, courier: Proving, friend: Person, runner: Proving) -> None:
        super().__init__(seed, officer, courier)
        self.friend, self.runner = friend.key, runner.device

    def role(self, own: str) -> str:
        """Half of the time the role that the person has."""
        return self.random.choice((own, self.random.choice(ROLES)))

    def as_friend(self) -> Person:
        return Person(self.api, self.role("dispute-officer"), "friend", self.friend)

    def signed_by_friend(self, act: Json) -> tuple[Person, Json | None]:
        friend = self.as_friend()
        proposed = self.read(friend.post("/v1/acts", act))
        return friend, friend.key.sign(proposed.get_json()) if proposed.status_code == 200 else None

    def open_as_friend(self) -> None:
        """Open under any case as the friend, or send the friend's signature as another person."""
        item = field(self.random.choice((NUMBER, MINE)), self.random.choice(FIELDS))
        call: Json = {"purpose": "dispute", "case": self.random.choice(("D-1", "D-2")), "items": [item]}
        friend, signature = self.signed_by_friend({"act": "detokenize", **call})
        if signature is not None:
            caller = self.random.choice((friend, friend, self.as_someone()))
            self.read(caller.post("/v1/detokenize", call | {"signed": signature}))

    def approve_as_friend(self) -> None:
        """Have the friend approve a key or a device of his own for another person, and use it."""
        victim, device = self.as_someone(), self.with_device()
        options = self.read(victim.post("/v1/me/keys/options", {})).get_json()
        credential = self.key.create(options["publicKey"])
        self.read(victim.post("/v1/me/keys", {"name": "x", "options": options["options"], "credential": credential}))
        self.read(device.enrol())
        for sort, of, key, code in (
            ("key", victim.id, self.key.key_id, self.key.code),
            ("device", device.id, device.device.id, device.device.code),
        ):
            friend, signature = self.signed_by_friend({"act": f"{sort}-approve", "principal": of, sort: key})
            path = f"/v1/principals/{of.replace('/', '%2F')}/{sort}s/{key}/approve"
            self.read(friend.post(path, {"code": code} | ({"signed": signature} if signature else {})))
        self.use_own_key()
        self.look(device.view(NUMBER))

    def decide_as_friend(self) -> None:
        """Have the friend approve, deny, unfreeze or set a hold."""
        for act, path, more in (
            ("case-approve", "/v1/cases/D-1/approve", {"case": "D-1"}),
            ("case-deny", "/v1/cases/D-1/deny", {"case": "D-1"}),
            ("unfreeze", "/v1/principals/dev%2Fx-9/thaw", {"principal": "dev/x-9"}),
            ("hold-set", "/v1/holds/H-1/set", {"hold": "H-1"}),
        ):
            friend, signature = self.signed_by_friend({"act": act, **more})
            self.read(friend.post(path, {"signed": signature} if signature else {}))

    def view_as_runner(self) -> None:
        method, path, body = self.random.choice(PROVEN_CALLS)
        path = path.replace(NUMBER, self.random.choice((NUMBER, MINE)))
        self.look(Proving(self.api, self.role("courier"), "runner", self.runner).send(method, path, body))

    def move_to_runner(self) -> None:
        """Bring the parcel into the friend's sight, and view it, and the friend's own."""
        item = {"waybill_no": NUMBER, "site": SITE, "courier": "dev/runner"}
        roles = self.random.choice(("tracking", ["tracking", "courier"], [*DOCUMENT["roles"]]))
        self.read(self.api.post(self.api.mint(roles, "runner"), "/v1/custody", {"items": [item]}))
        for number in (NUMBER, MINE):
            self.look(Proving(self.api, "courier", "runner", self.runner).view(number))

    def collude(self, count: int) -> None:
        every = (
            self.open_as_friend,
            self.approve_as_friend,
            self.decide_as_friend,
            self.view_as_runner,
            self.move_to_runner,
        )
        for at in range(count):
            every[at % len(every)]()


@pytest.mark.parametrize("calls", [200, 1000])
def test_who_colludes_adds_nothing_beyond_what_that_person_may(
    api: Api, officer: Person, courier: Proving, calls: int
) -> None:
    boss = Person(api, "supervisor", "chief").bootstrap()
    friend, runner = Person(api, "dispute-officer", "friend").approved_by(boss), Proving(api, sub="runner").bootstrap()
    others = {"name": "钱七", "phone": "13700000001", "address": "人民路88号101室"}
    api.tokenize(record(MINE, sender=others, recipient=others))
    held = [{"waybill_no": no, "site": SITE, "courier": who} for no, who in ((NUMBER, courier.id), (MINE, runner.id))]
    content(api.post("tracking", "/v1/custody", {"items": held}))
    api.open_case("D-2", MINE, officer=friend.id)
    thief = Colluding(1, officer, courier, friend, runner)

    thief.collude(calls)

    assert [value for value in VALUES if any(value in answer for answer in thief.answers)] == []
    assert [word for word in SHOWN if any(word in answer for answer in thief.shown)] == []
    assert any("13700000001" in answer for answer in thief.answers)
    assert any("人民路" in answer for answer in thief.shown)
    done = [
        (entry["action"], entry["principal"])
        for entry in content(api.get("auditor", "/v1/audit?order=newest&limit=1000"))["entries"]
        if entry["outcome"] in ("done", "released")
    ]
    assert {who for action, who in done if action == "detokenize"} == {officer.id, friend.id}
    assert {who for action, who in done if action.endswith("-approve")} == {"dev/boss", "dev/chief"}
    assert done.count(("detokenize", friend.id)) <= calls // 5


def test_forged_calls_and_sequences_open_nothing_and_freeze_nobody(api: Api, courier: Proving, thief: Steals) -> None:
    check_nothing_was_opened(api, courier, thief(CALLS), CALLS)


def test_thousands_of_forged_calls_open_nothing(api: Api, courier: Proving, thief: Steals) -> None:
    check_nothing_was_opened(api, courier, thief(10_000), 10_000)
