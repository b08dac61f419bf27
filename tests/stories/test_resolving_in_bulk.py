"""An officer's login is scripted to resolve every waybill number there is, as one company's internal endpoint was."""

from __future__ import annotations

import pytest

from tests.stories.auditor import Auditor
from tests.web.api import Api, Json, field, record, refusal, token
from tests.web.people import DESK, OFFICER, SUPERVISOR

NUMBERS = [f"SF{number:010d}" for number in range(1, 301)]
NAMED = NUMBERS[:3]
THIEF = f"client/{OFFICER}"


@pytest.fixture
def tokens(fresh: Api, now: int) -> dict[str, Json]:
    """Three hundred waybills with their tokens, which the thief copied from labels; one honest case names three."""
    made = fresh.tokenize(*(record(number) for number in NUMBERS))
    fresh.open_case("D-1", *NAMED)
    return {number: one["tokens"] for number, one in zip(NUMBERS, made, strict=True)}


def the_script(api: Api, tokens: dict[str, Json], case: str | None = "D-1") -> tuple[list[str], set[tuple[int, str]]]:
    """Tries every waybill, by number and by token, and goes on whatever is answered: the values, and the refusals."""
    got: list[str] = []
    refused: set[tuple[int, str]] = set()
    for number in NUMBERS:
        items = [field(number, "/recipient/phone"), token(tokens[number]["/sender/phone"])]
        answered = api.detokenize(*items, case=case)
        if answered.status_code != 200:
            refused.add(refusal(answered))
            continue
        got += [one["value"] for one in answered.get_json()["results"] if "value" in one]
    return got, refused


def test_without_a_case_the_script_gets_nothing(fresh: Api, tokens: dict[str, Json], auditor: Auditor) -> None:
    got, refused = the_script(fresh, tokens, case=None)

    assert (got, refused) == ([], {(400, "case-required")})
    fresh.parts.denials.flush(everything=True)
    refusals = auditor.entries("detokenize", principal=THIEF, outcome="case-required")
    assert [entry.get("times", 1) for entry in refusals] == [1, len(NUMBERS) - 1]


def test_with_a_case_it_gets_what_the_case_names_and_is_frozen_by_the_service(
    fresh: Api, tokens: dict[str, Json], auditor: Auditor
) -> None:
    got, refused = the_script(fresh, tokens)

    assert len(got) == 2 * len(NAMED)  # two phones of each waybill that the case names, and of no other
    assert refused == {(403, "frozen")}
    assert auditor.released(THIEF) == len(got)
    assert [entry["subject"] for entry in auditor.entries("freeze", principal="service/watch")] == [THIEF]


def test_the_auditor_can_tell_for_each_waybill_whether_it_was_seen(
    fresh: Api, tokens: dict[str, Json], auditor: Auditor
) -> None:
    the_script(fresh, tokens)

    seen = {number: len(auditor.disclosures(number)["opens"]) for number in NUMBERS[:20]}
    assert seen == {number: 2 if number in NAMED else 0 for number in NUMBERS[:20]}


def test_no_principal_unfreezes_itself_and_every_unfreeze_is_recorded(
    fresh: Api, tokens: dict[str, Json], auditor: Auditor
) -> None:
    the_script(fresh, tokens)

    assert refusal(fresh.post(OFFICER, "/v1/principals/client%2Fdispute-officer/thaw")) == (403, "frozen")
    assert fresh.post(SUPERVISOR, "/v1/principals/client%2Fdispute-officer/thaw").status_code == 200
    assert [entry["principal"] for entry in auditor.entries("thaw", outcome="done")] == [f"client/{SUPERVISOR}"]


def test_the_desk_cannot_make_the_case_large_enough_by_splitting_it(fresh: Api, now: int, auditor: Auditor) -> None:
    opened, refused = 0, None
    for at in range(0, 600, 10):
        numbers = [f"YT{number:010d}" for number in range(at, at + 10)]
        body = {"case": f"S-{at}", "purpose": "dispute", "waybills": numbers, "reason": "many parcels"}
        answered = fresh.post(DESK, "/v1/cases", body)
        if answered.status_code != 201:
            refused = refusal(answered)
            break
        opened += len(numbers)

    assert (opened, refused) == (300, (429, "quota-exceeded"))
    assert len(auditor.entries("case-open", principal=f"client/{DESK}", outcome="quota-exceeded")) == 1
