"""Days at the service, told whole: what each call is answered, what the log then holds, and everything that is stored.

`transcript.txt` has one line by line, and `keys.txt` that of keys and devices of people: the second is fixed, and
random texts are left out. A line is changed with what it tells. Refusals are told with their sentences. What is stored
is told twice: its sizes and expiries, and what is sealed as JSON in it.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jwt
import pytest
import redis
from werkzeug.test import TestResponse

from keys.aead import SealingKey
from tests.callers import put_on_file
from tests.service.people.policies import put
from tests.web.api import SITE, Api, Clock, Json, Under, field, record, settle, token
from tests.web.people import (
    AUDITOR,
    COURIER,
    DESK,
    OFFICER,
    OTHER_OFFICER,
    PRINTER,
    PRIVACY,
    SUPERVISOR,
    TRACKING,
)
from tests.web.proving import INDEXES, Proving
from tests.web.signing import Person

TOLD: Final = Path(__file__).with_name("transcript.txt")
NOW: Final = 1_800_000_000
MOBILE = "13700000001"
KNOWN, OTHER, PHANTOM, UNKNOWN = "SF1234567890", "SF2222222222", "SF3333333333", "SF9999999999"
RANDOM: Final = re.compile(
    r"""\bwbt1[\w-]{20,}|(?<=")[\w-]{32}(?=")|(?<=/calls/).+|\bno-number-700[\d-]*
    |\b[0-9a-f]{16}(?=-\d)|\b[0-9a-f]{20,}\b|(?<=["/])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{22,}""",
    re.VERBOSE,
)
USUAL: Final = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
OTHERWISE_TESTED: Final = {"Retry-After", "X-Request-Id", "Content-Length", "X-Masking-Rules"}
KEEPER: Final = b"\1" * 513
"""A member of each part of an index that is no entry."""
SIZES: Final = {"string": "STRLEN", "hash": "HLEN", "set": "SCARD", "zset": "ZCARD", "stream": "XLEN"}
OPENED: Final = {"purpose": "dispute", "case": "D-1"}
LONG: Final = 100
"""Characters of a value that is told once, and then by the number of its line."""


class Teller:
    """Calls, and tells what came."""

    def __init__(self, api: Api, set_clock: Clock) -> None:
        self.api = api
        self._set_clock, self._now = set_clock, NOW
        self.lines: list[str] = []
        self._told: dict[str, int] = {}

    def later(self, seconds: int = 1) -> None:
        """Let seconds pass: what is of one second is listed in any order, and its times are alike."""
        self._now += seconds
        self._set_clock(self._now)

    def call(self, who: str, method: str, path: str, body: object = None) -> Json:
        self.later()
        answered = self.api.call(self.api.mint(*who.split("/")) if "/" in who else who, method, f"/v1{path}", body)
        self.tell_answer(f"{who} {method} {path}", answered)
        told: Json = answered.get_json()
        return told

    def tell_answer(self, call: str, answered: TestResponse) -> None:
        self._tell(f"{call}: {answered.status_code}")
        unusual = {name: text for name, text in answered.headers.items() if USUAL.get(name) != text}
        self._tell_all("  ", {name: text for name, text in unusual.items() if name not in OTHERWISE_TESTED})
        self._tell_all("  ", answered.get_json())

    def _tell_all(self, indent: str, members: Json) -> None:
        for name, value in members.items():
            if isinstance(value, list) and any(isinstance(one, dict) for one in value):
                self._tell(f"{indent}{name}:")
                for one in value:
                    self._tell(f"{indent}  ", one)
            else:
                self._tell(f"{indent}{name}: ", value)

    def _tell(self, begin: str, *value: object) -> None:
        text = RANDOM.sub("…", "".join(json.dumps(one, ensure_ascii=False) for one in value))
        if len(text) > LONG and (before := self._told.setdefault(text, len(self.lines) + 1)) <= len(self.lines):
            text = f"as in line {before}"
        self.lines.append(RANDOM.sub("…", begin) + text)


def waybills(tell: Teller) -> Json:
    """Store, mask, view, move, and what of each is faulty. Returns the tokens of a waybill."""
    (made,) = tell.call(PRINTER, "POST", "/tokenize", {"records": [record(KNOWN)], "custody": {"site": SITE}})[
        "results"
    ]
    faulty = [record("?"), {"waybill_no": OTHER}, record(OTHER, sender__phone=True), record(KNOWN, remark="new"), 1]
    tell.call(PRINTER, "POST", "/tokenize", {"records": [record(KNOWN), *faulty]})
    found = record(OTHER, recipient__phone=MOBILE)
    revised = {"records": [record(KNOWN, remark="new"), found], "on_conflict": "revise", "replace": "token"}
    tell.call(PRINTER, "POST", "/tokenize", revised)
    tell.call(PRINTER, "POST", "/tokenize", {"records": [], "schema": "yunda", "custody": {"site": ""}})
    tell.call(
        PRINTER,
        "POST",
        "/mask",
        {"records": [record(KNOWN, tel="13812345678"), {"a": 1}, record(remark="13812345678")]},
    )
    tell.call(PRINTER, "POST", "/mask/", {"records": [], "profile": "courier"})
    moves = [
        {"waybill_no": OTHER, "site": SITE, "courier": "dev/c-2"},
        {"waybill_no": UNKNOWN, "site": SITE},
        {"waybill_no": "?", "courier": "c"},
        {"site": 1},
    ]
    tell.call(TRACKING, "POST", "/custody", {"items": moves})
    for who in (COURIER, OFFICER, OTHER_OFFICER, TRACKING):
        tell.call(who, "GET", f"/waybills/{KNOWN}")
    tell.call(COURIER, "POST", "/waybills/view", {"waybills": [KNOWN, OTHER, UNKNOWN, "?", 1]})
    tell.call(OFFICER, "GET", f"/waybills/{KNOWN}?profile=courier")
    return dict(made["tokens"])


def cases(tell: Teller, tokens: Json) -> None:
    """Open, decide, claim, detokenize, and end cases."""
    wanted = {"case": "D-1", "purpose": "dispute", "waybills": [KNOWN, UNKNOWN], "reason": "asked by the sender"}
    tell.call(DESK, "POST", "/cases", wanted)
    tell.call(DESK, "POST", "/cases", wanted)
    tell.call(DESK, "POST", "/cases", {"case": "?", "purpose": "x", "waybills": [], "expires_in": 0, "more": 1})
    tell.call(DESK, "POST", "/cases", wanted | {"case": "D-2", "purpose": "regulator", "expires_in": 3_600})
    tell.call(DESK, "POST", "/cases", wanted | {"case": "D-3", "waybills": [f"SF{at:010}" for at in range(11)]})
    tell.call(DESK, "POST", "/cases", wanted | {"case": "D-4", "officer": "client/dispute-officer"})
    tell.call(SUPERVISOR, "POST", "/cases/D-2/approve", {"note": "letter seen"})
    tell.call(SUPERVISOR, "POST", "/cases/D-3/deny", {"note": "too many"})
    tell.call(SUPERVISOR, "POST", "/cases/D-3/approve")
    tell.call(OFFICER, "POST", "/cases/D-1/claim")
    tell.call(OFFICER, "GET", "/cases/D-1")
    tell.call(DESK, "GET", "/cases/D-9")
    tell.call(OFFICER, "GET", "/cases/D-1/page")
    items = [
        token(tokens["/sender/phone"]),
        field(KNOWN, "/recipient/name"),
        field(KNOWN, "/sender/email"),
        field(OTHER, "/sender/phone"),
        field(KNOWN, "/sender/address"),
        token("wbt1"),
        {"waybill_no": KNOWN},
    ]
    tell.call(OFFICER, "POST", "/detokenize", OPENED | {"items": items})
    for asked in ({"case": "D-1"}, {"purpose": "dispute"}, {"purpose": "regulator"}, OPENED | {"case": "D-3"}):
        tell.call(OFFICER, "POST", "/detokenize", asked | {"items": items[:1]})
    tell.call(OFFICER, "POST", "/detokenize", OPENED | {"items": items[:1] * 20})
    tell.call(OFFICER, "GET", "/me/budgets")
    tell.call(SUPERVISOR, "GET", "/cases/D-1/opens")
    tell.call(OFFICER, "POST", "/cases/D-1/done")
    tell.call(DESK, "POST", "/cases/D-4/close", {"note": "answered"})
    tell.call(OFFICER, "POST", "/cases/D-4/claim")
    for query in ("", "?status=denied", "?status=closed&limit=1", "?counts=yes", f"?waybill={KNOWN}&limit=1"):
        tell.call(SUPERVISOR, "GET", f"/cases{query}")


def reaching(tell: Teller) -> None:
    """Call, search, restrict."""
    put_on_file(tell.api)
    call = tell.call(COURIER, "POST", "/calls", {"waybill_no": KNOWN})
    tell.call(COURIER, "POST", "/calls", {"waybill_no": KNOWN, "field": "/sender/name"})
    tell.call(COURIER, "POST", "/calls", {"waybill_no": UNKNOWN})
    tell.call(COURIER, "DELETE", f"/calls/{call['call']}")
    tell.call(COURIER, "DELETE", f"/calls/{call['call']}")
    for wanted in ({"phone": MOBILE}, {"phone": "13812345678"}, {"last4": "0001", "site": SITE}, {"phone": 1}):
        tell.call(DESK, "POST", "/search", wanted)
    tell.call(PRIVACY, "POST", "/restrictions", {"waybills": [OTHER, UNKNOWN, "?"]})
    tell.call(OFFICER, "GET", f"/waybills/{OTHER}")
    tell.call(OFFICER, "POST", "/waybills/view", {"waybills": [OTHER]})
    tell.call(PRIVACY, "DELETE", "/restrictions", {"waybills": [OTHER, UNKNOWN, "?"]})


def office(tell: Teller) -> None:
    """Freeze, plant decoys, hold, note an incident, erase."""
    person = quote("dev/u-7", safe="")
    tell.call(SUPERVISOR, "POST", f"/principals/{person}/freeze", {"why": "login seen abroad"})
    tell.call(f"{OFFICER}/u-7", "GET", f"/waybills/{KNOWN}")
    tell.call(SUPERVISOR, "GET", "/principals/frozen")
    tell.call(SUPERVISOR, "GET", "/activity")
    tell.call(SUPERVISOR, "POST", f"/principals/{person}/thaw", {"note": "spoken to"})
    tell.call(SUPERVISOR, "POST", f"/principals/{quote('client/supervisor', safe='')}/thaw")
    tell.call(PRIVACY, "POST", "/decoys", {"waybills": [PHANTOM], "kind": "phantom"})
    tell.call(PRIVACY, "POST", "/decoys", {"waybills": [OTHER, "?"], "kind": "seed"})
    tell.call(PRIVACY, "GET", "/decoys")
    tell.call(PRIVACY, "DELETE", "/decoys", {"waybills": [PHANTOM]})
    tell.call(
        PRIVACY, "POST", "/holds", {"hold": "H-1", "reason": "letter of the police", "waybills": [KNOWN, UNKNOWN]}
    )
    tell.call(PRIVACY, "POST", "/holds/H-1/set")
    tell.call(f"{PRIVACY}/privacy-2", "POST", "/holds/H-1/set", {})
    tell.call(PRIVACY, "GET", "/holds/H-1")
    tell.call(PRIVACY, "DELETE", f"/waybills/{KNOWN}")
    tell.call(PRIVACY, "POST", "/holds/H-1/lift")
    tell.call(PRIVACY, "GET", "/holds")
    tell.call(PRIVACY, "POST", "/holds/H-1/lift", {})
    tell.call(f"{PRIVACY}/privacy-2", "POST", "/holds/H-1/lift", {})
    tell.call(PRIVACY, "POST", "/holds", {"hold": "H-1", "reason": "", "waybills": []})
    tell.call(PRIVACY, "POST", "/holds", {"hold": "H-2", "reason": "a second letter", "waybills": [OTHER]})
    found = {"incident": "I-1", "leak": "sold list", "countries": ["cn", "kr"], "found_at": "2027-01-15T07:00:00Z"}
    tell.call(PRIVACY, "POST", "/incidents", found | {"persons": 1_000_000, "what": "a list on a market"})
    tell.call(
        PRIVACY,
        "POST",
        "/incidents/I-1",
        {"flags": ["malicious"], "reported": {"cn/first-report": "2027-01-15T07:30:00Z"}},
    )
    tell.call(AUDITOR, "GET", "/incidents/I-1/forms/cn")
    tell.call(PRIVACY, "POST", "/incidents/I-1/close")
    tell.call(PRIVACY, "POST", "/incidents/I-1/close")
    tell.call(PRIVACY, "POST", "/incidents/I-1", {"persons": 2})
    tell.call(PRIVACY, "POST", "/incidents/I-1", {"reported": {"kr/persons": "2027-01-15T07:40:00Z"}})
    tell.call(PRIVACY, "POST", "/incidents", found | {"incident": "I-2", "countries": ["eu"], "flags": ["high_risk"]})
    tell.call(PRIVACY, "POST", "/incidents/I-2", {"persons": -1, "flags": ["x"], "kinds": ["phone"]})
    tell.call(PRIVACY, "POST", "/incidents/I-2", {"possible": 7, "kinds": ["phone"], "measures": "sellers reported"})
    tell.call(AUDITOR, "POST", "/incidents/I-2/close")
    tell.call(AUDITOR, "GET", "/incidents")
    tell.call(PRIVACY, "DELETE", f"/waybills/{OTHER}")
    tell.call(PRIVACY, "DELETE", f"/waybills/{OTHER}")
    tell.call(PRINTER, "POST", "/tokenize", {"records": [record(OTHER)]})


def looking_back(tell: Teller) -> None:
    """Who am I, who is here, and what the log says of it all."""
    for who in (OFFICER, COURIER):
        tell.call(who, "GET", "/me")
    tell.call(DESK, "GET", "/people?role=dispute-officer")
    tell.call(AUDITOR, "GET", f"/waybills/{KNOWN}/disclosures")
    tell.call(AUDITOR, "GET", "/audit?limit=1000")
    tell.call(AUDITOR, "GET", f"/audit?waybill={KNOWN}&action=detokenize&order=newest")


def stored(api: Api) -> Iterator[str]:
    """Everything that the store holds: the sort of each name, its type, size and expiry, and how many there are."""
    found: Counter[str] = Counter()
    with redis.Redis.from_url(api.parts.settings.redis_url) as client:
        for key in {*client.scan_iter()} - {*client.scan_iter(b"wm:{keys}w:*")}:  # these tell of processes
            kind = client.type(key).decode()
            expires = client.expiretime(key)
            size = client.execute_command(SIZES[kind], key)
            # What expires by the store's own clock, which a test cannot set, is compared elsewhere.
            told = "lasting" if expires < 0 else f"{expires - NOW} s" if expires > NOW else "by the store's clock"
            # Which part of an index an entry is in depends on the keys, and each part has a keeper besides its entries.
            each, count = ("members", size - client.sismember(key, KEEPER)) if kind == "set" else (size, 1)
            found[f"{_sort(key.decode())} {kind} {each}, {told}"] += count
    yield from (f"  {told}: {count}" for told, count in sorted(found.items()))


class Opened(dict[bytes, bytes]):
    """What was sealed, by what it was sealed as."""

    def of(self, api: Api) -> Iterator[str]:
        """All JSON that the store holds sealed, with the sort of its key and the name of its field."""
        found = []
        with redis.Redis.from_url(api.parts.settings.redis_url) as client:
            for key in {*client.scan_iter()} - {*client.scan_iter(b"wm:{keys}w:*")}:  # these tell of processes
                kind = client.type(key)
                fields = client.hgetall(key) if kind == b"hash" else {b"": client.get(key)} if kind == b"string" else {}
                for name, sealed in fields.items():
                    text = self.get(sealed, b"").rstrip(b" ")
                    with contextlib.suppress(ValueError):  # the random bytes of a record can begin as JSON does
                        told = json.loads(text if text[:1] in (b"{", b"[") else b"")
                        field = re.sub(r":[\w-]{16}$", ":…", name.decode())
                        found.append(f"  {_sort(key.decode())} {field}: {_without_random(told)}")
        yield from sorted(found)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What is sealed during a test."""
    found = Opened()
    seal_many = SealingKey.seal_many

    def noting(key: SealingKey, plaintexts: Sequence[bytes], *how: Any, **more: Any) -> list[bytes]:
        sealed = seal_many(key, plaintexts, *how, **more)
        found.update(zip(sealed, plaintexts, strict=True))
        return sealed

    monkeypatch.setattr(SealingKey, "seal_many", noting)
    return found


def _without_random(value: object) -> str:
    return RANDOM.sub("…", json.dumps(value, ensure_ascii=False, sort_keys=True))


def _sort(key: str) -> str:
    return re.sub(r"[A-Za-z0-9_-]{16,}|(?<=:)[0-9a-f]{12,}", "…", key)


class Telling(Api):
    """The service, each call of which is told."""

    def __init__(self, api: Api, tell: Teller) -> None:
        self.__dict__.update(vars(api))
        self._tell = tell

    def call(self, who: str | None, method: str, path: str, body: object = None, **more: Any) -> TestResponse:
        answered = super().call(who, method, path, body, **more)
        caller = jwt.decode(who, options={"verify_signature": False})["sub"] if who and "." in who else who
        self._tell.tell_answer(f"{caller} {method} {path}", answered)
        return answered


def keys_of_people(api: Api, later: Callable[[int], None]) -> None:
    """Enrol keys, approve, deny and revoke them, and sign with them."""
    boss, officer = Person(api, "supervisor", "boss").bootstrap(), Person(api, OFFICER, "officer")
    officer.enrol()
    later(10)
    officer.get("/v1/me/keys")
    boss.get("/v1/principals/keys")
    boss.post(f"/v1/principals/{officer.id}/keys/{officer.key.key_id}/approve", {"code": officer.key.code})
    boss.approve(officer, code="0000")
    boss.approve(officer)
    boss.approve(officer)
    boss.get(f"/v1/principals/{quote(officer.id, safe='')}/keys")
    item = field(KNOWN, "/sender/phone")
    opening = {"purpose": "dispute", "case": "D-1", "items": [item]}
    officer.propose({"act": "detokenize", **opening})
    officer.post("/v1/detokenize", opening)
    signature = officer.sign({"act": "detokenize", **opening})
    for _ in range(2):
        officer.open(item, signature=signature)
    officer.open(field(OTHER, "/sender/phone"), signature=officer.sign({"act": "detokenize", **opening}))
    for wanted in ("deny", "revoke"):
        other = Person(api, OFFICER, "officer")
        other.enrol(name=f"to {wanted}")
        later(10)
        path = f"/v1/principals/{officer.id}/keys/{other.key.key_id}"
        if wanted == "revoke":
            boss.approve(other)
            later(10)
        boss.post(f"{path}/{wanted}", {})
        boss.get(f"/v1/principals/{quote(officer.id, safe='')}/keys")
    officer.get("/v1/me/keys")
    boss.post("/v1/acts", {"act": "hold-set", "hold": "H-1"})
    boss.post("/v1/acts", {"act": "?"})


def devices_of_people(api: Api, later: Callable[[int], None]) -> None:
    """Enrol devices, approve, deny and revoke them, and prove calls by them."""
    boss, courier = Person(api, "supervisor", "chief").bootstrap(), Proving(api)
    courier.view(KNOWN)
    courier.enrol()
    later(10)
    courier.own()
    courier.view(KNOWN)
    boss.get("/v1/principals/devices")
    for code in ("0000", courier.device.code):
        act = {"act": "device-approve", "principal": courier.id, "device": courier.device.id}
        boss.post(courier.path("approve"), {"code": code, "signed": boss.sign(act)})
    for seconds in (0, 289, 1, 1):  # the proofs' nonce is ten seconds old already
        later(seconds)
        courier.once("GET", f"/v1/waybills/{KNOWN}")
    courier.once("GET", f"/v1/waybills/{KNOWN}", proof="x")
    courier.once("GET", f"/v1/waybills/{OTHER}", proof=courier.prove("GET", f"/v1/waybills/{KNOWN}"))
    boss.get(courier.path("").removesuffix(f"/{courier.device.id}/"))
    boss.post(courier.path("revoke"), {})
    courier.view(KNOWN)
    courier.own()
    api.get(AUDITOR, "/v1/audit?limit=1000")


def test_keys_and_devices_are_told_as_they_are_listed(
    proving: Api, set_clock: Clock, opened: Opened, tmp_path: Path
) -> None:
    set_clock(NOW)
    tell = Teller(proving, set_clock)
    proving.tokenize(record(KNOWN), record(OTHER), custody={"site": SITE})
    proving.open_case("D-1", KNOWN)
    api = Telling(proving, tell)
    keys_of_people(api, tell.later)
    devices_of_people(api, tell.later)
    lines = [*tell.lines, "stored:", *stored(proving), "opened:", *opened.of(proving)]
    (tmp_path / "keys.txt").write_text("\n".join(lines) + "\n", "utf-8")

    expected = TOLD.with_name("keys.txt").read_text("utf-8").splitlines()
    assert lines == expected, f"what is told now is in {tmp_path}/keys.txt"


def test_a_whole_day_is_told_as_it_is_listed(under: Under, set_clock: Clock, opened: Opened, tmp_path: Path) -> None:
    set_clock(NOW)
    tell = Teller(under(put("search", INDEXES)), set_clock)
    tokens = waybills(tell)
    cases(tell, tokens)
    reaching(tell)
    office(tell)
    looking_back(tell)
    settle(tell.api)
    lines = [*tell.lines, "stored:", *stored(tell.api), "opened:", *opened.of(tell.api)]
    (tmp_path / "transcript.txt").write_text("\n".join(lines) + "\n", "utf-8")

    assert lines == TOLD.read_text("utf-8").splitlines(), f"what is told now is in {tmp_path}/transcript.txt"
