"""Tests the ratios between contenders, and whether aims are met."""

import pytest

from bench.contenders import records_body, values_body
from bench.figures import Bytes, Figures, Rate, machine
from bench.tables import Aim
from bench.waybills import Waybills


def run(*rates: Rate) -> Figures:
    nothing = Bytes(0, 0, 0, 0, 0, 0)
    return Figures(machine("no store"), True, list(rates), [], [], [], nothing, [], [])


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    figures = run(Rate("service", "mask", 500, [100, 10, 90], 0), Rate("baseline", "mask", 500, [200, 20, 100], 0))

    assert figures.ratio("mask", 500, "baseline") == 0.5


def test_a_contender_that_only_encrypts_is_compared_by_its_encryption() -> None:
    figures = run(Rate("service", "tokenize", 500, [50], 0), Rate("openbao", "encrypt", 400 / 6, [200], 0))

    assert figures.ratio("tokenize", 500, "openbao", "encrypt") == 0.25


@pytest.mark.parametrize(
    ("aim", "met"),
    [
        (Aim("rate", 0.7, 0.7), "yes"),
        (Aim("rate", 0.69, 0.7), "no"),
        (Aim("bytes", 400, 400, at_least=False), "yes"),
        (Aim("bytes", 401, 400, at_least=False), "no"),
    ],
)
def test_an_aim_says_whether_it_was_met(aim: Aim, met: str) -> None:
    assert aim.row[-1] == met


def test_a_batch_for_openbao_has_four_hundred_values() -> None:
    records = Waybills("AA", 1).records(67)

    assert values_body(records).count(b'"plaintext"') == 400
    assert records_body(records).count(b'"waybill_no"') == 67
