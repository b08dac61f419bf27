"""`GET /metrics`: what was answered, refused and released, in words of the contract, and nothing about anyone."""

from __future__ import annotations

import re
import time
from typing import get_args

import pytest
import redis

from keys.keyset_file import USES
from masking_service.http import operations
from masking_service.http.problem_texts import PROBLEMS
from masking_service.runtime import gauges as conditions
from masking_service.service.people.rules import Counted
from masking_service.store.faults import CHECKS
from tests.web.api import NUMBER, Api, field, record
from tests.web.people import DESK, OFFICER, PRINTER, SUPERVISOR
from tests.web.planted import NUMBER as PLANTED_NUMBER
from tests.web.planted import PLANTED, TRACES

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")


def counts(api: Api) -> dict[str, float]:
    """Every sample, by its name and labels."""
    answered = api.get(None, "/metrics")
    assert answered.status_code == 200
    found = [SAMPLE.fullmatch(line) for line in answered.text.splitlines() if line[:1] != "#"]
    return {f"{one[1]} {one[2]}": float(one[3]) for one in found if one and not one[1].endswith("_created")}


def grown(api: Api, before: dict[str, float], name: str) -> dict[str, float]:
    """What the samples of a name grew by."""
    after = counts(api)
    return {
        key.removeprefix(name).strip(): value - before.get(key, 0)
        for key, value in after.items()
        if key.startswith(f"{name} ") and value != before.get(key, 0)
    }


def test_metrics_are_prometheus_text_that_must_not_be_cached(api: Api) -> None:
    answered = api.get(None, "/metrics")

    assert answered.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answered.headers["Cache-Control"] == "no-store"


def test_requests_are_counted_by_route_and_status(api: Api) -> None:
    before = counts(api)
    api.mask(record())
    api.post(DESK, "/v1/mask", {"records": []})
    api.get(None, "/v1/waybills/YT8800212345678")
    api.get(None, "/docs/none.css")
    api.get(None, "/nowhere/13812345678")

    assert grown(api, before, "masking_requests_total") == {
        'method="POST",route="/v1/mask",status="200"': 1,
        'method="POST",route="/v1/mask",status="403"': 1,
        'method="GET",route="/v1/waybills/{waybill_no}",status="401"': 1,
        'method="GET",route="/docs/{name}",status="404"': 1,
        'method="",route="",status="404"': 1,
        'method="GET",route="/metrics",status="200"': 1,
    }


def test_items_are_counted_by_what_became_of_them(api: Api) -> None:
    before = counts(api)
    api.mask(record(), record(), {"sender": {"phone": []}})
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    api.opened(field(NUMBER, "/sender/phone"), field(NUMBER, "/nothing"), 7)
    api.get(OFFICER, f"/v1/waybills/{NUMBER}")
    api.get(OFFICER, "/v1/waybills/SF9999999999")

    assert grown(api, before, "masking_items_total") == {
        'operation="mask",outcome="ok"': 2,
        'operation="mask",outcome="invalid-type"': 1,
        'operation="tokenize",outcome="ok"': 1,
        'operation="detokenize",outcome="ok"': 1,
        'operation="detokenize",outcome="not-found"': 1,
        'operation="detokenize",outcome="invalid-item"': 1,
        'operation="view_waybill",outcome="ok"': 1,
        'operation="view_waybill",outcome="not-found"': 1,
    }


def test_refusals_are_counted_by_their_code(api: Api) -> None:
    before = counts(api)
    api.post(PRINTER, "/v1/mask", {})
    api.post(OFFICER, "/v1/detokenize", {"items": []})
    api.get(None, "/v1/cases")

    assert grown(api, before, "masking_problems_total") == {
        'code="invalid-request"': 1,
        'code="purpose-required"': 1,
        'code="unauthenticated"': 1,
    }


def test_a_spent_budget_is_counted_by_its_window(ready: Api) -> None:
    before = counts(ready)
    ready.opened(*[field(NUMBER, "/sender/phone")] * 20)
    ready.detokenize(field(NUMBER, "/sender/phone"))

    assert grown(ready, before, "masking_budget_refusals_total") == {
        'counts="fields",role="dispute-officer",window="1m"': 1
    }


def test_what_is_spent_is_counted_by_role_and_what_is_given_back_too(ready: Api) -> None:
    before = counts(ready)
    ready.opened(field(NUMBER, "/sender/phone"), field(NUMBER, "/nothing"))

    assert grown(ready, before, "masking_budget_spent_total") == {'counts="fields",role="dispute-officer"': 2}
    assert grown(ready, before, "masking_budget_returned_total") == {'counts="fields",role="dispute-officer"': 1}


@pytest.mark.parametrize(("whose", "limit"), [("person", 150), ("role", 1500), ("tenant", 7500)])
def test_metrics_show_the_limits_of_the_policy(api: Api, whose: str, limit: int) -> None:
    labels = f'counts="fields",role="dispute-officer",scope="{whose}",window="1d"'

    assert counts(api)[f"masking_budget_limit {labels}"] == limit


def test_metrics_show_the_number_of_frozen_principals(fresh: Api) -> None:
    told = [counts(fresh)["masking_frozen_principals None"]]
    fresh.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze", {"why": "first"})
    told.append(counts(fresh)["masking_frozen_principals None"])
    fresh.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/thaw")
    told.append(counts(fresh)["masking_frozen_principals None"])

    assert told == [0, 1, 0]


def test_metrics_show_the_age_of_the_newest_checkpoint(fresh: Api) -> None:
    assert not [name for name in counts(fresh) if name.startswith("masking_checkpoint")]

    made = fresh.parts.checkpoints.make()
    fresh.parts.checkpoints.refresh_oldest()

    told = counts(fresh)
    assert told["masking_audit_newest_checkpoint_timestamp_seconds None"] == made.checkpoint.at
    assert told["masking_audit_oldest_checkpoint_timestamp_seconds None"] == made.checkpoint.at


@pytest.mark.parametrize("use", ["root", "token", "state", "client", "data", "api-key"])
def test_metrics_show_the_age_of_keys(api: Api, use: str) -> None:
    born = counts(api)[f'masking_key_created_timestamp_seconds use="{use}"']

    assert 0 <= time.time() - born < 2 * 86_400


def test_the_stores_memory_and_faults_are_told_once_it_was_looked_at(fresh: Api) -> None:
    fresh.parts.store.condition = None
    assert counts(fresh)['masking_store_fault check="store",weight="unseen"'] == 1

    fresh.get(None, "/readyz")

    told = counts(fresh)
    assert told['masking_store_fault check="store",weight="unseen"'] == 0
    assert told['masking_store_fault check="appendfsync",weight="loses"'] == 0
    assert told["masking_store_memory_used_bytes None"] > 100_000
    assert told["masking_store_replicas None"] == told["masking_store_replicas_required None"] == 0


def test_what_was_seen_of_the_store_long_ago_is_not_told_any_more(fresh: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.get(None, "/readyz")
    monkeypatch.setattr(conditions, "SEEN_WITHIN_SECONDS", 0)

    told = counts(fresh)
    assert told['masking_store_fault check="store",weight="unseen"'] == 1
    assert "masking_store_memory_used_bytes None" not in told


def test_a_setting_that_loses_is_told_by_its_word(fresh: Api, client: redis.Redis) -> None:
    client.config_set("appendfsync", "everysec")
    try:
        fresh.get(None, "/readyz")
        told = counts(fresh)
    finally:
        client.config_set("appendfsync", "always")

    faults = {name for name, value in told.items() if name.startswith("masking_store_fault ") and value}
    assert faults == {'masking_store_fault check="appendfsync",weight="loses"'}


def test_a_scrape_asks_the_store_for_nothing(fresh: Api) -> None:
    before = fresh.parts.store.round_trips
    counts(fresh)

    assert fresh.parts.store.round_trips == before


def test_a_freeze_is_counted_once_however_often_it_is_asked_for(fresh: Api) -> None:
    before = counts(fresh)
    for _ in range(2):
        fresh.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze", {"why": "first"})
        assert grown(fresh, before, "masking_freezes_total") == {'reason="by-hand"': 1}


def test_it_contains_nothing_that_was_sent(api: Api) -> None:
    api.tokenize(record(PLANTED_NUMBER, **PLANTED))
    api.get(OFFICER, f"/v1/waybills/{PLANTED_NUMBER}")
    api.get(OFFICER, "/v1/13955550001/种子")
    api.call(PRINTER, "PLANT13955550001", "/v1/mask")
    api.post(DESK, "/v1/cases", {"case": "13955550001", "purpose": "13955550001", "waybills": [], "reason": "x"})
    api.post(SUPERVISOR, "/v1/principals/staff%2F13955550001/thaw")
    told = api.get(None, "/metrics").data

    assert [trace for trace in TRACES if trace in told] == []


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("code", set(PROBLEMS)),
        ("method", {"", *(row.method.upper() for row in operations.TABLE), "HEAD", "OPTIONS"}),
        ("window", {"1m", "1h", "1d", "30d"}),
        ("check", {check for check, _ in CHECKS}),
        ("weight", {"loses", "unready", "unseen", "untried", "advice"}),
        ("counts", set(get_args(Counted))),
        ("use", {"root", "data", "api-key", *USES}),
    ],
)
def test_a_label_is_one_of_few_words(api: Api, label: str, words: set[str]) -> None:
    told = api.get(None, "/metrics").text

    assert set(re.findall(rf'[{{,]{label}="([^"]*)"', told)) <= words
