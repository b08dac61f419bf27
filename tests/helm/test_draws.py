"""What holds for each value set, for more draws of `combinations.py` than the other files try."""

import inspect
from collections.abc import Callable
from types import ModuleType

import pytest

from tests.helm import test_hardening, test_references, test_rendering
from tests.helm.chart import NEWEST, Chart
from tests.helm.combinations import COUNT

MORE = range(COUNT, 40)


def of_value_sets(module: ModuleType) -> list[Callable[..., None]]:
    """The tests of a module that take a value set, each for one."""
    tests = [inspect.unwrap(test) for name, test in vars(module).items() if name.startswith("test_")]
    return [test for test in tests if "value_set" in inspect.signature(test).parameters]


@pytest.mark.parametrize("draw", MORE)
def test_a_draw_meets_every_rule(chart: Chart, draw: int) -> None:
    rules = [rule for module in (test_hardening, test_references, test_rendering) for rule in of_value_sets(module)]
    assert len(rules) > 10
    for rule in rules:
        version = {"version": NEWEST} if "version" in inspect.signature(rule).parameters else {}
        rule(chart=chart, value_set=str(draw), **version)
