"""Freezing over HTTP: at once where a value may be shown, everywhere from memory, in the log, undone by others only."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from masking_service.http import operations
from masking_service.service.call.operation import Operation
from masking_service.service.people.principals import Principal
from masking_service.store.client import Store
from tests.every import every
from tests.web.api import NOW, NUMBER, PHONE, Api, Clock, outcome, record, refusal, started
from tests.web.calls import entries, freeze, frozen, path_of, thaw, unanswered
from tests.web.people import COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR

FROZEN = (403, "frozen")


@pytest.fixture
def neighbour(ready: Api) -> Api:
    """Another worker of the same service."""
    return started(ready.parts.settings)


def test_a_freeze_is_answered_and_listed(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)

    answered = freeze(api, "dev/u-7", body={"why": "rented login"})

    assert answered == {"id": "dev/u-7", "frozen": True, "since": "2026-11-30T00:53:20Z", "why": "rented login"}
    assert frozen(api) == [{"id": "dev/u-7", "since": "2026-11-30T00:53:20Z", "why": "rented login"}]


def test_without_freezes_the_list_is_empty(api: Api) -> None:
    assert api.get(SUPERVISOR, "/v1/principals/frozen").get_json() == {"principals": []}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "by hand"),
        ({}, "by hand"),
        ({"why": ""}, "by hand"),
        ({"why": " \t"}, "by hand"),
        ({"why": " left "}, "left"),
        ({"why": None}, "by hand"),
        ({"reason": "misspelt"}, "by hand"),
        ({"why": "sold data", "colour": 7}, "sold data"),
        ({"why": "x" * 900}, "x" * 500),
    ],
)
def test_no_freeze_fails_over_its_reason(api: Api, body: object, why: str) -> None:
    assert freeze(api, "dev/u-7", body=body)["why"] == why


def test_a_body_of_nothing_needs_no_media_type(api: Api) -> None:
    assert freeze(api, "dev/u-7", data=b"", content_type="text/plain")["why"] == "by hand"


@pytest.mark.parametrize(
    ("data", "media", "expected"),
    [
        (b"{", "application/json", (400, "invalid-json")),
        (b"[]", "application/json", (422, "invalid-request")),
        (b'{"why": 7}', "application/json", (422, "invalid-request")),
        (b"why=x", "application/x-www-form-urlencoded", (415, "unsupported-media-type")),
    ],
)
def test_a_body_that_is_no_reason_at_all_is_refused(
    api: Api, data: bytes, media: str, expected: tuple[int, str]
) -> None:
    answered = api.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze", data=data, content_type=media)

    assert (refusal(answered), frozen(api)) == (expected, [])


def test_personal_data_in_the_reason_is_masked(api: Api) -> None:
    freeze(api, "dev/u-7", body={"why": "客户李明投诉，called 13812345678"})

    assert frozen(api)[0]["why"] == "客户李*投诉，called *******5678"


def test_a_thaw_is_answered_and_takes_them_off_the_list(api: Api) -> None:
    freeze(api, "dev/u-7")

    assert (thaw(api, "dev/u-7"), frozen(api)) == ({"id": "dev/u-7", "frozen": False}, [])


def test_a_thaw_of_who_is_not_frozen_is_the_same(api: Api) -> None:
    assert thaw(api, "dev/u-7") == {"id": "dev/u-7", "frozen": False}


@pytest.mark.parametrize(
    "who",
    [
        "client/dispute-officer",
        "dev/u-7",
        "unknown/issuer",
        "staff/a/freeze",
        "staff/a/thaw",
        "staff/frozen",
        "staff/名字",
        "staff/a b",
        "staff/a%2Fb",
        "staff/a?b#c",
        "staff/..",
        "staff/" + "x" * 128,
    ],
)
def test_every_well_formed_id_can_be_frozen_and_unfrozen(api: Api, who: str) -> None:
    freeze(api, who)
    listed = [one["id"] for one in frozen(api)]
    thaw(api, who)

    assert (listed, frozen(api)) == ([who], [])


@every(
    "who",
    [
        "unknown",
        "/",
        "staff/",
        "/u-7",
        "client/UPPER",
        "client/a/b",
        "service/watch",
        "Staff/u-7",
        "staff/ a",
        "staff/a\n",
        "staff/\u200ba",
        "staff/" + "x" * 129,
    ],
)
@every("act", ["freeze", "thaw"])
def test_a_malformed_id_is_not_found(api: Api, who: str, act: str) -> None:
    answered = api.post(SUPERVISOR, f"/v1/principals/{quote(who, safe='')}/{act}")

    assert refusal(answered) == (404, "not-found")


def test_bytes_that_are_no_utf8_are_never_a_failure(api: Api) -> None:
    assert api.post(SUPERVISOR, "/v1/principals/staff%2F%ff%fe/freeze").status_code in (200, 404)


def test_a_slash_may_be_sent_as_it_is(api: Api) -> None:
    assert api.post(SUPERVISOR, "/v1/principals/dev/u-7/freeze").get_json()["id"] == "dev/u-7"


@pytest.mark.parametrize("act", ["freeze", "thaw"])
def test_a_missing_permission_is_answered_before_a_malformed_id(api: Api, act: str) -> None:
    for who in ("dev%2Fu-7", "unknown"):
        assert refusal(api.post(OFFICER, f"/v1/principals/{who}/{act}")) == (403, "forbidden")


def test_callers_cannot_unfreeze_themselves(ready: Api) -> None:
    own = ready.post(SUPERVISOR, "/v1/principals/client%2Fsupervisor/thaw")
    signed_in = ready.post(ready.mint(SUPERVISOR, "boss"), "/v1/principals/dev%2Fboss/thaw")

    assert (refusal(own), refusal(signed_in)) == ((403, "forbidden"), (403, "forbidden"))


def test_a_frozen_supervisor_cannot_freeze_or_unfreeze(ready: Api, neighbour: Api) -> None:
    """Live: the process that they call has not heard of it yet."""
    freeze(neighbour, "client/supervisor", by="supervisor-2")

    for path in ("client%2Fsupervisor/thaw", "dev%2Fu-7/thaw", "dev%2Fu-7/freeze"):
        assert refusal(ready.post(SUPERVISOR, f"/v1/principals/{path}")) == FROZEN


def test_callers_can_freeze_themselves(api: Api) -> None:
    freeze(api, "client/supervisor")

    assert refusal(api.get(SUPERVISOR, "/v1/principals/frozen")) == FROZEN


def opening(api: Api) -> tuple[int, str]:
    return outcome(api.detokenize(PHONE))


def viewing(api: Api) -> tuple[int, str]:
    return outcome(api.get(COURIER, f"/v1/waybills/{NUMBER}"))


@pytest.mark.parametrize(
    ("who", "attempt"), [("client/dispute-officer", opening), ("client/courier", viewing)], ids=["opening", "viewing"]
)
def test_from_that_moment_on_no_worker_shows_them_a_value(
    ready: Api, neighbour: Api, who: str, attempt: Callable[[Api], tuple[int, str]]
) -> None:
    before = attempt(ready)
    freeze(neighbour, who)
    during = attempt(ready)
    thaw(neighbour, who)

    assert (before, during, attempt(ready)) == ((200, ""), FROZEN, (200, ""))


def test_masked_views_are_refused_live_too(ready: Api, neighbour: Api) -> None:
    freeze(neighbour, "client/dispute-officer")

    assert refusal(ready.get(OFFICER, f"/v1/waybills/{NUMBER}")) == FROZEN


def test_erasing_is_refused_live_too(ready: Api, neighbour: Api) -> None:
    freeze(neighbour, "client/privacy-officer")

    assert refusal(ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}")) == FROZEN


def guarded() -> list[Operation]:
    return [row for row in operations.TABLE if row.permissions]


@pytest.mark.parametrize("who", ["printer", "supervisor", "unknown"])
def test_who_is_frozen_gets_nothing_at_any_address(api: Api, who: str) -> None:
    roles = {"printer": [PRINTER], "supervisor": [SUPERVISOR], "unknown": []}[who]
    everything = [name for name, role in api.parts.acting.policy.rules.roles.items() if role.permissions]
    caller = api.mint(roles or everything, "u-7")
    freeze(api, "dev/u-7")

    answered = {row.name: refusal(api.call(caller, *request_of(row))) for row in guarded()}

    assert answered == dict.fromkeys(answered, FROZEN)


@pytest.mark.parametrize(
    ("path", "told"), [("/v1/me", (422, "invalid-request")), ("/v1/me/budgets", FROZEN), ("/v1/cases", FROZEN)]
)
def test_who_is_frozen_is_told_what_is_wrong_where_the_answer_says_that_they_are_frozen(
    api: Api, path: str, told: tuple[int, str]
) -> None:
    freeze(api, "client/dispute-officer")

    assert refusal(api.get(OFFICER, f"{path}?misspelt=1")) == told


def request_of(row: Operation) -> tuple[str, str, object]:
    """The method, path and body of the document's example."""
    query = "?by=principal" if row.name == "sum_audit" else ""
    return row.method.upper(), path_of(row) + query, row.example_body


def test_a_frozen_printers_masks_ask_nothing_of_the_store(ready: Api) -> None:
    freeze(ready, "client/label-printer")
    before = ready.parts.store.round_trips

    assert refusal(ready.post(PRINTER, "/v1/mask", {"records": [record()]})) == FROZEN
    assert ready.parts.store.round_trips == before


def test_masking_continues_while_the_freezes_cannot_be_read(storeless: Api) -> None:
    assert storeless.post(PRINTER, "/v1/mask", {"records": [record()]}).status_code == 200
    assert refusal(storeless.get(COURIER, f"/v1/waybills/{NUMBER}")) == (503, "unavailable")


def test_freeze_thaw_and_refusals_are_in_the_log(ready: Api) -> None:
    seen = len(entries(ready))
    freeze(ready, "client/dispute-officer")
    opening(ready)
    ready.get(OFFICER, f"/v1/waybills/{NUMBER}")
    thaw(ready, "client/dispute-officer")
    ready.post(SUPERVISOR, "/v1/principals/client%2Fsupervisor/thaw")
    ready.post(DESK, "/v1/principals/dev%2Fu-7/freeze")

    told = [(one["action"], one["outcome"], one["principal"], one.get("subject", "")) for one in entries(ready)[seen:]]
    assert told == [
        ("freeze", "done", "client/supervisor", "client/dispute-officer"),
        ("detokenize", "frozen", "client/dispute-officer", ""),
        ("view", "frozen", "client/dispute-officer", ""),
        ("thaw", "done", "client/supervisor", "client/dispute-officer"),
        ("thaw", "forbidden", "client/supervisor", "client/supervisor"),
        ("freeze", "forbidden", "client/service-desk", "dev/u-7"),
    ]


def test_who_is_frozen_is_refused_before_case_and_budget(ready: Api) -> None:
    freeze(ready, "client/dispute-officer")
    before = ready.parts.store.round_trips

    opening(ready)

    assert ready.parts.store.round_trips - before == 2  # who is frozen, and the entry


def test_counts_stay_where_the_unfreeze_cannot_be_recorded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Principal("dev/u-7", "default", (), frozenset(), "jwt")
    api.parts.freezes.add_misses(known, 5)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "script", unanswered)
        assert refusal(api.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/thaw")) == (503, "unavailable")

    assert api.parts.freezes.add_misses(known, 1) == 6
