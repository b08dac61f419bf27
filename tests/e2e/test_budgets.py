"""Budgets of a service as it runs: two workers, sixteen callers at once, a restart, and never one value more."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.e2e.processes import Answer, Running, command

NUMBER = "SF7000000001"
RECORD = {
    "waybill_no": NUMBER,
    "sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"},
}
CASE = {"case": "D-700", "purpose": "dispute", "waybills": [NUMBER], "reason": "lost"}
PHONE = {"waybill_no": NUMBER, "field": "/sender/phone"}
MANY = 16

Start = Callable[..., Running]


def prepare(service: Running) -> None:
    service.asked("label-printer", "POST", "/v1/tokenize", {"records": [RECORD], "custody": {"site": "021001"}})
    service.asked("service-desk", "POST", "/v1/cases", CASE)


def person(service: Running, role: str, *more: str) -> str:
    """A signed-in person who has spent nothing yet."""
    return command("token", "mint", "--role", role, "--sub", f"e2e-{role}", *more, "--state-dir", service.state)


def opening(service: Running, who: str, fields: int) -> Answer:
    body = {"purpose": "dispute", "case": "D-700", "items": [PHONE] * fields}
    return service.call(who, "POST", "/v1/detokenize", body)


def released(answers: list[Answer]) -> int:
    """How many values came out."""
    return sum(b"".join(content for _, _, content in answers).count(value) for value in (b'"value":"13812345678"',))


def test_no_race_between_workers_and_no_restart_gives_one_value_more(start: Start) -> None:
    service = start("--dev", "--workers", "2")
    prepare(service)
    officer, courier = person(service, "dispute-officer"), person(service, "courier", "--site", "021001")
    with ThreadPoolExecutor(MANY) as callers:
        opened = [*callers.map(partial(opening, service, officer), [1, 2, 3, 4] * 8)]
        seen = [*callers.map(lambda _: service.call(courier, "GET", f"/v1/waybills/{NUMBER}"), range(4 * MANY))]

    assert released(opened) == 20
    assert {status for status, _, _ in opened} == {200, 429}
    assert sorted(status for status, _, _ in seen) == [200] * 40 + [429] * 24

    assert service.stop() == 0
    service = start("--dev", "--workers", "2")

    for status, _, content in (opening(service, officer, 1), service.call(courier, "GET", f"/v1/waybills/{NUMBER}")):
        told = json.loads(content)
        assert (status, told["code"], told["window"]) == (429, "quota-exceeded", "1m")
    told = service.asked("auditor", "GET", f"/v1/waybills/{NUMBER}/disclosures")
    assert (len(told["opens"]), len(told["views"])) == (20, 40)
