"""Every kind of records is masked in turns with usual ones."""

from bench import records
from bench.waybills import KINDS, USUAL


def test_every_kind_of_records_has_a_rate_and_one_ratio_a_round() -> None:
    found = records.measure(2)

    assert list(found) == list(KINDS)
    assert all(rate > 0 and len(ratio.values) == 2 for rate, ratio in found.values())
    assert found[USUAL][1].values == [1.0, 1.0]
