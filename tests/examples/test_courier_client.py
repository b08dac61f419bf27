"""The courier app's example against the running service: it shows a mask, rings the door and holds no phone."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from examples.clients.courier_client import ROUND, CourierClient, Refused
from tests import programs
from tests.e2e.processes import ROOT, Running, environment
from tests.examples.standin import CUT, Says, standing_in
from tests.web.api import SITE, record
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


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that keeps a search index, as that of `make run` does."""
    folder = tmp_path_factory.mktemp("searched")
    policy = folder / "policy.yaml"
    policy.write_text(f"{(ROOT / 'policy.yaml').read_text('utf-8')}\nsearch: {{last4: true}}\n", "utf-8")
    running = Running.serve(folder, "--dev", "--workers", "1", MASKING_POLICY=str(policy))
    yield running
    running.stop()


def held(service: Running, *records: Any) -> list[str]:
    """Waybills at the courier's site."""
    body = {"records": records, "custody": {"site": SITE}}
    assert service.status(service.credentials[PRINTER], "POST", "/v1/tokenize", body) == 200
    return [record["waybill_no"] for record in records]


def test_a_round_of_more_than_one_call_comes_whole_and_in_order(
    service: Running, courier: CourierClient, fresh: Records
) -> None:
    numbers = held(service, *fresh(ROUND + 5))
    asked = [*(f"SF{n:010}" for n in range(ROUND)), *numbers]

    came = list(courier.round(asked))

    assert [each["waybill_no"] for each in came] == asked
    assert [each.get("error", {}).get("code") for each in came] == ["not-found"] * ROUND + [None] * (ROUND + 5)
    assert came[-1]["record"]["recipient"]["name"] == "欧阳**"


def test_what_came_of_a_round_is_kept_when_the_budget_ends(service: Running, url: str, fresh: Records) -> None:
    numbers = held(service, *fresh(41))  # one more than the budget of a minute
    came: list[Any] = []
    with pytest.raises(Refused) as refused:
        came.extend(CourierClient(url, service.credentials["courier-2"]).round(numbers))

    assert (refused.value.code, bool(refused.value.retry_at)) == ("quota-exceeded", True)
    assert [each["waybill_no"] for each in came] == numbers[:40]


def test_the_courier_who_is_signed_in_is_told(courier: CourierClient) -> None:
    me = courier.me()

    assert (me["principal"], me["sites"], me["frozen"]) == ("client/courier", [SITE], False)


def command(service: Running, *words: str) -> programs.Ended:
    """Run the example as a program."""
    settings = environment(MASKING_URL=f"http://127.0.0.1:{service.port}", MASKING_TOKEN=service.credentials[COURIER])
    return programs.run(sys.executable, ROOT / "examples" / "clients" / "courier_client.py", *words, env=settings)


def test_the_command_finds_a_parcel_at_the_counter(searched: Running) -> None:
    (number,) = held(searched, record("COUNTER-1", recipient__phone="13812345678"))
    run = command(searched, "find", "5678")

    assert (run.returncode, run.stdout.partition(" ")[0]) == (0, number)
    assert "*******5678" in run.stdout
    assert "13812345678" not in run.stdout


def test_the_command_finds_nothing_where_search_is_off(service: Running) -> None:
    run = command(service, "find", "5678")

    assert (run.returncode, run.stderr.strip()) == (1, "not set up for you")


def test_the_command_shows_a_round_with_a_reason_for_each_number_that_failed(service: Running, number: str) -> None:
    run = command(service, "round", number, "SF9999999999")

    parcel, missing = run.stdout.splitlines()
    assert (run.returncode, missing) == (0, "SF9999999999 not in your round: scan it")
    assert parcel.startswith(f'{number} {{"')
    assert "59791234" not in run.stdout


def test_the_command_says_who_is_signed_in(service: Running) -> None:
    assert command(service, "me").stdout == f"client/courier at {SITE}\n"


@pytest.mark.parametrize(("known", "status"), [(True, 0), (False, 1)], ids=["known", "unknown"])
def test_the_command_prints_a_number_to_dial(service: Running, number: str, known: bool, status: int) -> None:
    run = command(service, "call", number if known else "SF9999999999")

    assert run.returncode == status
    assert ("dial no-number-700" in run.stdout) == known
    assert ("not in your round" in run.stderr) != known
