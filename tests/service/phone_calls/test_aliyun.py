"""The adapter for Alibaba Cloud against a fake that follows its public documents and their faults."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from keys.messages import MessageKey, ProviderSecret
from masking_service.outbound import Outbound
from masking_service.service.people.rules import CallRule
from masking_service.service.phone_calls.aliyun import AliyunProvider, sign
from masking_service.service.phone_calls.provider import (
    TIMEOUT_SECONDS,
    Binding,
    CallProviderError,
    CallRecord,
    SentRecords,
    UnsignedRecords,
)
from tests.service.phone_calls.fake_aliyun import SECRET, FakeAliyun, fake_aliyun
from tests.store.stores import foreseen

A, B, REF = "13900000001", "13812345678", "r" * 32
NOW = 1_795_000_000
YEAR_2100 = 4_102_444_800
RECORDS_KEY = MessageKey(b"r" * 64)


@pytest.fixture
def fake() -> Iterator[FakeAliyun]:
    with fake_aliyun() as found:
        yield found


def adapter(fake: FakeAliyun, mode: str = "pair", secret: str = SECRET) -> AliyunProvider:
    rule = CallRule("aliyun", fake.url, "key", mode=mode, account="LTAI5t", pool="FC100")
    outbound = Outbound(fake.url, name="calls", seconds=TIMEOUT_SECONDS, at_once=4, wait=0)
    given = ProviderSecret(secret.encode())
    return AliyunProvider(outbound, rule, given, RECORDS_KEY, lambda: NOW, foreseen("nonces"))


def reason(found: AliyunProvider, ref: str = REF, ends: int | None = None) -> str:
    with pytest.raises(CallProviderError) as refused:
        found.bind(A, B, ref, YEAR_2100 if ends is None else ends)
    return refused.value.reason


def test_the_signature_is_that_of_the_documents_example() -> None:
    """help.aliyun.com/document_detail/28839.html shows this request and its signature."""
    example = {
        "Timestamp": "2016-02-23T12:46:24Z",
        "Format": "XML",
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "Version": "2014-05-26",
        "SignatureVersion": "1.0",
    }

    assert sign(ProviderSecret(b"testsecret"), "GET", example) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def asked(nonce: str, action: str, **more: str) -> dict[str, str]:
    """A whole request, but for its signature, which the fake checks."""
    return {
        "Action": action,
        "Version": "2017-05-25",
        "Format": "JSON",
        "AccessKeyId": "LTAI5t",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
        "Timestamp": "2026-11-18T11:06:40Z",
        "PoolKey": "FC100",
        **more,
    }


NEW_BINDING = {"Expiration": "2100-01-01 08:00:00", "OutId": REF, "OutOrderId": REF}


@pytest.mark.parametrize(
    ("mode", "bound", "action", "numbers"),
    [
        ("pair", Binding("17000000000", None, "10000/17000000000"), "BindAxb", {"PhoneNoA": A, "PhoneNoB": B}),
        (
            "extension",
            Binding("17000000000", "130", "10000/17000000000"),
            "BindAxnExtension",
            {"PhoneNoA": B},
        ),
    ],
)
def test_a_binding_is_asked_for_with_the_numbers_that_it_needs_and_ended_by_its_id(
    fake: FakeAliyun, mode: str, bound: Binding, action: str, numbers: dict[str, str]
) -> None:
    found = adapter(fake, mode)
    made = found.bind(A, B, REF, YEAR_2100)
    found.unbind(made.id)

    assert made == bound
    ending = asked(foreseen("nonces")(16).hex(), "UnbindSubscription", SubsId="10000", SecretNo="17000000000")
    assert fake.asked == [asked(f"bind-{REF}", action, **NEW_BINDING, **numbers), ending]


def test_a_lost_reply_binds_nothing_twice(fake: FakeAliyun) -> None:
    fake.lose = True
    found = adapter(fake)

    assert [reason(found), reason(found)] == ["unreachable", "refused"]
    assert len(fake.bindings) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("isv.NO_AVAILABLE_NUMBER", "pool-empty"),
        ("isv.FLOW_LIMIT", "flow-limit"),
        ("isv.BIND_CONFLICT", "refused"),
        ("isv.OUT_OF_SERVICE", "refused"),
        ("13812345678", "refused"),
    ],
)
def test_its_faults_are_told_in_fixed_words(fake: FakeAliyun, code: str, expected: str) -> None:
    fake.fails = code

    assert reason(adapter(fake)) == expected


def test_an_empty_pool_a_wrong_key_and_a_time_that_is_too_near_are_refused(fake: FakeAliyun) -> None:
    assert reason(adapter(fake, secret="another")) == "refused"
    assert reason(adapter(fake), "s" * 32, int(time.time()) + 30) == "refused"
    fake.numbers = 0
    assert reason(adapter(fake)) == "pool-empty"


BOUND = {"SubsId": "10000", "SecretNo": "17000000000", "Extension": "130"}


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, {"Code": "OK", "SecretBindDTO": BOUND}, "bound"),
        (200, {}, "refused"),
        (500, {}, "invalid-answer"),
        (500, {"Code": "isv.NO_AVAILABLE_NUMBER"}, "pool-empty"),
        (200, [], "invalid-answer"),
        (200, "OK", "invalid-answer"),
        (200, {"Code": "OK"}, "invalid-answer"),
        (200, {"Code": "OK", "SecretBindDTO": [BOUND]}, "invalid-answer"),
        *(
            (200, {"Code": "OK", "SecretBindDTO": BOUND | {name: nothing}}, "invalid-answer")
            for name in BOUND
            for nothing in ("", None)
        ),
    ],
)
def test_an_answer_without_a_number_its_extension_or_an_id_binds_nothing(
    fake: FakeAliyun, monkeypatch: pytest.MonkeyPatch, status: int, answer: Any, expected: str
) -> None:
    monkeypatch.setattr(fake, "answer", lambda _sent: (status, answer))
    found = adapter(fake, "extension")

    if expected == "bound":
        assert found.bind(A, B, REF, YEAR_2100) == Binding("17000000000", "130", "10000/17000000000")
    else:
        assert reason(found) == expected


def test_a_binding_is_ended_and_one_that_has_ended_is_no_error(fake: FakeAliyun) -> None:
    found = adapter(fake)
    bound = found.bind(A, B, REF, YEAR_2100)
    found.unbind(bound.id)
    found.unbind(bound.id)

    assert fake.bindings == {}


def test_its_own_unsigned_messages_are_refused_and_a_relays_signed_ones_are_taken(fake: FakeAliyun) -> None:
    found = adapter(fake)
    report = json.dumps([{"out_id": REF, "call_id": "1", "start_time": "2026-11-27 10:00:00"}]).encode()
    with pytest.raises(UnsignedRecords):
        found.records({}, report)
    body = json.dumps({"records": [{"ref": REF, "id": "1", "at": 1, "seconds": 0, "answered": False}]}).encode()
    timestamp = str(NOW)
    signed = "v1=" + RECORDS_KEY.sign(timestamp.encode(), body)

    sent = found.records({"masking-timestamp": timestamp, "masking-signature": signed}, body)
    assert sent == SentRecords([CallRecord(REF, "1", 1, 0, answered=False)])
