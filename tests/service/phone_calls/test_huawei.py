"""The adapter for Huawei Cloud against a fake that follows its public documents and their faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from keys.messages import ProviderSecret
from masking_service.outbound import Outbound
from masking_service.service.people.rules import CallRule
from masking_service.service.phone_calls.huawei import HuaweiProvider
from masking_service.service.phone_calls.provider import (
    TIMEOUT_SECONDS,
    Binding,
    CallProviderError,
    CallRecord,
    UnsignedRecords,
)
from tests.service.phone_calls.fake_huawei import KEY, SECRET, FakeHuawei, X, digest, done, fake_huawei
from tests.store.stores import foreseen

A, B, REF = "13900000001", "13812345678", "r" * 32
NOW = 1_795_000_000
PAIRS, EXTENSIONS = "/rest/caas/relationnumber/partners/v1.0", "/rest/caas/extendnumber/v1.0"


@pytest.fixture
def fake() -> Iterator[FakeHuawei]:
    with fake_huawei() as found:
        yield found


def adapter(fake: FakeHuawei, mode: str = "pair", pool: str = "17000000001", secret: str = SECRET) -> HuaweiProvider:
    rule = CallRule("huawei", fake.url, "key", mode=mode, account=KEY, pool=pool)
    outbound = Outbound(fake.url, name="calls", seconds=TIMEOUT_SECONDS, at_once=4, wait=0)
    return HuaweiProvider(outbound, rule, ProviderSecret(secret.encode()), lambda: NOW, foreseen("nonces"))


def until() -> int:
    return NOW + 1_800


def reason(found: HuaweiProvider, ref: str = REF) -> str:
    with pytest.raises(CallProviderError) as refused:
        found.bind(A, B, ref, until())
    return refused.value.reason


@pytest.mark.parametrize("pool", [{"relationNum": X}, {}], ids=["X of ours", "X of the platform's choice"])
def test_a_pair_is_bound_with_both_numbers_and_ended_by_its_id(fake: FakeHuawei, pool: dict[str, str]) -> None:
    found = adapter(fake, pool=pool.get("relationNum", "").removeprefix("+86"))
    bound = found.bind(A, B, REF, until())
    found.unbind(bound.id)

    assert bound == Binding("17000000001", None, "sub-1")
    pair = {"callerNum": f"+86{A}", "calleeNum": f"+86{B}", "duration": 1_800, "userData": REF, **pool}
    assert fake.asked == [("POST", PAIRS, pair), ("DELETE", PAIRS, {"subscriptionId": "sub-1"})]


def test_an_extension_is_bound_to_the_person_called_and_ended_by_its_id(fake: FakeHuawei) -> None:
    found = adapter(fake, "extension")
    bound = found.bind(A, B, REF, until())
    found.unbind(bound.id)

    assert bound == Binding("17000000001", "8739", "sub-1")
    own = {"virtualNum": X, "bindNum": f"+86{B}", "timeUnit": "1", "bindExpiredTime": 30, "userData": REF}
    bind = ("POST", EXTENSIONS, own | {"extendNum": "8739"})
    assert fake.asked == [bind, ("DELETE", EXTENSIONS, {"subscriptionId": "sub-1"})]


def test_a_landline_is_sent_without_its_zero(fake: FakeHuawei) -> None:
    adapter(fake).bind(A, "02159791234", REF, until())

    assert fake.asked[0][2]["calleeNum"] == "+862159791234"


def test_a_binding_ends_with_its_call_and_no_sooner_than_the_least_that_the_platform_takes(fake: FakeHuawei) -> None:
    """A pair is bound for a second at least, an extension for a minute; a minute that has begun counts."""
    for at, seconds in enumerate((-5, 0, 1, 2, 60, 61)):
        for mode in ("pair", "extension"):
            adapter(fake, mode).bind(f"1390000000{at}", f"1380000000{at}", f"{at:032}", NOW + seconds)

    sent = [one for _, _, one in fake.asked]
    assert [one["duration"] for one in sent[::2]] == [1, 1, 1, 2, 60, 61]
    assert [one["bindExpiredTime"] for one in sent[1::2]] == [1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("mode", ["pair", "extension"])
def test_a_lost_reply_is_found_again_and_nothing_is_bound_twice(fake: FakeHuawei, mode: str) -> None:
    fake.lose = True
    found = adapter(fake, mode)

    assert reason(found) == "unreachable"
    assert found.bind(A, B, REF, until()).id == "sub-1"
    assert len(fake.bindings) == 1
    asked = {"relationNum": X, "callerNum": f"+86{A}", "calleeNum": f"+86{B}"}
    if mode == "extension":
        asked = {"virtualNum": X, "extendNum": "8739"}
    assert [(method, sent) for method, _, sent in fake.asked if method == "GET"] == [("GET", asked)]


def test_a_lost_reply_is_found_among_thousands_of_pairs_of_the_number(fake: FakeHuawei) -> None:
    found = adapter(fake)
    for at in range(120):
        found.bind(f"138{at:08}", f"137{at:08}", f"{at:032}", until())
    fake.lose = True

    assert reason(found) == "unreachable"
    assert found.bind(A, B, REF, until()).id == "sub-121"


def test_a_caller_who_has_another_pair_on_the_number_is_refused(fake: FakeHuawei) -> None:
    adapter(fake).bind(A, "13700000001", "s" * 32, until())

    assert reason(adapter(fake)) == "refused"


def test_an_extension_that_another_call_has_is_replaced_by_a_second_one(fake: FakeHuawei) -> None:
    first = adapter(fake, "extension").bind(A, B, REF, until())
    fake.bindings[first.id]["userData"] = "another"
    second = adapter(fake, "extension").bind(A, B, REF, until())

    assert (first.extension, second.extension) == ("8739", "6079")  # of the reference, so that a repetition finds them
    assert len(fake.bindings) == 2


def test_the_binding_of_another_reference_is_not_taken_over(fake: FakeHuawei) -> None:
    adapter(fake).bind(A, B, REF, until())

    assert reason(adapter(fake), "s" * 32) == "refused"


OTHERS: list[Any] = [
    "a pair",
    {"userData": REF},
    {"userData": REF, "callerNum": f"+86{A}", "calleeNum": "+8613700000001"},
    {"userData": REF, "callerNum": "+8613700000001", "calleeNum": f"+86{B}"},
    {"userData": "s" * 32, "callerNum": f"+86{A}", "calleeNum": f"+86{B}"},
]


@pytest.mark.parametrize("listed", [None, "a pair", {}, OTHERS], ids=["none", "text", "object", "other pairs"])
def test_no_other_pair_that_the_platform_lists_is_taken_over(
    fake: FakeHuawei, monkeypatch: pytest.MonkeyPatch, listed: Any
) -> None:
    adapter(fake).bind(A, B, "s" * 32, until())
    monkeypatch.setattr(fake, "_query", lambda sent: (200, done() | {"relationNumList": listed}))

    assert reason(adapter(fake)) == "refused"


@pytest.mark.parametrize(
    ("code", "expected"), [("1012008", "pool-empty"), ("1011002", "pool-empty"), ("1020166", "refused")]
)
def test_its_faults_are_told_in_fixed_words(fake: FakeHuawei, code: str, expected: str) -> None:
    fake.fails = code

    assert reason(adapter(fake)) == expected


def test_a_wrong_secret_is_refused(fake: FakeHuawei) -> None:
    assert reason(adapter(fake, secret="another")) == "refused"


@pytest.mark.parametrize("mode", ["pair", "extension"])
def test_a_binding_is_ended_and_one_that_has_ended_is_no_error(fake: FakeHuawei, mode: str) -> None:
    found = adapter(fake, mode)
    bound = found.bind(A, B, REF, until())
    found.unbind(bound.id)
    found.unbind(bound.id)

    assert fake.bindings == {}


FEE: dict[str, Any] = {
    "icid": "ba171f34e6953fcd751edc77127748f4",
    "sessionId": "1200_1827_4294967295_20190124030003@callenabler246",
    "callerNum": f"+86{A}",
    "calleeNum": f"+86{B}",
    "callInTime": "2026-11-27 03:00:03",
    "fwdAlertingTime": "2026-11-27 03:00:05",
    "fwdAnswerTime": "2026-11-27 03:00:13",
    "callEndTime": "2026-11-27 03:00:43",
    "userData": REF,
}


def headers(at: float | None = None, nonce: str = "n1", **change: str) -> dict[str, str]:
    created = datetime.fromtimestamp(NOW if at is None else at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {"key": KEY, "digest": digest(nonce, created), **change}
    aksk = (
        f'UsernameToken Username="{said["key"]}",PasswordDigest="{said["digest"]}",Nonce="{nonce}",Created="{created}"'
    )
    return {"x-aksk": aksk}


def fees(*each: dict[str, Any]) -> bytes:
    return json.dumps({"eventType": "fee", "feeLst": each}).encode()


def test_a_header_that_we_sent_is_none_of_theirs(fake: FakeHuawei) -> None:
    found = adapter(fake)
    found.bind(A, B, REF, until())

    with pytest.raises(UnsignedRecords):
        found.records({"x-aksk": fake.proofs[-1]}, fees(FEE))


def test_the_nonce_of_a_message_names_it(fake: FakeHuawei) -> None:
    assert adapter(fake).records(headers(nonce="abc"), fees()) == ([], "abc")


def test_call_records_say_when_and_how_long(fake: FakeHuawei) -> None:
    missed = {**FEE, "icid": "2", "fwdAnswerTime": ""}
    silent = {**missed, "icid": "3", "fwdAlertingTime": ""}
    skewed = {**FEE, "icid": "4", "callEndTime": "2026-11-27 03:00:04"}
    foreign = {name: value for name, value in FEE.items() if name != "userData"}
    long = {**FEE, "icid": "i" * 129, "userData": "u" * 129}
    others = [foreign] * 95
    sent = adapter(fake).records(headers(), fees(FEE, missed, silent, skewed, *others, long))

    at = int(datetime(2026, 11, 27, 3, 0, 3, tzinfo=UTC).timestamp())
    assert sent.records == [
        CallRecord(REF, FEE["icid"], at, 30, answered=True, rang=8),
        CallRecord(REF, "2", at, 0, answered=False, rang=38),
        CallRecord(REF, "3", at, 0, answered=False, rang=0),
        CallRecord(REF, "4", at, 0, answered=True, rang=0),
        CallRecord("u" * 128, "i" * 128, at, 30, answered=True, rang=8),
    ]


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({}, fees(FEE)),
        (headers(key="another"), fees(FEE)),
        (headers(digest="AAAA"), fees(FEE)),
        (headers(NOW - 301), fees(FEE)),
        (headers(NOW + 301), fees(FEE)),
        (headers(), b"{"),
        (headers(), fees({"userData": REF})),
        (headers(), fees(*[FEE] * 101)),
    ],
    ids=["unsigned", "another key", "wrong digest", "old", "of the future", "no JSON", "no times", "too many"],
)
def test_what_it_did_not_sign_lately_is_refused(fake: FakeHuawei, said: dict[str, str], body: bytes) -> None:
    with pytest.raises(UnsignedRecords):
        adapter(fake).records(said, body)
