"""Finding entries of the audit log by what they say, and the sums of what was released and refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from masking_service.audit.actions import Outcome
from masking_service.masking.timestamps import rfc3339, unix_time
from masking_service.runtime.clock import clock
from masking_service.service.call.errors import DeviceProofRequired
from masking_service.service.people.errors import AccessError, IssuerUnavailable, Unauthenticated
from tests.every import every
from tests.web.api import NUMBER, PHONE, SITE, Api, Clock, Json, content, field, record
from tests.web.people import AUDITOR, COURIER, DESK

OTHER = "SF2222222222"
NAME = field(NUMBER, "/sender/name")


def read(api: Api, query: str) -> Json:
    return content(api.get(AUDITOR, f"/v1/audit{query}"))


def actions(api: Api, query: str) -> list[str]:
    return [entry["action"] for entry in read(api, query)["entries"]]


@pytest.fixture
def busy(api: Api) -> Api:
    """A log with two cases, openings of three fields by one person, a refusal and a view in full."""
    api.tokenize(record(), record(OTHER), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", OTHER)
    api.opened(NAME, PHONE)
    api.opened(PHONE)
    api.detokenize(PHONE, purpose="regulator")
    api.get(COURIER, f"/v1/waybills/{OTHER}")
    return api


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("principal=client/service-desk", ["case-open", "case-open"]),
        ("action=view", ["view"]),
        ("outcome=forbidden", ["detokenize"]),
        ("case=D-2", ["case-open"]),
        ("case=D-1&action=detokenize&outcome=released", ["detokenize", "detokenize"]),
        (f"waybill={OTHER.lower()}", ["custody-first", "case-open", "view"]),
        ("principal=client/unknown", []),
        ("from=2020-01-01&to=2020-01-02", []),
    ],
)
def test_entries_are_found_by_what_they_say(busy: Api, query: str, expected: list[str]) -> None:
    assert actions(busy, f"?{query}") == expected


def test_a_case_whose_name_the_log_replaces_is_found(api: Api) -> None:
    api.open_case("K-13902064912", NUMBER)

    assert read(api, "?case=K-13902064912")["entries"][0]["case"] == "(replaced)"


def test_an_action_that_does_not_exist_is_no_empty_answer(api: Api) -> None:
    answer = api.get("auditor", "/v1/audit?action=nope")
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [{"pointer": "query:action", "code": "invalid-value"}]
    assert "query:action: name an action that the OpenAPI document lists" in answer.get_json()["detail"]


def test_the_newest_come_first_where_that_is_asked(busy: Api) -> None:
    whole = [entry["id"] for entry in read(busy, "")["entries"]]
    page = read(busy, "?order=newest&limit=3")
    rest = read(busy, f"?order=newest&after={page['next']}")

    assert [entry["id"] for entry in page["entries"] + rest["entries"]] == whole[::-1]
    assert rest["next"] is None


def test_a_filtered_reader_goes_on_behind_what_was_read(busy: Api) -> None:
    page = read(busy, "?action=case-close")
    busy.post(DESK, "/v1/cases/D-1/close")

    assert page["entries"] == []
    assert actions(busy, f"?action=case-close&after={page['next']}") == ["case-close"]


def test_a_range_of_time_begins_inside_and_ends_outside(api: Api, set_clock: Clock) -> None:
    now = clock()
    for ahead in (0, 10, 20):
        set_clock(now + ahead)
        api.open_case(f"D-{ahead}", NUMBER)
    found = [entry["case"] for entry in read(api, f"?from={rfc3339(now + 10)}&to={now + 20}")["entries"]]

    assert found == ["D-10"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-24", 1795478400),
        ("2026-11-24T08:00:00Z", 1795507200),
        ("2026-11-24T08:00:00+08:00", 1795478400),
        ("1795507200", 1795507200),
        ("1971-01-01", 31536000),
        ("9998-12-31T23:59:59-23:59", 253370851139),
        ("100000000", 100000000),
        ("99999999999", 99999999999),
    ],
)
def test_a_time_is_a_day_or_a_moment(text: str, seconds: int) -> None:
    assert unix_time(text) == seconds


@every(
    "text", ["1970-12-31", "9999-01-01", "2026-11-24T08:00:00", "2026-11-24 08:00", "12345", "999999999999", "", "now"]
)
def test_what_is_no_time_of_its_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        unix_time(text)


def sums(api: Api, query: str) -> dict[str, tuple[int, int, int]]:
    found = content(api.get(AUDITOR, f"/v1/audit/summary?{query}"))["sums"]
    return {one["by"]: (one["fields"], one["full_views"], one["refusals"]) for one in found}


def test_the_summary_counts_fields_and_not_entries(busy: Api) -> None:
    assert sums(busy, "by=principal&per=day") == {
        "client/dispute-officer": (3, 0, 1),
        "client/courier": (0, 1, 0),
    }
    assert sums(busy, "by=action&per=day") == {"detokenize": (3, 0, 1), "view": (0, 1, 0)}


def test_the_summary_keeps_hours_apart(api: Api, set_clock: Clock) -> None:
    now = clock() // 3_600 * 3_600
    api.tokenize(record())
    for ahead in (0, 3_600):
        set_clock(now + ahead)
        api.open_case(f"D-{ahead}", NUMBER)
        api.opened(NAME, case=f"D-{ahead}")
    told = api.get(AUDITOR, f"/v1/audit/summary?by=action&from={now}&to={now + 7200}").get_json()["sums"]

    assert [(one["at"], one["fields"]) for one in told] == [(rfc3339(now), 1), (rfc3339(now + 3_600), 1)]


def test_a_long_summary_is_told_in_parts(busy: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = busy.get(AUDITOR, "/v1/audit/summary?by=action&per=day").get_json()["sums"]
    monkeypatch.setattr("masking_service.service.oversight.auditing.MAX_SUMMED", 2)

    def parts() -> Iterator[Json]:
        query = "by=action&per=day"
        while True:
            part = busy.get(AUDITOR, f"/v1/audit/summary?{query}").get_json()
            yield from part["sums"]
            if "next" not in part:
                return
            query = f"by=action&per=day&after={part['next']}"

    assert sum(one["fields"] for one in parts()) == sum(one["fields"] for one in whole) == 3


def test_a_part_of_a_summary_ends_with_the_last_entry_that_it_may_read(
    busy: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = read(busy, "?limit=3")["entries"][-1]["id"]
    with monkeypatch.context() as few:
        few.setattr("masking_service.service.oversight.auditing.MAX_SUMMED", 3)
        by_number = content(busy.get(AUDITOR, "/v1/audit/summary?by=action"))
    looks = iter([0.0, 0.0, 2.4, 2.5])  # at the beginning, and after each entry
    monkeypatch.setattr("masking_service.service.oversight.auditing.monotonic", lambda: next(looks))
    by_time = content(busy.get(AUDITOR, "/v1/audit/summary?by=action"))

    assert by_number["next"] == third
    assert by_time == by_number


def test_another_tenants_entries_are_in_no_sum(busy: Api) -> None:
    theirs = busy.get(busy.mint(AUDITOR, tenant="other"), "/v1/audit/summary?by=principal")

    assert theirs.get_json()["sums"] == []


def test_every_refusal_is_an_outcome_that_the_log_can_be_asked_for() -> None:
    """But those of a caller who is not known yet, and a device's proof that is asked for: these are no entries."""
    refusals, waiting = set[str](), [AccessError]
    while waiting:
        found = waiting.pop().__subclasses__()
        refusals |= {one.code for one in found if one.__module__.startswith("masking_service.")}
        waiting += found
    others = {
        Outcome.DONE,
        Outcome.RELEASED,
        Outcome.NOT_FOUND,
        Outcome.UNAVAILABLE,
        Outcome.TOO_MANY,
        Outcome.WRONG_CODE,
    }

    no_entries = {IssuerUnavailable.code, Unauthenticated.code, DeviceProofRequired.code}

    assert refusals - no_entries | others == set(Outcome)
