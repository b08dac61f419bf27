"""The masks hold the aims on the development part; docs/quality.md says how they stand on texts held out."""

from functools import cache

from bench.quality.aims import AIMS, Aim, results
from bench.quality.contenders import SERVICE
from bench.quality.measure import measure
from tests.every import every

PART = "dev"
NOT_MET = "names in clear, in each form"
"""docs/quality.md says by how much."""
HELD = [(aim, way) for aim in AIMS if PART in aim.parts and aim.name != NOT_MET for way in aim.ways]
"""Limits are in the table of `bench.quality.aims`."""


@cache
def measured() -> dict[tuple[str, str], tuple[float, float, bool, str]]:
    """By name of the aim and way: the share, that of the worst form, whether it is met, and the worst form."""
    found = results(measure(parts=[PART], beside=False).scores[SERVICE])
    return {(one.aim.name, one.way): (one.share, one.worst, one.met, one.worst_form) for one in found}


@every(("aim", "way"), HELD)
def test_an_aim_is_met_on_the_development_part(aim: Aim, way: str) -> None:
    share, worst, met, worst_form = measured()[aim.name, way]

    assert met, f"{share:.1%} of all, {worst:.1%} of {worst_form}, and at most {aim.limit:.1%} is allowed"
