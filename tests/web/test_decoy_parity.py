"""A phantom and a record: whatever a caller names them with, all that can be observed is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
import redis
from werkzeug.test import TestResponse

from tests.callers import put_on_file
from tests.web.api import Api, Json, Under, record, settle
from tests.web.calls import entries
from tests.web.people import COURIER, DESK, OFFICER, PRIVACY, SUPERVISOR
from tests.web.test_decoys import PHANTOM, RECORD, WAYS, deferred_tasks_wait, open_case, plant

FIRST = "SF6666666666"
PHONES = {FIRST: "13612345678", RECORD: "13712345678", PHANTOM: "13912345678"}
OWN_LINES = re.compile(r"C-\d+|_timestamp_|_duration_|_created|process_|python_|redis_seconds|_bucket|_sum")


@pytest.fixture
def ready(under: Under) -> Api:
    """A phantom and two records, stored alike, named by a case, with indexes for searches and numbers of callers."""
    api = under(lambda document: document.update(search={"phone": True, "last4": True}))
    put_on_file(api)
    api.tokenize(*[record(number, recipient__phone=phone) for number, phone in PHONES.items()])
    api.open_case("D-9", *PHONES)
    assert plant(api, PHANTOM).status_code == 200
    return api


def call_outside_custody(api: Api, number: str) -> TestResponse:
    return api.post(COURIER, "/v1/calls", {"waybill_no": number})


def call_under_a_case(api: Api, number: str) -> TestResponse:
    return api.post(OFFICER, "/v1/calls", {"waybill_no": number, "case": "D-9"})


def call_without_a_case(api: Api, number: str) -> TestResponse:
    return api.post(OFFICER, "/v1/calls", {"waybill_no": number, "case": "D-none"})


def search(api: Api, number: str) -> TestResponse:
    return api.post(DESK, "/v1/search", {"phone": PHONES[number]})


def commands(api: Api) -> Counter[str]:
    """How often the store was asked which command. A budget writes its windows with one or the other, as time goes."""
    with redis.Redis.from_url(api.parts.settings.redis_url or "") as client:
        stats = client.info("commandstats")
    found: Counter[str] = Counter()
    for name, figures in stats.items():
        found[name.replace("setrange", "set")] += figures["calls"]
    return found


def counts(api: Api) -> Counter[str]:
    """The counters and gauges that anyone can read, without those of time and memory."""
    page = api.client.get("/metrics").text.splitlines()
    lines = [line.rpartition(" ") for line in page if line[0] != "#" and not OWN_LINES.search(line)]
    return Counter({name: float(value) for name, _, value in lines})


def lengths(entry: Json) -> dict[str, int]:
    """How long each member of an entry is."""
    return {name: len(msgspec.json.encode(value)) for name, value in entry.items()}


def observed(api: Api, name: Callable[[Api, str], TestResponse], number: str) -> dict[str, object]:
    """What a call tells: to its caller, to the store, to readers of the metrics, and in the log."""
    before, trips, counted = commands(api), api.parts.store.round_trips, counts(api)
    answered = name(api, number)
    trips = api.parts.store.round_trips - trips
    asked, read = commands(api) - before, counts(api) - counted
    body = re.sub(r'C-\d+|[A-Za-z0-9_-]{32}|no-number-\d+|"[0-9T:-]+Z"', "X", answered.text.replace(number, "NUMBER"))
    return {
        "status": answered.status_code,
        "body": re.sub("1[37-9]12345678", "PHONE", body),
        "headers": {name: len(value) for name, value in answered.headers.items()},
        "round trips": trips,
        "commands": asked,
        "metrics": read,
        "entry": lengths(entries(api)[-1]),
    }


NAMED = [*WAYS, call_outside_custody, call_under_a_case, call_without_a_case, search]


@pytest.mark.parametrize("name", NAMED)
def test_a_phantom_and_a_record_are_the_same_to_caller_store_metrics_and_log(
    ready: Api, name: Callable[[Api, str], TestResponse]
) -> None:
    release = deferred_tasks_wait(ready)
    name(ready, FIRST)  # this one counts what is counted once, and writes the entry of equal refusals
    found = [observed(ready, name, number) for number in (RECORD, PHANTOM)]
    release()
    settle(ready)

    assert found[0] == found[1]


def shown_to(api: Api, who: str) -> list[Json]:
    """What a person without the privacy office's permission reads of the desk's activity, and of the log if allowed."""
    answered = [api.get(who, path) for path in ("/v1/activity", "/v1/principals/frozen", "/v1/audit", "/v1/decoys")]
    return [one.get_json() if one.status_code == 200 else {"status": one.status_code} for one in answered]


@pytest.mark.parametrize("who", [SUPERVISOR, "auditor"])
def test_a_phantom_in_a_list_leaves_no_trace_for_others_than_the_privacy_office(ready: Api, who: str) -> None:
    left = []
    for numbers in ((RECORD, "SF5555555555"), (RECORD, PHANTOM)):
        before, written = shown_to(ready, who), len(entries(ready))
        open_case(ready, *numbers)
        settle(ready)
        after = shown_to(ready, who)
        changed = [one == other for one, other in zip(before, after, strict=True)]
        left.append((changed, [entry["action"] for entry in entries(ready)[written:] if entry["role"] != ""]))

    assert left[0] == left[1]


def test_the_hit_is_shown_to_the_privacy_office(ready: Api) -> None:
    open_case(ready, RECORD, PHANTOM)
    settle(ready)

    (phantom,) = ready.get(PRIVACY, "/v1/decoys").get_json()["decoys"]
    assert phantom["hits"] == 1
