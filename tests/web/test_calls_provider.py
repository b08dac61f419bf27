"""Calls over HTTP with a provider that fails, hangs or lies: 503, and never the number."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from keys.files import write_secret_file
from masking_service import computing
from masking_service.runtime.settings import MAX_BODY_BYTES
from masking_service.server.bounds import LARGE, STORE_THREADS, Bounds
from masking_service.service.phone_calls.provider import AT_ONCE
from tests.callers import OWN, put_on_file
from tests.http_servers import Handler, Json
from tests.providers import DIAL, KEY, Provider, answering, provider, signed
from tests.together import together
from tests.web.api import NUMBER, SITE, Api, Under, record, refusal
from tests.web.calls import entries, left
from tests.web.people import COURIER

PHONE = "13812345678"
Made = Callable[..., Api]


@pytest.fixture
def made(under: Under, tmp_path: Path) -> Made:
    """`made(url)`: a service with this provider, and a waybill that the courier holds."""

    def make(url: str, **change: Any) -> Api:
        write_secret_file(tmp_path / "calls.key", KEY, replace=False)
        calls = {"provider": "https", "url": url, "key": "calls.key", **change}
        api = under(lambda document: document.update(calls=calls))
        put_on_file(api)
        api.tokenize(record(), custody={"site": SITE})
        return api

    return make


@pytest.fixture
def found() -> Iterator[Provider]:
    with provider() as started:
        yield started


def called(api: Api, who: str = COURIER, **more: Any) -> TestResponse:
    return api.post(who, "/v1/calls", {"waybill_no": NUMBER, "field": "/sender/phone", **more})


def test_the_provider_hears_both_numbers_and_the_caller_hears_neither(made: Made, found: Provider) -> None:
    answered = called(made(found.url))

    assert (found.asked[0]["a"], found.asked[0]["b"]) == (OWN, PHONE)
    assert answered.get_json()["dial"] == DIAL
    assert [number for number in (OWN, PHONE) if number in answered.text] == []


def test_a_call_lives_as_long_as_the_policy_says(made: Made, found: Provider) -> None:
    called(made(found.url, lifetime="5m"))

    assert 290 <= found.asked[0]["until"] - time.time() <= 300


def test_a_lost_reply_is_asked_again_under_the_same_reference(made: Made, found: Provider) -> None:
    api = made(found.url)
    found.lose = 1
    lost, again, same = called(api), called(api), called(api)

    assert refusal(lost) == (503, "calls-unavailable")
    assert (again.status_code, same.status_code) == (201, 200)
    assert len({one["ref"] for one in found.asked}) == len(found.bound) == 1
    assert again.get_json()["call"] == found.asked[0]["ref"]


def test_two_requests_at_once_bind_one_number(made: Made, found: Provider) -> None:
    api = made(found.url)
    answered = together([lambda: called(api)] * 4)

    assert {one.get_json()["call"] for one in answered} == {found.asked[0]["ref"]}
    assert len(found.bound) == 1


def test_an_ended_call_is_ended_at_the_provider(made: Made, found: Provider) -> None:
    api = made(found.url)
    ref = called(api).get_json()["call"]
    api.call(COURIER, "DELETE", f"/v1/calls/{ref}")

    assert found.ended == ["b-0"]


def test_a_call_that_cannot_be_ended_lives_on(made: Made, found: Provider) -> None:
    api = made(found.url)
    ref = called(api).get_json()["call"]
    found.lose = 1

    assert refusal(api.call(COURIER, "DELETE", f"/v1/calls/{ref}")) == (503, "calls-unavailable")
    assert called(api).status_code == 200
    assert api.call(COURIER, "DELETE", f"/v1/calls/{ref}").status_code == 200


def hanging(handler: Handler, _: Json) -> None:
    """Answers nothing until the caller gives up, which closes the connection."""
    handler.connection.settimeout(30)
    handler.rfile.read(1)


def lying(handler: Handler, request: Json) -> None:
    signed(handler, {"nonce": request["nonce"], "dial": request["b"], "id": "b-1"}, request["nonce"])


def redirecting(handler: Handler, _: Json) -> None:
    handler.send(302, headers={"Location": "http://127.0.0.1:1/elsewhere"})


@pytest.mark.parametrize("answer", [hanging, lying, redirecting])
def test_a_provider_that_fails_is_503_and_never_the_number(made: Made, answer: Any) -> None:
    with answering(answer) as url:
        api = made(url)
        began = time.monotonic()
        answered = called(api)
        seconds = time.monotonic() - began

    assert refusal(answered) == (503, "calls-unavailable")
    assert PHONE not in answered.text
    assert answered.headers["Retry-After"] == "1"
    assert seconds < 5


def test_a_call_that_failed_is_taken_back_and_costs_nothing(made: Made, found: Provider) -> None:
    api = made(found.url)
    found.refuses = "pool-empty"
    called(api)
    log = entries(api)

    assert [(one["action"], one["outcome"]) for one in log[-2:]] == [("call", "done"), ("call", "unavailable")]
    assert len(log[-1]["takes_back"]) == 1
    assert left(api, COURIER)["calls"]["1m"] == 10


def test_nothing_is_disclosed_where_no_number_was_bound(made: Made, found: Provider) -> None:
    api = made(found.url)
    found.refuses = "pool-empty"
    called(api)

    assert "calls" not in api.get("auditor", f"/v1/waybills/{NUMBER}/disclosures").get_json()


def test_a_provider_that_hangs_holds_no_other_route(made: Made) -> None:
    with answering(hanging) as url:
        api = made(url)
        api.tokenize(*(record(f"SF{at:010}") for at in range(10)), custody={"site": SITE})

        began = time.monotonic()
        answered = together([partial(called, api, waybill_no=f"SF{at:010}") for at in range(10)])
        seconds = time.monotonic() - began
        other = api.get(COURIER, f"/v1/waybills/{NUMBER}")

    assert {refusal(one) for one in answered} == {(503, "calls-unavailable")}
    assert seconds < 5  # one after another they would take eight
    assert other.status_code == 200


def test_calls_that_wait_leave_all_other_threads_to_other_routes(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed: the provider answers when the test has seen what it wants."""
    monkeypatch.setattr("masking_service.service.phone_calls.line.TIMEOUT_SECONDS", 60.0)
    asked: list[str] = []
    may_answer = threading.Event()

    def holding(handler: Handler, request: Json) -> None:
        asked.append(request["ref"])
        may_answer.wait(60)
        honest = {"nonce": request["nonce"], "dial": DIAL, "id": request["ref"]}
        signed(handler, honest, request["nonce"])

    with answering(holding) as url, ThreadPoolExecutor(STORE_THREADS) as threads:
        api = made(url)
        api.app.wsgi_app = Bounds(api.app.wsgi_app, MAX_BODY_BYTES)
        numbers = [f"SF{at:010}" for at in range(STORE_THREADS)]
        api.tokenize(*map(record, numbers), custody={"site": SITE})
        people = itertools.cycle([COURIER, f"{COURIER}-2"])  # more than the budget of one in a minute
        calls = [
            threads.submit(called, api, who, waybill_no=number) for who, number in zip(people, numbers, strict=False)
        ]
        refused = [*itertools.islice(as_completed(calls, 60), STORE_THREADS - AT_ONCE)]
        others = together([partial(api.get, COURIER, f"/v1/waybills/{NUMBER}")] * (STORE_THREADS - AT_ONCE))
        held = len(asked)
        may_answer.set()
        answered = [one.result().status_code for one in calls if one not in refused]

    assert {refusal(one.result()) for one in refused} == {(503, "calls-unavailable")}
    assert {one.status_code for one in others} == {200}
    assert (held, answered) == (AT_ONCE, [201] * AT_ONCE)


def test_a_large_request_that_waits_for_the_provider_lets_others_compute(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "MAX_WAIT_SECONDS", 0.2)
    computed: list[bool] = []

    def meanwhile(handler: Handler, request: Json) -> None:
        with computing.computing() as mine:
            computed.append(mine)
        signed(handler, {"nonce": request["nonce"], "dial": DIAL, "id": "b-1"}, request["nonce"])

    with answering(meanwhile) as url:
        api = made(url)
        api.app.wsgi_app = Bounds(api.app.wsgi_app, MAX_BODY_BYTES)
        body = json.dumps({"waybill_no": NUMBER, "field": "/sender/phone"}).encode().ljust(LARGE)
        answered = api.post(COURIER, "/v1/calls", data=body)

    assert (answered.status_code, computed) == (201, [True])


def test_why_there_was_no_number_is_logged_and_counted_in_fixed_words(made: Made, found: Provider, logged: Any) -> None:
    api = made(found.url)
    found.refuses = PHONE
    called(api)

    assert b'"reason":"refused"' in logged.getvalue()
    assert PHONE.encode() not in logged.getvalue()
    assert 'masking_calls_total{outcome="refused"} 1.0' in api.get(None, "/metrics").text


def test_a_new_policy_has_a_new_provider(made: Made, found: Provider) -> None:
    api = made("http://127.0.0.1:9/")
    assert refusal(called(api)) == (503, "calls-unavailable")

    path = api.parts.settings.policy
    path.write_text(path.read_text().replace("http://127.0.0.1:9/", found.url))
    api.parts.reload_policy()

    assert called(api).status_code == 201
