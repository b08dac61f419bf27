"""Calls while the store fails over: nothing is bound twice, answers are right or 503, each number is in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from masking_service.dev.development import Development
from tests import servers
from tests.callers import put_on_file
from tests.http_servers import Handler, Json
from tests.providers import KEY, Provider, answering
from tests.service.people.policies import edited
from tests.together import together
from tests.web.api import SITE, Api, record, refusal, started
from tests.web.people import AUDITOR, COURIER

NUMBERS = [f"SF{at:010}" for at in range(60)]
PHONES = [f"138{at:08}" for at in range(60)]
CALLERS = 3
MANY = 1_000_000


class Failing(Provider):
    """A provider during whose first answer something happens, after the number is bound."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] = lambda: None

    def answer(self, handler: Handler, request: Json) -> None:
        super().answer(handler, request)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()


@pytest.fixture
def group(make_sentinel: Callable[..., servers.Group]) -> servers.Group:
    return make_sentinel()


@pytest.fixture
def provider() -> Iterator[Failing]:
    found = Failing()
    with answering(found.answer) as found.url:
        yield found


@pytest.fixture
def api(group: servers.Group, provider: Failing, tmp_path: Path) -> Api:
    """A service behind sentinels, with parcels that the courier holds and a budget that no test spends."""

    def edit(document: dict[str, Any]) -> None:
        document["calls"] = {"provider": "https", "url": provider.url, "key": "calls.key"}
        document["roles"][COURIER]["budget"]["calls"] = {"1d": MANY}

    (tmp_path / "policy.yaml").write_text(edited(edit))
    (tmp_path / "calls.key").write_bytes(KEY)
    (tmp_path / "calls.key").chmod(0o600)
    settings = {"MASKING_STATE_DIR": str(tmp_path / "state"), "MASKING_REDIS_URL": group.url}
    with Development({**settings, "MASKING_POLICY": str(tmp_path / "policy.yaml")}) as made:
        api = started(made.settings)
    put_on_file(api)
    api.tokenize(
        *(record(number, recipient__phone=phone) for number, phone in zip(NUMBERS, PHONES, strict=True)),
        custody={"site": SITE},
    )
    return api


def called(api: Api, number: str) -> TestResponse:
    return api.post(COURIER, "/v1/calls", {"waybill_no": number})


def call_until_answered(api: Api, number: str) -> tuple[Json, int]:
    """Call as a courier does, again after each 503; return the answer, and how often there was none."""
    answers: list[TestResponse] = []

    def answered() -> bool:
        answers.append(called(api, number))
        if answers[-1].status_code in (200, 201):
            return True
        assert refusal(answers[-1]) in ((503, "calls-unavailable"), (503, "unavailable"))
        api.parts.store.check_primary()  # as the background does once a second
        return False

    servers.wait_until(answered, "the call is answered", 60)
    assert [phone for phone in PHONES for answer in answers if phone in answer.text] == []
    told: Json = answers[-1].get_json()
    return told, len(answers) - 1


def entries_of_calls(api: Api, number: str) -> list[Json]:
    """The calls of a waybill that the log has and that were not taken back."""
    found = api.get(AUDITOR, f"/v1/audit?waybill={number}&action=call&limit=100").get_json()["entries"]
    taken_back = {entry for one in found for entry in one.get("takes_back", ())}
    return [one for one in found if one["outcome"] == "done" and one["id"] not in taken_back]


def check(api: Api, provider: Failing, told: dict[str, Json]) -> None:
    """Each waybill has one binding, which is what was told, an entry in the log, and a disclosure."""
    assert len(provider.bound) == len(told)
    for number, answer in told.items():
        again = called(api, number)
        assert (again.status_code, again.get_json()) == (200, answer)
        assert answer["dial"] == provider.bound[answer["call"]]["dial"]
        assert entries_of_calls(api, number)
        assert api.get(AUDITOR, f"/v1/waybills/{number}/disclosures").get_json()["calls"]


def test_a_primary_that_dies_while_the_provider_answers_leaves_one_binding(
    api: Api, group: servers.Group, provider: Failing
) -> None:
    provider.meanwhile = group.primaries[0].kill

    lost = called(api, NUMBERS[0])
    group.wait_for_promotion()
    answer, _ = call_until_answered(api, NUMBERS[0])

    assert lost.status_code == 503
    assert {one["ref"] for one in provider.asked} == {answer["call"]}
    check(api, provider, {NUMBERS[0]: answer})


def test_a_primary_that_dies_between_calls_of_many_loses_none_and_binds_none_twice(
    api: Api, group: servers.Group, provider: Failing
) -> None:
    def call_each(first: int) -> dict[str, tuple[Json, int]]:
        found = {}
        for number in NUMBERS[first::CALLERS]:
            if number == NUMBERS[len(NUMBERS) // 2]:
                group.primaries[0].kill()
            found[number] = call_until_answered(api, number)
        return found

    answered = {
        number: found
        for each in together([partial(call_each, at) for at in range(CALLERS)])
        for number, found in each.items()
    }

    assert any(refused for _, refused in answered.values()), "the store did not fail over meanwhile"
    check(api, provider, {number: answer for number, (answer, _) in answered.items()})
