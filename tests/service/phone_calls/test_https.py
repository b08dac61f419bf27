"""The generic provider is asked once, within its time, and only a signed answer to this request is believed."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from keys.messages import MessageKey
from masking_service.outbound import Outbound
from masking_service.service.phone_calls.https import BindRequest, HttpsProvider
from masking_service.service.phone_calls.line import Line, Outcome
from masking_service.service.phone_calls.problems import CallsUnavailable
from masking_service.service.phone_calls.provider import AT_ONCE, TIMEOUT_SECONDS, CallProvider
from masking_service.service.phone_calls.state import StoredCall
from tests.every import every
from tests.hostile import Answers
from tests.http_servers import Handler, Json
from tests.providers import DIAL, KEY, answering, provider, signed
from tests.servers import wait_until
from tests.store.stores import foreseen
from tests.together import together

A, B, REF = "13900000001", "13812345678", "r" * 32
UNTIL = 1_800_000_000
BOUND: Json = {"dial": DIAL, "id": "b-1", "extension": None}


def https(url: str, at_once: int = AT_ONCE) -> HttpsProvider:
    outbound = Outbound(url, name="calls", seconds=TIMEOUT_SECONDS, at_once=at_once, wait=0)
    return HttpsProvider(outbound, MessageKey(KEY), lambda: int(time.time()), foreseen("nonces"))


def line(bound_by: CallProvider | None, outcomes: list[Outcome] | None = None) -> Line:
    return Line(bound_by, 1_800, (outcomes if outcomes is not None else []).append)


def bind(over: Line, ref: str = REF) -> str:
    return over.bind(A, B, ref, UNTIL).dial


def test_a_provider_that_follows_the_protocol_binds_once_under_one_reference() -> None:
    with provider() as found:
        over = line(https(found.url))
        numbers = [bind(over), bind(over), bind(over, "s" * 32)]
        over.unbind("b-7")

    assert numbers == [DIAL, DIAL, str(int(DIAL) + 1)]
    random = foreseen("nonces")
    nonces = [random(16).hex() for _ in range(4)]
    bound: Json = {"v": 1, "act": "bind", "a": A, "b": B, "until": UNTIL}
    assert found.asked == [
        *(bound | {"ref": ref, "nonce": nonce} for ref, nonce in zip((REF, REF, "s" * 32), nonces, strict=False)),
        {"v": 1, "act": "unbind", "nonce": nonces[3], "id": "b-7"},
    ]


def test_a_lost_reply_is_asked_again_and_nothing_is_bound_twice() -> None:
    with provider() as found:
        found.lose = 1
        over = line(https(found.url))
        with pytest.raises(CallsUnavailable):
            bind(over)
        assert bind(over) == DIAL

    assert len(found.bound) == 1


@pytest.mark.parametrize("word", ["pool-empty", "flow-limit", "number-not-reported", "13812345678"])
def test_a_refusal_is_told_in_fixed_words(word: str) -> None:
    outcomes: list[Outcome] = []
    with provider() as found:
        found.refuses = word
        with pytest.raises(CallsUnavailable) as refused:
            bind(line(https(found.url), outcomes))

    expected = word if word in ("pool-empty", "flow-limit", "number-not-reported") else "refused"
    assert (refused.value.reason, outcomes) == (expected, [expected])


ANSWERS = Answers(KEY, BOUND)


def huge(handler: Handler, request: Json) -> None:
    signed(handler, {"nonce": request["nonce"], **BOUND, "more": "x" * 70_000}, request["nonce"])


def malformed(handler: Handler, request: Json) -> None:
    signed(handler, {"nonce": request["nonce"], "dial": 700, "id": []}, request["nonce"])


def chunked_without_end(handler: Handler, _: Json) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


def always_continuing(handler: Handler, _: Json) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def long_headers(handler: Handler, request: Json) -> None:
    handler.send_response(200)
    for _step in range(1_000):
        handler.wfile.write(b"X-More: " + b"x" * 60_000 + b"\r\n")
    ANSWERS.honest(handler, request)


HOSTILE = [*ANSWERS.hostile, huge, malformed, chunked_without_end, always_continuing, long_headers]


@every("answer", HOSTILE)
def test_a_hostile_provider_is_asked_once_and_not_believed(answer: Any) -> None:
    asked: list[str] = []
    outcomes: list[Outcome] = []

    def once(handler: Handler, request: Json) -> None:
        asked.append(handler.path)
        answer(handler, request)

    with answering(once) as url:
        began = time.monotonic()
        with pytest.raises(CallsUnavailable):
            bind(line(https(url), outcomes))
        assert time.monotonic() - began < 5

    assert (asked, len(outcomes)) == (["/calls"], 1)
    assert outcomes[0] in ("unreachable", "invalid-answer")


@pytest.mark.parametrize("answer", [ANSWERS.dripping, chunked_without_end, always_continuing, long_headers])
def test_an_answer_without_end_holds_no_thread(answer: Any) -> None:
    honestly = False

    def first_without_end(handler: Handler, request: Json) -> None:
        (ANSWERS.honest if honestly else answer)(handler, request)

    def bound() -> bool:
        with suppress(CallsUnavailable):
            return bind(over) == DIAL
        return False

    with answering(first_without_end) as url:
        over = line(https(url, at_once=1))
        assert not bound()
        honestly = True
        wait_until(bound, "the only thread is free again")


LIES: dict[str, Json] = {
    "callee": {"dial": B},
    "caller": {"dial": A},
    "with code": {"dial": f"0086{B}"},
    "with a prefix": {"dial": f"125{B}"},
    "cut": {"dial": B[:5], "extension": B[5:]},
    "spaced": {"dial": "+86 138 1234 5678"},
    "name": {"dial": "欧阳"},
    "none": {"dial": ""},
    "extension": {"extension": B},
    "digits of it": {"extension": B[3:]},
    "word": {"extension": "x"},
    "id": {"id": ""},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_not_passed_on(lie: Json) -> None:
    def lying(handler: Handler, request: Json) -> None:
        signed(handler, {"nonce": request["nonce"], **BOUND, **lie}, request["nonce"])

    with answering(lying) as url, pytest.raises(CallsUnavailable) as refused:
        bind(line(https(url)))

    assert refused.value.reason == "invalid-answer"


def test_no_more_are_asked_at_once_than_there_may_be() -> None:
    with answering(ANSWERS.slow) as url:
        over = line(https(url))

        def ask() -> tuple[float, str]:
            with pytest.raises(CallsUnavailable) as refused:
                bind(over)
            return time.monotonic(), refused.value.reason

        told = sorted(together([ask] * (AT_ONCE + 6)))

    assert [reason for _, reason in told] == ["busy"] * 6 + ["unreachable"] * AT_ONCE


def test_after_failures_it_is_left_alone_for_a_moment() -> None:
    asked: list[str] = []

    def count(handler: Handler, request: Json) -> None:
        asked.append(request["nonce"])
        ANSWERS.failing(handler, request)

    with answering(count) as url:
        over = line(https(url))
        reasons = []
        for _ in range(6):
            with pytest.raises(CallsUnavailable) as refused:
                bind(over)
            reasons.append(refused.value.reason)

    assert len(asked) == 3
    assert reasons == ["invalid-answer"] * 3 + ["open-circuit"] * 3


def test_an_empty_pool_opens_no_circuit() -> None:
    with provider() as found:
        found.refuses = "pool-empty"
        over = line(https(found.url))
        for _ in range(5):
            with pytest.raises(CallsUnavailable):
                bind(over)

    assert len(found.asked) == 5


def test_without_a_provider_there_are_no_calls() -> None:
    with pytest.raises(CallsUnavailable) as refused:
        bind(line(None))

    assert refused.value.reason == "not-set-up"


def test_no_number_is_in_a_repr_or_an_error() -> None:
    with provider() as found:
        bound = line(https(found.url)).bind(A, B, REF, UNTIL)

    assert DIAL not in repr(bound)
    assert repr(BindRequest(1, "bind", "", REF, A, B, 0)) == "<BindRequest>"
    assert repr(StoredCall(REF, 0, DIAL)) == "<StoredCall>"


def test_an_answer_that_takes_less_than_a_second_is_waited_for() -> None:
    """One that takes longer is not: see `ANSWERS.slow`."""

    def late(handler: Handler, request: Json) -> None:
        time.sleep(0.7)
        ANSWERS.honest(handler, request)

    with answering(late) as url:
        bound = bind(line(https(url)))

    assert bound == BOUND["dial"]
