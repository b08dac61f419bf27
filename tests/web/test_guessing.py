"""A printer's credential in the wrong hands, over HTTP: it moves no parcel, and guessing values is not free."""

from __future__ import annotations

import pytest

from tests.web.api import COURIER, PRINTER, SITE, Api, record, refusal

NUMBER = "SF1234567890"


def seen_by_courier(api: Api) -> bool:
    return api.get(COURIER, f"/v1/waybills/{NUMBER}").status_code == 200


def test_custody_takes_effect_at_the_first_tokenizing(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})

    assert seen_by_courier(api)


def test_custody_takes_effect_where_a_known_waybill_has_none(api: Api) -> None:
    api.tokenize(record())
    assert not seen_by_courier(api)

    api.tokenize(record(), custody={"site": SITE})

    assert seen_by_courier(api)


@pytest.mark.parametrize(("first", "second", "seen"), [(SITE, "999999", True), ("999999", SITE, False)])
def test_custody_at_tokenizing_never_moves_a_parcel(api: Api, first: str, second: str, seen: bool) -> None:
    api.tokenize(record(), custody={"site": first})
    api.tokenize(record(), custody={"site": second})
    api.tokenize(record(remark="new"), custody={"site": second}, on_conflict="revise")

    assert seen_by_courier(api) is seen


def test_a_conflict_takes_no_custody(api: Api) -> None:
    api.tokenize(record())
    api.tokenize(record(remark="guess"), custody={"site": SITE})

    assert not seen_by_courier(api)


def test_a_hundred_conflicts_an_hour_are_the_most(api: Api) -> None:
    api.tokenize(record())
    wrong = [record(remark=f"guess {at}") for at in range(100)]
    assert {result["error"]["code"] for result in api.tokenize(*wrong)} == {"conflict"}

    answered = api.post(PRINTER, "/v1/tokenize", {"records": [record(remark="one more")]})

    assert refusal(answered) == (429, "quota-exceeded")
    assert answered.get_json()["window"] == "1h"


def test_guessing_in_large_batches_is_not_free(api: Api) -> None:
    api.tokenize(record())
    wrong = [record(remark=f"guess {at}") for at in range(101)]
    assert refusal(api.post(PRINTER, "/v1/tokenize", {"records": wrong})) == (429, "quota-exceeded")

    answered = api.post(PRINTER, "/v1/tokenize", {"records": wrong[:1]})

    assert refusal(answered) == (429, "quota-exceeded")


@pytest.fixture
def spent(api: Api) -> Api:
    """The printer's budget for conflicts is spent."""
    api.tokenize(record())
    api.tokenize(*[record(remark=f"guess {at}") for at in range(100)])
    return api


def test_new_numbers_pass_when_the_budget_for_conflicts_is_spent(spent: Api) -> None:
    assert spent.tokenize(record("SF2222222222"))[0]["created"] is True


def test_a_right_guess_is_refused_like_a_wrong_one_when_the_budget_is_spent(spent: Api) -> None:
    answered = spent.post(PRINTER, "/v1/tokenize", {"records": [record()]})

    assert refusal(answered) == (429, "quota-exceeded")


def test_guessing_past_the_last_revision_is_not_free(api: Api) -> None:
    for at in range(16):
        api.tokenize(record(remark=f"note {at}"), on_conflict="revise")
    guesses = [record(remark=f"guess {at}") for at in range(100)]
    assert {result["error"]["code"] for result in api.tokenize(*guesses, on_conflict="revise")} == {"revision-limit"}

    answered = api.post(PRINTER, "/v1/tokenize", {"records": guesses[:1], "on_conflict": "revise"})

    assert refusal(answered) == (429, "quota-exceeded")
