"""An audit log that is spread over slots is read as one in one slot."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import Final

import pytest
import redis

from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import watch_store
from masking_service.runtime.wiring import assemble
from masking_service.store.errors import WrongStore
from tests.store.stores import next_millisecond
from tests.web.api import SITE, Api, Json, field, record, started
from tests.web.people import AUDITOR, COURIER, DESK, PRINTER, PRIVACY, SUPERVISOR

PROCESSES: Final = 5
NUMBERS: Final = ("SF1234567890", "SF1234567891", "SF1234567892")
RANDOM: Final = {"id", "at", "facts", "request"}
"""Members that differ between two runs of the same calls."""
QUERIES: Final = (
    "limit=1000",
    "limit=1000&order=newest",
    "action=view&limit=1000",
    f"waybill={NUMBERS[1]}&limit=1000",
    "outcome=forbidden&order=newest&limit=1000",
)


def processes(settings: Settings, slots: int) -> list[Api]:
    """Several processes of a new service."""
    with redis.Redis.from_url(settings.redis_url) as client:
        client.flushall()
    (settings.state_dir / "checkpoint.json").unlink(missing_ok=True)
    return [started(replace(settings, audit_slots=slots)) for _ in range(PROCESSES)]


def act(apis: list[Api], client: redis.Redis) -> None:
    """Make calls, each in another process, and in a millisecond of its own."""
    turns = cycle(apis)

    def api() -> Api:
        next_millisecond(client)
        return next(turns)

    for number in NUMBERS:
        api().tokenize(record(number), custody={"site": SITE})
    for case, number in enumerate(NUMBERS):
        api().open_case(f"D-{case}", number)
    for number in NUMBERS:
        api().get(COURIER, f"/v1/waybills/{number}")
        api().post(COURIER, "/v1/waybills/view", {"waybills": NUMBERS})
    for case, number in enumerate(NUMBERS):
        api().detokenize(field(number, "/sender/phone"), case=f"D-{case}")
        api().detokenize(field(number, "/sender/phone"), who=PRINTER, case=f"D-{case}")
    api().post(DESK, "/v1/cases/D-1/close")
    api().post(SUPERVISOR, "/v1/principals/client%2Fcourier/freeze", {"reason": "looked at"})
    api().call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBERS[2]}")


def stripped(entries: list[Json]) -> list[Json]:
    return [{name: value for name, value in entry.items() if name not in RANDOM} for entry in entries]


def pages(apis: list[Api], query: str) -> list[Json]:
    """Return the entries of all pages, each read in another process."""
    found, after = [], ""
    for api in cycle(apis):
        page = api.get(AUDITOR, f"/v1/audit?{query}{after}").get_json()
        found += page["entries"]
        if not page["next"] or (not page["entries"] and after):
            return found
        after = f"&after={page['next']}"
    raise AssertionError


def read(apis: list[Api]) -> dict[str, list[Json]]:
    """What every query finds."""
    found = {query: pages(apis, query) for query in QUERIES}
    found |= {f"{query} by pages": pages(apis, query.replace("1000", "4")) for query in QUERIES}
    return {query: stripped(entries) for query, entries in found.items()}


@pytest.mark.usefixtures("valkey")
def test_the_same_calls_give_the_same_log_in_four_slots_as_in_one(settings: Settings, client: redis.Redis) -> None:
    found = []
    for slots in (1, 4):
        apis = processes(settings, slots)
        act(apis, client)
        found.append(read(apis))
        assert {api.parts.store.identity.audit.slots for api in apis} == {slots}

    one, four = found
    assert one == four
    assert [len(one[query]) > 1 for query in QUERIES] == [True] * len(QUERIES)
    assert all(one[query] == one[f"{query} by pages"] for query in QUERIES)


@pytest.mark.usefixtures("valkey")
def test_sums_activity_and_checkpoints_cover_all_slots(settings: Settings, client: redis.Redis) -> None:
    apis = processes(settings, 4)
    first = apis[0].get(SUPERVISOR, "/v1/activity").get_json()
    act(apis, client)
    sums = apis[0].get(AUDITOR, "/v1/audit/summary?by=action&per=day").get_json()["sums"]
    activity = [api.get(SUPERVISOR, "/v1/activity").get_json()["principals"] for api in apis]
    checkpoint = apis[0].get(AUDITOR, "/v1/audit/checkpoint").get_json()["checkpoint"]

    assert first["principals"] == []
    assert {one["by"]: one["fields"] for one in sums}["detokenize"] == len(NUMBERS)
    assert all(one == activity[0] for one in activity)
    assert (checkpoint["slots"], {int(head["writer"][-1], 16) for head in checkpoint["heads"]}) == (4, {0, 1, 2, 3})


@pytest.mark.usefixtures("valkey")
@pytest.mark.parametrize("after", [".1-0", ".1-0.1-0.1-0.1-0.1-0", ".1-0.1-0.1-0.x"])
def test_a_cursor_that_no_page_gave_is_refused(settings: Settings, after: str) -> None:
    apis = processes(settings, 4)
    apis[0].open_case("D-1", *NUMBERS)
    cursor = apis[0].get(AUDITOR, "/v1/audit?limit=1").get_json()["next"]

    assert cursor.count(".") == 4
    assert apis[0].get(AUDITOR, f"/v1/audit?after={cursor}").status_code == 200
    assert apis[0].get(AUDITOR, f"/v1/audit?after={cursor.partition('.')[0]}").status_code == 200
    assert apis[0].get(AUDITOR, f"/v1/audit?after={cursor.partition('.')[0]}{after}").status_code == 422


@pytest.mark.usefixtures("valkey")
def test_a_process_with_another_number_of_slots_is_not_ready_and_says_why(settings: Settings) -> None:
    processes(settings, 4)
    other = assemble(replace(settings, audit_slots=2))
    with pytest.raises(WrongStore):
        watch_store(other)
    answered = Api(other).get(None, "/readyz")

    assert answered.status_code == 503
    assert (
        "MASKING_AUDIT_SLOTS is 2, and the audit log of this store has 4" in answered.get_json()["faults"][0]["reason"]
    )
