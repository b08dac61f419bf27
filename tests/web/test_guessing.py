"""A printer's credential in the wrong hands, over HTTP: it moves no parcel, and guessing values is not free."""

from __future__ import annotations

import pytest

from tests.web.api import NUMBER, SITE, Api, Json, content, record, refusal
from tests.web.people import AUDITOR, COURIER, OFFICER, PRINTER


def seen_by_courier(api: Api) -> bool:
    return api.get(COURIER, f"/v1/waybills/{NUMBER}").status_code == 200


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


def test_a_revising_call_without_budget_stores_nothing_of_its_batch(spent: Api) -> None:
    numbers = [f"SF{at:010}" for at in range(1, 5)]
    spent.tokenize(*map(record, numbers))
    changed = [record(number, sender__name="王五") for number in numbers]
    batch = [record(), *changed, record("SF3333333333")]

    answered = spent.post(PRINTER, "/v1/tokenize", {"records": batch, "on_conflict": "revise"})

    assert refusal(answered) == (429, "quota-exceeded")
    assert [newest_revision(spent, number) for number in (NUMBER, *numbers)] == [0] * 5
    assert newest_revision(spent, "SF3333333333") is None
    assert [entry["action"] for entry in log(spent)].count("revise") == 0


def test_a_revision_without_budget_is_refused_like_a_right_guess(spent: Api) -> None:
    for guess in (record(), record(remark="guess")):
        answered = spent.post(PRINTER, "/v1/tokenize", {"records": [guess], "on_conflict": "revise"})
        assert refusal(answered) == (429, "quota-exceeded")

    assert newest_revision(spent, NUMBER) == 0


@pytest.mark.parametrize("guess", [record(), record(remark="guess")], ids=["right", "wrong"])
def test_new_records_beside_a_guess_without_budget_are_stored_and_answered(spent: Api, guess: Json) -> None:
    new, guessed = spent.tokenize(record("SF2222222222"), guess, custody={"site": SITE})

    assert (new["created"], guessed["error"]["code"]) == (True, "quota-exceeded")
    assert spent.get(COURIER, "/v1/waybills/SF2222222222").status_code == 200


def test_a_call_without_budget_that_stores_nothing_is_refused_whole(spent: Api) -> None:
    answered = spent.post(PRINTER, "/v1/tokenize", {"records": [record(), record(remark="guess")]})

    assert refusal(answered) == (429, "quota-exceeded")


def test_revisions_spend_nothing(api: Api) -> None:
    api.tokenize(*[record(f"SF{at:010}") for at in range(1, 151)])
    changed = [record(f"SF{at:010}", remark="new") for at in range(1, 151)]

    assert {one["revision"] for one in api.tokenize(*changed, on_conflict="revise")} == {1}
    assert api.tokenize(record("SF0000000001", remark="other"))[0]["error"]["code"] == "conflict"


def newest_revision(api: Api, number: str) -> int | None:
    answered = api.get(OFFICER, f"/v1/waybills/{number}")
    return None if answered.status_code == 404 else int(content(answered)["revision"])


def log(api: Api) -> list[Json]:
    found: list[Json] = api.get(AUDITOR, "/v1/audit?limit=1000").get_json()["entries"]
    return found


def test_guessing_past_the_last_revision_is_not_free(api: Api) -> None:
    for at in range(16):
        api.tokenize(record(remark=f"note {at}"), on_conflict="revise")
    guesses = [record(remark=f"guess {at}") for at in range(100)]
    assert {result["error"]["code"] for result in api.tokenize(*guesses, on_conflict="revise")} == {"revision-limit"}

    answered = api.post(PRINTER, "/v1/tokenize", {"records": guesses[:1], "on_conflict": "revise"})

    assert refusal(answered) == (429, "quota-exceeded")
