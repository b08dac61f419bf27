"""Tests the ratios between contenders, and whether aims are met."""

import pytest

from bench.contenders import records_body, values_body
from bench.figures import Bytes, Figures, Measured, Rate, machine
from bench.tables import INCONCLUSIVE, MET, MISSED, TOO_FEW, Aim, bare_rates, records
from bench.waybills import KINDS, MIXED, USUAL, Waybills
from masking_service import mask


def run(*rates: Rate) -> Figures:
    nothing = Bytes(0, 0, 0, 0, 0, 0)
    return Figures(machine("no store"), True, list(rates), [], [], [], nothing, [], [])


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    figures = run(Rate("service", "mask", 500, [100, 10, 90], 0), Rate("baseline", "mask", 500, [200, 20, 100], 0))

    ratio = figures.ratio("mask", 500, "baseline")

    assert (ratio.low, ratio.median, ratio.high) == (0.5, 0.5, 0.9)


def test_a_contender_that_only_encrypts_is_compared_by_its_encryption() -> None:
    figures = run(
        Rate("service", "tokenize", 500, [50], 0),
        Rate("openbao", "encrypt", 500, [200], 0),
        Rate("openbao", "encrypt", 50, [100], 0),
    )

    assert figures.ratio("tokenize", 500, "openbao", "encrypt").median == 0.25


@pytest.mark.parametrize(
    ("values", "at_least", "verdict"),
    [
        ([0.7, 0.7, 0.8] * 3, True, MET),
        ([0.69, 0.9, 0.9] * 3, True, INCONCLUSIVE),
        ([0.5, 0.6, 0.69] * 3, True, MISSED),
        ([0.9] * 8, True, TOO_FEW),
        ([0.6, 0.7, 0.7] * 3, False, MET),
        ([0.71, 0.8, 0.9] * 3, False, MISSED),
    ],
    ids=["all pairs meet it", "one does not", "none does", "eight pairs", "a maximum is met", "a maximum is missed"],
)
def test_an_aim_is_judged_by_the_lowest_and_the_highest_of_nine_pairs(
    values: list[float], at_least: bool, verdict: str
) -> None:
    assert Aim("rate", Measured(values), 0.7, at_least).row[-1] == verdict


def test_a_figure_without_a_spread_judges_its_aim_alone() -> None:
    assert Aim("bytes", Measured([400], once=True), 400, at_least=False).row[2:] == ("–", "–", "≤ 400", MET)
    assert Aim("bytes", Measured([401], once=True), 400, at_least=False).verdict == MISSED


def test_a_table_shows_the_lowest_and_the_highest_ratio() -> None:
    figures = run(Rate("service", "mask", 500, [100, 10, 90], 0), Rate("baseline", "mask", 500, [200, 20, 100], 0))
    figures.rates += [Rate(name, "tokenize", 500, [50], 0) for name in ("service", "baseline")]

    assert "| 90 | 0.50 (0.50 to 0.90) |" in bare_rates(figures)


def test_other_records_are_compared_with_usual_ones_of_the_same_round() -> None:
    usual, mixed = [100.0, 10.0, 90.0], [50.0, 9.0, 45.0]
    figures = run(*(
        Rate("service", use_case, 500, rounds, 0, kind)
        for use_case in ("mask", "tokenize")
        for kind, rounds in ((USUAL, usual), (MIXED, mixed))
    ))  # fmt: skip

    assert "| 45 | 0.50 (0.50 to 0.90) | 45 | 0.50 (0.50 to 0.90) |" in records(figures)


def test_openbao_gets_the_values_of_as_many_waybills() -> None:
    batch = Waybills("AA", 1).records(67)

    assert values_body(batch).count(b'"plaintext"') == 67 * 6
    assert records_body(batch).count(b'"waybill_no"') == 67


@pytest.mark.parametrize("kind", KINDS)
def test_records_of_every_kind_are_masked_without_an_error(kind: str) -> None:
    found = mask(Waybills("AA", 1, kind).records(40))

    assert [one.errors for one in found if one.errors] == []


def test_mixed_records_have_what_they_say() -> None:
    batch = Waybills("AA", 1, MIXED).records(10)

    assert sum("remark" in record for record in batch) == 3
    assert sum("memo" in record for record in batch) == 1
    assert sum(len(record.get("remark", "")) > 200 for record in batch) == 1
    assert sum(record["recipient"]["phone"].startswith("+49") for record in batch) == 1
    assert sum("****" in record["recipient"]["phone"] for record in batch) == 1
    assert len({record["waybill_no"] for record in batch}) == 10
