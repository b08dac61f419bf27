"""Every member of the entry of every action, done and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from masking_service.audit.actions import Action
from masking_service.audit.stored import unpack
from masking_service.runtime import administration
from masking_service.runtime.settings import Settings
from masking_service.store.layout import ONE_SLOT
from tests.web.api import SITE, Api, Clock, Json, field, record
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING

NOW: Final = 1_800_000_000
KNOWN, NEW, UNKNOWN = "SF1234567890", "SF2222222222", "SF9999999999"
PHONE = field(KNOWN, "/sender/phone")
REQUEST: Final = {"X-Request-Id": "req-1"}

Act = Callable[[Api], object]


def ask(who: str, method: str, path: str, body: object = None) -> Act:
    return lambda api: api.call(who, method, f"/v1{path}", body, headers=REQUEST)


def tokenize(*records: Json, **how: Any) -> Act:
    return ask(PRINTER, "POST", "/tokenize", {"records": records, **how})


def open_case(name: str) -> Act:
    body = {"case": name, "purpose": "dispute", "waybills": [KNOWN], "reason": "asked by the sender"}
    return ask(DESK, "POST", "/cases", body)


def detokenize(who: str, purpose: str | None, case: str | None) -> Act:
    return ask(who, "POST", "/detokenize", {"purpose": purpose, "case": case, "items": [PHONE]})


def both(first: Act, second: Act) -> Act:
    return lambda api: (first(api), second(api))


def about(number: str, outcome: str = "done", **more: str) -> list[Json]:
    """The items of an entry about one waybill; `number` is put in the place of its hash."""
    return [{"waybill": number, "outcome": outcome, **more}]


OPENED = {"field": "/sender/phone", "kind": "phone"}
MISSES = ask(OFFICER, "POST", "/waybills/view", {"waybills": [UNKNOWN] * 50})
FREEZE = ask(SUPERVISOR, "POST", "/principals/dev%2Fu-7/freeze")
THAW = ask(SUPERVISOR, "POST", "/principals/dev%2Fu-7/thaw")

DONE: list[tuple[str, str, Act, Json]] = [
    (
        "detokenize",
        OFFICER,
        detokenize(OFFICER, "dispute", "D-1"),
        {"outcome": "released", "purpose": "dispute", "case": "D-1", "count": 1, "facts": 1}
        | {"items": about(KNOWN, "released", **OPENED)},
    ),
    (
        "detokenize",
        PRIVACY,
        both(ask(SUPERVISOR, "POST", "/cases/D-2/approve"), detokenize(PRIVACY, "regulator", "D-2")),
        {"outcome": "released", "purpose": "regulator", "case": "D-2", "count": 1, "facts": 1}
        | {"items": about(KNOWN, "released", **OPENED), "approved_by": ["client/supervisor"]},
    ),
    (
        "view",
        COURIER,
        ask(COURIER, "GET", f"/waybills/{KNOWN}"),
        {"outcome": "released", "profile": "courier", "count": 1, "facts": 1, "items": about(KNOWN, "released")},
    ),
    ("erase", PRIVACY, ask(PRIVACY, "DELETE", f"/waybills/{KNOWN}"), {"items": about(KNOWN), "facts": 4}),
    (
        "erase",
        PRIVACY,
        ask(PRIVACY, "DELETE", f"/waybills/{UNKNOWN}"),
        {"outcome": "not-found", "items": about(UNKNOWN, "not-found")},
    ),
    ("disclosures", AUDITOR, ask(AUDITOR, "GET", f"/waybills/{KNOWN}/disclosures"), {"items": about(KNOWN)}),
    (
        "custody-move",
        TRACKING,
        ask(TRACKING, "POST", "/custody", {"items": [{"waybill_no": KNOWN, "site": SITE, "courier": "dev/u-7"}]}),
        {"items": about(KNOWN, site=SITE, courier="dev/u-7"), "facts": 1},
    ),
    (
        "custody-first",
        PRINTER,
        tokenize(record(NEW), custody={"site": SITE}),
        {"items": about(NEW, site=SITE), "facts": 1},
    ),
    ("revise", PRINTER, tokenize(record(KNOWN, remark="new"), on_conflict="revise"), {"items": about(KNOWN)}),
    ("case-open", DESK, open_case("D-9"), {"purpose": "dispute", "case": "D-9", "items": about(KNOWN), "facts": 1}),
    (
        "case-open",
        DESK,
        open_case("D-1"),
        {"outcome": "case-exists", "purpose": "dispute", "case": "D-1", "takes_back": 1},
    ),
    (
        "case-approve",
        SUPERVISOR,
        ask(SUPERVISOR, "POST", "/cases/D-2/approve"),
        {"purpose": "regulator", "case": "D-2", "facts": 1},
    ),
    (
        "case-deny",
        SUPERVISOR,
        ask(SUPERVISOR, "POST", "/cases/D-2/deny"),
        {"purpose": "regulator", "case": "D-2", "facts": 1},
    ),
    ("case-close", DESK, ask(DESK, "POST", "/cases/D-1/close"), {"purpose": "dispute", "case": "D-1", "facts": 1}),
    ("case-done", OFFICER, ask(OFFICER, "POST", "/cases/D-1/done"), {"purpose": "dispute", "case": "D-1", "facts": 1}),
    ("freeze", SUPERVISOR, FREEZE, {"subject": "dev/u-7", "facts": 1}),
    ("thaw", SUPERVISOR, both(FREEZE, THAW), {"subject": "dev/u-7", "facts": 1}),
    (
        "freeze",
        "",
        both(MISSES, MISSES),
        {"principal": "service/watch", "purpose": "misses", "subject": "client/dispute-officer", "facts": 1},
    ),
]

GUESSES = tokenize(*[record(KNOWN, remark=f"guess {at}") for at in range(101)])
REFUSED: list[tuple[str, str, Act, Json]] = [
    ("detokenize", OFFICER, detokenize(OFFICER, None, None), {"outcome": "purpose-required"}),
    (
        "detokenize",
        OFFICER,
        detokenize(OFFICER, "dispute", "D-8"),
        {"outcome": "case-not-open", "purpose": "dispute", "case": "D-8"},
    ),
    ("view", TRACKING, ask(TRACKING, "GET", f"/waybills/{KNOWN}?profile=label"), {}),
    ("erase", OFFICER, ask(OFFICER, "DELETE", f"/waybills/{KNOWN}"), {}),
    ("disclosures", OFFICER, ask(OFFICER, "GET", f"/waybills/{KNOWN}/disclosures"), {}),
    ("custody-move", OFFICER, ask(OFFICER, "POST", "/custody", {"items": []}), {}),
    ("case-open", OFFICER, ask(OFFICER, "POST", "/cases", {"case": "D-9"}), {}),
    ("case-approve", OFFICER, ask(OFFICER, "POST", "/cases/D-2/approve"), {"case": "D-2"}),
    ("case-close", OFFICER, ask(OFFICER, "POST", "/cases/D-2/close"), {"case": "D-2"}),
    ("case-done", SUPERVISOR, ask(SUPERVISOR, "POST", "/cases/D-2/done"), {"case": "D-2"}),
    ("freeze", OFFICER, ask(OFFICER, "POST", "/principals/dev%2Fu-7/freeze"), {"subject": "dev/u-7"}),
    (
        "thaw",
        SUPERVISOR,
        ask(SUPERVISOR, "POST", "/principals/client%2Fsupervisor/thaw"),
        {"subject": "client/supervisor"},
    ),
    ("audit-read", OFFICER, ask(OFFICER, "GET", "/audit"), {}),
    ("tokenize", PRINTER, GUESSES, {"outcome": "quota-exceeded", "role": PRINTER}),
]


def entries(api: Api, action: str) -> list[Json]:
    """The entries of an action, in order."""
    store = api.parts.store
    writers = store.read([(b"KEYS", ONE_SLOT.stream("*"))])[0]  # also those that have ended
    streams = store.read([(b"XRANGE", writer, b"-", b"+") for writer in writers])
    every = [unpack(fields[1]) for stream in streams for _, fields in stream]
    return [entry for entry in every if entry["action"] == action]


def expected(api: Api, action: str, who: str, said: Json) -> Json:
    """A whole entry, from what is said of it beside the members that all entries have."""
    keys = api.parts.keyring.tenant("default")
    items = [
        item | {"waybill": keys.audit_hash("waybill", keys.bases([item["waybill"]])[0].hex())}
        for item in said.get("items", [])
    ]
    common = {
        "at": NOW,
        "action": action,
        "outcome": "done",
        "principal": f"client/{who}",
        "role": who,
        "tenant": keys.audit_hash("tenant"),
        "request": "req-1",
        "policy": api.parts.acting.policy.digest,
        "approved_by": [],
        "facts": 0,
    }
    return common | said | {"items": items}


def counted(entry: Json) -> Json:
    """The entry with the number of its facts, compared with the store elsewhere, and of what it takes back."""
    return entry | {name: len(entry[name]) for name in ("facts", "takes_back") if name in entry}


@pytest.fixture
def ready(api: Api, set_clock: Clock) -> Api:
    """A service that knows one waybill in custody, with a case that is open and one that is pending."""
    set_clock(NOW)
    api.tokenize(record(KNOWN), custody={"site": SITE})
    api.open_case("D-1", KNOWN)
    api.open_case("D-2", KNOWN, purpose="regulator")
    return api


@pytest.mark.parametrize(
    ("action", "who", "act", "said"), DONE, ids=[f"{row[0]} by {row[1] or 'policy'}" for row in DONE]
)
def test_the_entry_of_what_is_done(ready: Api, action: str, who: str, act: Act, said: Json) -> None:
    act(ready)

    assert counted(entries(ready, action)[-1]) == expected(ready, action, who, said)


@pytest.mark.parametrize(("action", "who", "act", "said"), REFUSED, ids=[f"{row[0]} by {row[1]}" for row in REFUSED])
def test_the_entry_of_what_is_refused(ready: Api, action: str, who: str, act: Act, said: Json) -> None:
    act(ready)

    refused = {"outcome": "forbidden", "role": ""} | said
    assert counted(entries(ready, action)[-1]) == expected(ready, action, who, refused)


@pytest.mark.parametrize("action", [Action.CLIENT_ADD, Action.CLIENT_REVOKE])
def test_the_entry_of_an_operator(
    fresh: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    lost = fresh.parts.registry.prepare_restore()  # the clients of the set-up, of which the store was emptied
    assert lost is not None
    lost.write()
    monkeypatch.setattr(administration, "clock", lambda: NOW)
    with administration.opened_registry(settings) as opened:
        opened.change(action, "printer-9", lambda known: known)

    said = {"principal": "service/command-line", "role": "", "request": "", "subject": "client/printer-9"}
    entry = entries(fresh, action)[-1]
    assert entry["facts"] != []
    assert entry | {"facts": 0} == expected(fresh, action, "", said)
