"""Signed records of calls: into the log without numbers, each once; and phones that open only after them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from keys.files import write_secret_file
from keys.messages import MessageKey
from masking_service.runtime.clock import clock
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY
from tests.callers import put_on_file
from tests.providers import KEY, provider
from tests.service.phone_calls.fake_huawei import KEY as ACCOUNT
from tests.service.phone_calls.fake_huawei import SECRET, digest
from tests.web.api import NUMBER, SITE, Api, Clock, Json, Trips, Under, content, field, record, refusal, started, token
from tests.web.calls import entries, left
from tests.web.people import COURIER, OFFICER
from tests.web.test_metrics import counts, grown

PHONE = "/recipient/phone"
LIFETIME = 30 * 60
PATH = "/v1/calls/records"


def one(ref: str, **change: Any) -> Json:
    return {"ref": ref, "id": "r-1", "at": clock(), "seconds": 0, "answered": False, **change}


def sent(api: Api, *records: Json, key: bytes | None = None, late: int = 0, body: bytes = b"") -> TestResponse:
    """Send records as the provider does: signed, and without a credential; `late` seconds after the signature."""
    held = MessageKey.read(api.parts.settings.state_dir / DEVELOPMENT_KEY) if key is None else MessageKey(key)
    body = body or json.dumps({"records": records}).encode()
    timestamp = str(clock() - late)
    headers = {"Masking-Timestamp": timestamp, "Masking-Signature": "v1=" + held.sign(timestamp.encode(), body)}
    return api.call(None, "POST", PATH, data=body, headers=headers)


def taken(answered: TestResponse) -> int:
    return int(content(answered)["taken"])


def ring(api: Api, who: str = COURIER, **more: Any) -> str:
    """Make a call; return its reference."""
    answered = api.post(who, "/v1/calls", {"waybill_no": NUMBER, **more})
    assert answered.status_code in (200, 201), answered.text
    ref: str = answered.get_json()["call"]
    return ref


@pytest.fixture
def ready(api: Api) -> Api:
    put_on_file(api)
    api.tokenize(record(), custody={"site": SITE})
    return api


def test_a_record_is_in_the_log_with_when_and_how_long_and_without_a_number(ready: Api) -> None:
    made, at = ready.post(COURIER, "/v1/calls", {"waybill_no": NUMBER}).get_json(), clock() + 60
    assert taken(sent(ready, one(made["call"], at=at, seconds=12, answered=True))) == 1

    entry = entries(ready)[-1]
    assert (entry["action"], entry["outcome"], entry["principal"]) == ("call-record", "done", "service/calls")
    (item,) = entry["items"]
    assert {name: item[name] for name in ("outcome", "field", "at", "seconds")} == {
        "outcome": "answered",
        "field": PHONE,
        "at": at,
        "seconds": 12,
    }
    assert made["dial"] not in json.dumps(entry)
    assert made["call"] not in json.dumps(entry)


def test_a_new_record_is_counted_once_in_the_metrics(ready: Api) -> None:
    ref, before = ring(ready), counts(ready)
    taken(sent(ready, one(ref), one(ref, id="r-2", answered=True)))
    taken(sent(ready, one(ref)))

    assert grown(ready, before, "masking_call_records_total") == {'answered="yes"': 1, 'answered="no"': 1}


def test_a_record_that_comes_again_changes_nothing(ready: Api) -> None:
    ref = ring(ready)
    counts = [taken(sent(ready, one(ref), one(ref), one(ref, id="r-2"))), taken(sent(ready, one(ref)))]

    assert counts == [2, 0]
    assert [entry["action"] for entry in entries(ready)].count("call-record") == 1


def test_a_record_after_the_calls_end_is_taken(ready: Api) -> None:
    ref = ring(ready)
    ready.call(COURIER, "DELETE", f"/v1/calls/{ref}")

    assert taken(sent(ready, one(ref))) == 1


@pytest.mark.parametrize("ref", ["x", "A" * 32, "-" * 32])
def test_a_record_of_no_call_of_ours_is_left_out(ready: Api, ref: str) -> None:
    mine = ring(ready)

    assert taken(sent(ready, one(ref), one(mine))) == 1


@pytest.mark.parametrize(
    ("after", "count"),
    [(-301, 0), (-300, 1), (LIFETIME + 300, 1), (LIFETIME + 301, 0), (-1_795_000_000, 0), (2**39, 0)],
    ids=["before it", "a clock behind", "a clock ahead", "after it", "in 1970", "far ahead"],
)
def test_a_record_has_a_time_within_the_life_of_its_call(ready: Api, set_clock: Clock, after: int, count: int) -> None:
    now = clock()
    set_clock(now)
    ref = ring(ready)

    assert taken(sent(ready, one(ref, at=now + after))) == count


@pytest.mark.parametrize(
    "change",
    [{"key": b"another key" * 4}, {"late": 400}, {"late": -400}, {"body": b"{}"}, {"body": b"[1"}],
    ids=["another key", "old", "early", "no records", "no JSON"],
)
def test_what_the_provider_did_not_sign_is_refused(ready: Api, change: Json) -> None:
    assert refusal(sent(ready, one(ring(ready)), **change)) == (401, "unauthenticated")


def test_without_a_signature_nothing_is_taken(ready: Api) -> None:
    body = {"records": [one(ring(ready))]}

    assert refusal(ready.post(None, PATH, body)) == (401, "unauthenticated")
    assert refusal(ready.post(OFFICER, PATH, body)) == (401, "unauthenticated")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_records_are_sent_by_post_only(ready: Api, method: str) -> None:
    assert refusal(ready.call(None, method, PATH)) == (405, "method-not-allowed")


def test_a_request_of_ours_is_no_message_of_the_provider(ready: Api) -> None:
    request = b'{"v":1,"act":"bind","nonce":"0","ref":"r","a":"1","b":"2","until":3}'

    assert refusal(sent(ready, body=request)) == (401, "unauthenticated")


def test_records_are_found_looked_for_announced_and_written(ready: Api, trips: Trips) -> None:
    ref = ring(ready)
    trips()
    sent(ready, *(one(ref, id=f"r-{at}") for at in range(50)))
    first = trips()
    sent(ready, *(one(ref, id=f"r-{at}") for at in range(50)))

    assert (first, trips()) == (4, 2)


class TestUnsignedBodies:
    """Huawei signs a nonce and a time only: its header counts from its networks, and with one body."""

    @pytest.fixture
    def huawei(self, under: Under, tmp_path: Path) -> Callable[..., Api]:
        write_secret_file(tmp_path / "calls.key", SECRET.encode(), replace=False)
        section = {"provider": "huawei", "url": "http://127.0.0.1:9/", "key": "calls.key", "account": ACCOUNT}
        return lambda **more: under(lambda document: document.update(calls={**section, **more}))

    def send(self, api: Api, nonce: str, icid: str = "1", address: str = "192.0.2.7") -> int:
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        proof = f'PasswordDigest="{digest(nonce, created)}",Nonce="{nonce}",Created="{created}"'
        body = json.dumps({"eventType": "fee", "feeLst": [{"icid": icid}]}).encode()
        answered = api.app.test_client().open(
            PATH,
            method="POST",
            data=body,
            headers={"X-AKSK": f'UsernameToken Username="{ACCOUNT}",{proof}', "Content-Type": "application/json"},
            environ_base={"REMOTE_ADDR": address},
        )
        return answered.status_code

    @pytest.mark.parametrize(
        ("networks", "address", "status"),
        [
            (["192.0.2.0/24"], "192.0.2.7", 200),
            (["2001:db8::/32", "192.0.2.0/24"], "::ffff:192.0.2.7", 200),
            (["192.0.2.0/24"], "198.51.100.7", 401),
            (["192.0.2.0/24"], "", 401),
            (None, "192.0.2.7", 401),
        ],
        ids=["its network", "IPv4 in IPv6", "another network", "no address", "no network in the policy"],
    )
    def test_records_come_from_the_providers_networks(
        self, huawei: Callable[..., Api], networks: list[str] | None, address: str, status: int
    ) -> None:
        api = huawei(**({} if networks is None else {"records_from": networks}))

        assert self.send(api, "n1", address=address) == status

    def test_a_header_counts_with_one_body_in_every_worker(self, huawei: Callable[..., Api]) -> None:
        api = huawei(records_from=["192.0.2.0/24"])
        other = started(api.parts.settings)
        sent = [self.send(one, "n1", icid) for one, icid in ((api, "1"), (other, "1"), (other, "2"), (api, "2"))]

        assert (sent, self.send(api, "n2", "2")) == ([200, 200, 401, 401], 200)


@pytest.fixture
def strict(under: Under, tmp_path: Path) -> Iterator[Api]:
    """A service whose purpose `dispute` opens phones after two calls only, with a waybill and a case that names it."""
    with provider() as found:

        def edit(document: dict[str, Any]) -> None:
            document["purposes"]["dispute"]["after_calls"] = 2
            document["calls"] = {"provider": "https", "url": found.url, "key": "calls.key"}

        write_secret_file(tmp_path / "calls.key", KEY, replace=False)
        api = under(edit)
        put_on_file(api)
        api.tokenize(record(), custody={"site": SITE})
        api.open_case("D-1", NUMBER)
        yield api


def opened(api: Api, *pointers: str) -> list[str]:
    found = api.opened(*(field(NUMBER, pointer) for pointer in pointers or [PHONE]))
    return [one["error"]["code"] if "error" in one else one["value"] for one in found]


def test_a_phone_opens_after_two_calls_that_were_not_answered(strict: Api) -> None:
    ref = ring(strict, OFFICER, case="D-1")
    before = opened(strict)
    sent(strict, one(ref, id="r-1"), key=KEY)
    once = opened(strict)
    sent(strict, one(ref, id="r-2"), key=KEY)

    assert (before, once, opened(strict)) == (["call-first"], ["call-first"], ["021-59791234-801"])


def test_calls_that_were_answered_open_nothing(strict: Api) -> None:
    ref = ring(strict)
    sent(strict, *(one(ref, id=f"r-{at}", answered=True, seconds=9) for at in range(5)), key=KEY)

    assert opened(strict) == ["call-first"]


def test_calls_to_one_phone_open_no_other_and_names_need_none(strict: Api) -> None:
    ref = ring(strict)
    sent(strict, *(one(ref, id=f"r-{at}") for at in range(2)), key=KEY)

    assert opened(strict, PHONE, "/sender/phone", "/sender/name") == ["021-59791234-801", "call-first", "张三"]


def test_calls_to_an_older_revisions_phone_open_no_other(strict: Api) -> None:
    old = ring(strict)
    sent(strict, *(one(old, id=f"r-{at}") for at in range(2)), key=KEY)
    strict.tokenize(record(recipient__phone="13700000000"), on_conflict="revise")
    revised = opened(strict)
    new = ring(strict)
    sent(strict, *(one(new, id=f"n-{at}") for at in range(2)), key=KEY)

    assert (revised, opened(strict)) == (["call-first"], ["13700000000"])


def test_a_number_of_two_fields_is_one_number(strict: Api) -> None:
    strict.tokenize(record("SF5555555555", sender__phone="+86 138 1234 5678", recipient__phone="13812345678"))
    strict.open_case("D-5", "SF5555555555")
    ref = ring(strict, OFFICER, waybill_no="SF5555555555", case="D-5", field="/sender/phone")
    sent(strict, *(one(ref, id=f"r-{at}") for at in range(2)), key=KEY)

    found = strict.opened(field("SF5555555555", PHONE), case="D-5")
    assert found[0]["value"] == "13812345678"


def test_a_phone_that_cannot_be_called_stays_closed(strict: Api) -> None:
    strict.tokenize(record("SF5555555555", recipient__phone="+1 212 555 0100"))
    strict.open_case("D-5", "SF5555555555")

    (found,) = strict.opened(field("SF5555555555", PHONE), case="D-5")
    assert found["error"]["code"] == "call-first"


@pytest.mark.parametrize(
    ("rang", "answer"),
    [(0, "call-first"), (14, "call-first"), (15, "021-59791234-801"), (None, "021-59791234-801")],
    ids=["hung up at once", "too short", "three rings", "not told"],
)
def test_a_call_that_did_not_ring_long_enough_is_not_unanswered(strict: Api, rang: int | None, answer: str) -> None:
    ref = ring(strict)
    sent(strict, *(one(ref, id=f"r-{at}", rang=rang) for at in range(2)), key=KEY)

    assert opened(strict) == [answer]


def test_a_token_of_the_phone_waits_as_well(strict: Api) -> None:
    kept = strict.tokenize(record())[0]["tokens"][PHONE]
    (answered,) = strict.opened(token(kept))

    assert answered["error"]["code"] == "call-first"
    assert "number" in answered["error"]["detail"]


def test_what_waits_for_calls_spends_no_budget_and_is_in_the_log(strict: Api) -> None:
    opened(strict)

    assert left(strict, OFFICER)["fields"] == {"1m": 20, "1h": 60, "1d": 150, "30d": 1000}
    assert [item["outcome"] for item in entries(strict)[-1]["items"]] == ["call-first"]


def test_other_purposes_open_as_before(strict: Api) -> None:
    strict.open_case("D-2", NUMBER, purpose="redelivery")
    found = strict.opened(field(NUMBER, PHONE), case="D-2", purpose="redelivery")

    assert found[0]["value"] == "021-59791234-801"


def test_asking_for_the_records_is_one_read_more(strict: Api) -> None:
    opened(strict, "/sender/name")
    seen = strict.parts.store.round_trips
    opened(strict, "/sender/name")
    name = strict.parts.store.round_trips - seen
    opened(strict, "/sender/name", PHONE)

    assert strict.parts.store.round_trips - seen - name == name + 2  # the records, and one to give back
