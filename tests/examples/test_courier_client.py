"""The courier app's example against the running service: it shows a mask, rings the door and holds no phone."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from examples.clients.courier_client import CourierClient, Refused
from tests import programs
from tests.e2e.processes import ROOT, Running, environment
from tests.examples.standin import CUT, Says, standing_in
from tests.web.api import SITE
from tests.web.people import COURIER, PRINTER

Records = Callable[[int], list[Any]]


@pytest.fixture
def number(service: Running, fresh: Records) -> str:
    """A waybill that the courier holds."""
    (record,) = fresh(1)
    body = {"records": [record], "custody": {"site": SITE}}
    assert service.status(service.credentials[PRINTER], "POST", "/v1/tokenize", body) == 200
    return str(record["waybill_no"])


@pytest.fixture
def courier(service: Running, url: str) -> CourierClient:
    return CourierClient(url, service.credentials[COURIER])


def test_a_door_is_rung_and_the_call_is_ended(courier: CourierClient, number: str) -> None:
    made = courier.call(number)
    again = courier.call(number)
    courier.end(made["call"])
    courier.end(made["call"])

    assert made["dial"].startswith("no-number-700")
    assert again == made
    assert courier.call(number)["call"] != made["call"]


def test_a_refusal_is_told_by_its_code(courier: CourierClient) -> None:
    with pytest.raises(Refused) as refused:
        courier.call("SF9999999999")

    assert refused.value.code == "not-found"


def test_a_lost_answer_is_asked_again_and_is_the_same_call(service: Running, number: str) -> None:
    with standing_in(service.port, Says(503, {}, b'{"code":"calls-unavailable"}'), CUT) as between:
        client = CourierClient(between.url, service.credentials[COURIER])
        made = client.call(number)

    assert [asked.path for asked in between.asked] == ["/v1/calls"] * 3
    assert made["dial"].startswith("no-number-700")


def test_the_key_is_sent_over_tls_only() -> None:
    with pytest.raises(ValueError, match="https"):
        CourierClient("http://masking.example", "key")


@pytest.mark.parametrize(("known", "status"), [(True, 0), (False, 1)])
def test_the_command_prints_a_mask_and_a_number(
    service: Running, url: str, number: str, known: bool, status: int
) -> None:
    settings = environment(MASKING_URL=url, MASKING_TOKEN=service.credentials[COURIER])
    program = ROOT / "examples" / "clients" / "courier_client.py"
    run = programs.run(sys.executable, program, number if known else "SF9999999999", env=settings)

    assert run.returncode == status
    assert ("dial no-number-700" in run.stdout) == known
    assert "59791234" not in run.stdout
    assert ("not in your round" in run.stderr) != known
