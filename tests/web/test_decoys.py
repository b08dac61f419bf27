"""Decoys over HTTP: a person who names a phantom is answered as always, and frozen from the next call on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import redis
from werkzeug.test import TestResponse

from keys.errors import IntegrityError
from masking_service.service.decoys.state import MAX_DECOYS
from masking_service.store.layout import DECOYS, tenant_key
from tests.web.api import NOW, SITE, Api, Clock, Json, content, field, record, refusal, settle, started, token
from tests.web.calls import alerts, frozen, thaw
from tests.web.people import COURIER, DESK, OFFICER, PRINTER, PRIVACY, TRACKING

CASES = count(100)
PHANTOM = "SF1111111111"
RECORD = "SF2222222222"
FROZEN = (403, "frozen")


def plant(api: Api, *waybills: Any, kind: str = "phantom", who: str = PRIVACY) -> TestResponse:
    return api.post(who, "/v1/decoys", {"waybills": waybills, "kind": kind})


def remove(api: Api, *waybills: Any) -> TestResponse:
    return api.call(PRIVACY, "DELETE", "/v1/decoys", {"waybills": waybills})


def planted(api: Api) -> list[Json]:
    found: list[Json] = content(api.get(PRIVACY, "/v1/decoys"))["decoys"]
    return found


def deferred_tasks_wait(api: Api) -> Callable[[], None]:
    """Hold back what is deferred until the returned function is called."""
    go = threading.Event()
    for _ in range(2):
        api.parts.deferred.submit(go.wait, 10)
    return go.set


@pytest.fixture
def ready(fresh: Api) -> Api:
    """A phantom and a record, stored alike and named by a case that was opened before."""
    fresh.tokenize(record(PHANTOM), record(RECORD))
    fresh.open_case("D-9", PHANTOM, RECORD)
    assert plant(fresh, PHANTOM).get_json() == {"planted": 1}
    return fresh


@pytest.fixture
def neighbour(ready: Api) -> Api:
    """Another worker of the same service."""
    other = started(ready.parts.settings)
    other.parts.decoys.refresh(["default"])
    return other


def open_case(api: Api, *numbers: str) -> TestResponse:
    case = {"case": f"C-{next(CASES)}", "purpose": "dispute", "waybills": numbers, "reason": "asked"}
    return api.post(DESK, "/v1/cases", case)


def view(api: Api, *numbers: str) -> TestResponse:
    return api.post(OFFICER, "/v1/waybills/view", {"waybills": numbers})


def view_one(api: Api, number: str) -> TestResponse:
    return api.get(OFFICER, f"/v1/waybills/{number}")


def view_outside_custody(api: Api, number: str) -> TestResponse:
    return api.post(api.mint(COURIER, "c-1", sites=[SITE]), "/v1/waybills/view", {"waybills": [number]})


def view_by_machine(api: Api, number: str) -> TestResponse:
    return api.post(COURIER, "/v1/waybills/view", {"waybills": [number]})


def view_page_of_case(api: Api, number: str) -> TestResponse:
    return api.post(OFFICER, "/v1/waybills/view", {"waybills": [number], "case": "D-9"})


def detokenize(api: Api, number: str) -> TestResponse:
    return api.detokenize(field(number, "/sender/phone"), case="D-9")


def detokenize_without_case(api: Api, number: str) -> TestResponse:
    return api.detokenize(field(number, "/sender/phone"), case="D-none")


def detokenize_faulty(api: Api, number: str) -> TestResponse:
    return api.detokenize({**field(number, "/sender/phone"), "more": 1}, case="D-9")


def move(api: Api, number: str) -> TestResponse:
    return api.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": number, "site": "999999"}]})


Name = Callable[[Api, str], TestResponse]


FREEZING: list[Name] = [view, view_one, view_outside_custody, detokenize, detokenize_without_case, detokenize_faulty]
ALERTING: list[Name] = [open_case, move, view_by_machine, view_page_of_case]
WAYS = FREEZING + ALERTING
ACTORS: dict[Name, str] = {view_outside_custody: "dev/c-1"}


@pytest.mark.parametrize("name", FREEZING)
def test_naming_a_phantom_freezes_from_the_next_call_on(ready: Api, name: Name) -> None:
    raised = alerts(ready)
    name(ready, PHANTOM)
    next_one = refusal(name(ready, RECORD))
    settle(ready)

    assert (next_one, refusal(name(ready, RECORD))) == (FROZEN, FROZEN)
    assert [(one["id"], one["why"]) for one in frozen(ready)] == [(ACTORS.get(name, f"client/{OFFICER}"), "decoy")]
    assert [one.kind for one in raised] == ["decoy"]


@pytest.mark.parametrize("name", ALERTING)
def test_a_case_its_page_a_move_and_a_machine_only_raise_the_alert(ready: Api, name: Name) -> None:
    raised = alerts(ready)
    name(ready, PHANTOM)
    settle(ready)

    assert ([one.kind for one in raised], frozen(ready)) == (["decoy"], [])
    assert name(ready, RECORD).status_code < 300 or name is view_by_machine


def test_nothing_that_a_test_defers_outlives_it(fresh: Api) -> None:
    written: list[str] = []
    ended = threading.Event()
    fresh.parts.deferred.submit(ended.wait, 10)
    fresh.parts.deferred.submit(lambda: written.append("a freeze"))
    threading.Timer(0.1, ended.set).start()

    settle()

    assert (written, ended.is_set()) == (["a freeze"], True)


@pytest.mark.parametrize("case", ["D-none", "D-8", "D 9"], ids=["unknown", "of other waybills", "malformed"])
def test_a_view_for_the_page_of_another_case_freezes(ready: Api, case: str) -> None:
    ready.open_case("D-8", RECORD)
    answered = ready.post(OFFICER, "/v1/waybills/view", {"waybills": [PHANTOM], "case": case})

    assert answered.status_code == 200
    assert refusal(view(ready, RECORD)) == FROZEN


def test_a_case_of_another_is_no_page_of_the_desk(ready: Api) -> None:
    desk = ready.mint(DESK, "other-desk")
    ready.post(desk, "/v1/waybills/view", {"waybills": [PHANTOM], "case": "D-9"})

    assert refusal(ready.post(desk, "/v1/waybills/view", {"waybills": [RECORD]})) == FROZEN


def test_a_case_that_a_courier_may_not_read_is_no_page_of_theirs(ready: Api) -> None:
    courier = ready.mint(COURIER, "c-1")
    ready.post(courier, "/v1/waybills/view", {"waybills": [PHANTOM], "case": "D-9"})

    assert refusal(ready.post(courier, "/v1/waybills/view", {"waybills": [RECORD]})) == FROZEN


@pytest.mark.parametrize("name", FREEZING)
def test_another_worker_refuses_them_too(ready: Api, neighbour: Api, name: Name) -> None:
    name(neighbour, PHANTOM)
    settle(neighbour)
    ready.parts.freezes.refresh(["default"])

    assert refusal(name(ready, RECORD)) == FROZEN


@pytest.mark.parametrize("name", WAYS)
def test_a_phantom_is_answered_as_a_record_with_as_many_exchanges(ready: Api, name: Name) -> None:
    release = deferred_tasks_wait(ready)
    name(ready, RECORD)  # of equal refusals within a minute only the first one is written to the log
    answers = []
    for number in (RECORD, PHANTOM):
        before = ready.parts.store.round_trips
        answered = name(ready, number)
        trips = ready.parts.store.round_trips - before
        body = re.sub(r"C-\d+", "CASE", answered.text.replace(number, "NUMBER"))
        answers.append((answered.status_code, body, [*answered.headers.keys()], trips))
    release()

    assert answers[0] == answers[1]


def test_a_token_names_its_waybill(ready: Api) -> None:
    (stored,) = ready.tokenize(record(PHANTOM))
    ready.detokenize(token(stored["tokens"]["/sender/phone"]), case="D-none")

    assert refusal(view(ready, RECORD)) == FROZEN


def test_a_phantom_that_was_never_stored_is_noticed_too(ready: Api) -> None:
    plant(ready, "SF9999999999")
    view(ready, "SF9999999999")

    assert refusal(view(ready, RECORD)) == FROZEN


def test_a_phantom_among_many_is_noticed(ready: Api) -> None:
    view(ready, *[f"SF{at:010}" for at in range(49)], PHANTOM.lower())

    assert refusal(view(ready, RECORD)) == FROZEN


def test_a_list_of_a_case_raises_the_alert_only(ready: Api) -> None:
    raised = alerts(ready)
    open_case(ready, RECORD, PHANTOM)
    settle(ready)

    assert ([one.kind for one in raised], frozen(ready)) == (["decoy"], [])
    assert open_case(ready, "SF4444444444").status_code == 201


def metrics_after(api: Api, *numbers: str) -> set[str]:
    """The counts that a case with a list of waybills changes, whatever they are after it."""
    api.client.get("/metrics")  # the first one adds a count of its own
    before = {*api.client.get("/metrics").text.splitlines()}
    open_case(api, *numbers)
    settle(api)
    changed = {*api.client.get("/metrics").text.splitlines()} - before
    return {line.rpartition(" ")[0] for line in changed if "_timestamp_" not in line and "_duration_" not in line}


def test_the_metrics_do_not_tell_which_list_holds_a_decoy(ready: Api) -> None:
    raised = alerts(ready)
    open_case(ready, RECORD, "SF4444444444")
    without, with_decoy = metrics_after(ready, RECORD, "SF5555555555"), metrics_after(ready, RECORD, PHANTOM)

    assert [one.kind for one in raised] == ["decoy"]
    assert with_decoy == without


def test_what_is_in_custody_may_be_viewed(fresh: Api) -> None:
    fresh.tokenize(record(PHANTOM), custody={"site": SITE})
    plant(fresh, PHANTOM)

    assert [view_outside_custody(fresh, PHANTOM).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("why", ["removed", "other tenant"])
def test_what_is_no_phantom_freezes_nobody(fresh: Api, why: str) -> None:
    match why:
        case "removed":
            plant(fresh, PHANTOM)
            assert remove(fresh, PHANTOM).get_json() == {"planted": 0}
        case _:
            elsewhere = fresh.mint(PRIVACY, "p-1", tenant="other")
            assert plant(fresh, PHANTOM, who=elsewhere).status_code == 200

    assert [view(fresh, PHANTOM).status_code for _ in range(2)] == [200, 200]


def test_callers_without_the_permission_for_the_call_are_refused_only(ready: Api) -> None:
    refused = [refusal(ready.get(PRINTER, f"/v1/waybills/{PHANTOM}")) for _ in range(2)]

    assert refused == [(403, "forbidden")] * 2


def test_unfreezing_ends_it(ready: Api) -> None:
    view(ready, PHANTOM)
    settle(ready)
    thaw(ready, f"client/{OFFICER}")

    assert view(ready, RECORD).status_code == 200


def test_a_list_that_cannot_be_read_answers_503(ready: Api) -> None:
    tag = ready.parts.keyring.tenant("default").tag("tenant")
    with redis.Redis.from_url(ready.parts.settings.redis_url) as client:
        client.hset(tenant_key(tag, DECOYS), "2", b"x" * 64)
    with pytest.raises(IntegrityError):
        ready.parts.decoys.refresh(["default"])

    assert {refusal(name(ready, RECORD)) for name in WAYS} == {(503, "integrity")}


def test_the_list_tells_what_was_planted_and_named(ready: Api, set_clock: Clock) -> None:
    set_clock(NOW + 60)
    view(ready, PHANTOM)
    settle(ready)

    (phantom,) = planted(ready)
    assert (phantom["waybill_no"], phantom["kind"], phantom["hits"]) == (PHANTOM, "phantom", 1)
    assert phantom["last_hit"] == "2026-11-30T00:54:20Z"


def test_planting_again_changes_nothing(ready: Api) -> None:
    before = planted(ready)
    plant(ready, f" {PHANTOM.lower()} ")

    assert planted(ready) == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"waybills": ["SF1", RECORD], "kind": "phantom"}, "/waybills/0"),
        ({"waybills": [], "kind": "phantom"}, "/waybills"),
        ({"waybills": [RECORD], "kind": "other"}, "/kind"),
        ({"waybills": [RECORD]}, "/kind"),
    ],
)
def test_a_malformed_planting_plants_nothing(ready: Api, body: Json, pointer: str) -> None:
    answered = ready.post(PRIVACY, "/v1/decoys", body)

    assert (answered.status_code, answered.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert [one["waybill_no"] for one in planted(ready)] == [PHANTOM]


def test_there_are_ten_thousand_decoys_at_most(fresh: Api) -> None:
    for first in range(0, MAX_DECOYS, 1_000):
        assert plant(fresh, *[f"SF{at:010}" for at in range(first, first + 1_000)]).status_code == 200

    answered = plant(fresh, PHANTOM)
    assert answered.status_code == 422
    assert answered.get_json()["errors"] == [{"pointer": "/waybills", "code": "too-many-decoys"}]
    assert view(fresh, f"SF{MAX_DECOYS - 1:010}").status_code == 200
    assert refusal(view(fresh, RECORD)) == FROZEN


@pytest.mark.parametrize("phone", ["", "12345", "1" * 6, "1" * 16, "none"])
def test_what_is_no_phone_is_refused(ready: Api, phone: str) -> None:
    assert refusal(ready.post(PRIVACY, "/v1/decoys/heard", {"phone": phone})) == (422, "invalid-request")
