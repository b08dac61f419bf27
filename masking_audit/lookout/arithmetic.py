"""The statistics behind the signals. Every score is -log10 of a probability, so that scores can be added."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

MAX_SCORE: Final = 300.0
"""The score of a probability that is too small for a float."""
MAD_TO_SIGMA: Final = 1.4826
"""A normal distribution's standard deviation, as a multiple of its median absolute deviation."""
CUSUM_SLACK: Final = 0.5
"""Deviations that a day may be above the baseline. It detects a shift of one deviation soonest."""


def poisson_tail(observed: int, expected: float) -> float:
    """Return the probability of `observed` or more events where `expected` are expected."""
    if observed <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(observed * math.log(expected) - expected - math.lgamma(observed + 1))
    if observed <= expected:
        return 1.0 - math.fsum(_downwards(term, observed, expected))
    total = 0.0
    while term > total * 1e-17:
        total += term
        observed += 1
        term *= expected / observed
    return total


def normal_tail(z: float) -> float:
    """Return the probability of `z` standard deviations or more above the mean."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def score(probability: float) -> float:
    """Return -log10 of a probability."""
    return min(MAX_SCORE, -math.log10(probability)) if probability > 0 else MAX_SCORE


def centre_of(values: Sequence[float]) -> tuple[float, float]:
    """Return the median, and the standard deviation estimated from the median absolute deviation."""
    centre = median(values)
    return centre, MAD_TO_SIGMA * median(abs(value - centre) for value in values)


def cusum(deviations: Iterable[float]) -> float:
    """Return the upper cumulative sum (Page 1954) after all `deviations`, which are in standard deviations."""
    total = 0.0
    for deviation in deviations:
        total = max(0.0, total + deviation - CUSUM_SLACK)
    return total


def run_length(height: float) -> float:
    """Return after how many honest days a cumulative sum reaches `height`, on average.

    Siegmund's approximation (Sequential Analysis, 1985): 938 days for a height of 5.
    """
    b = height + 1.166
    return (math.exp(2 * CUSUM_SLACK * b) - 2 * CUSUM_SLACK * b - 1) / (2 * CUSUM_SLACK**2)


def _downwards(term: float, observed: int, expected: float) -> Iterable[float]:
    """Yield the probabilities of `observed` - 1 events and fewer."""
    for count in range(observed, 0, -1):
        term *= count / expected
        yield term
