"""Who is listed, in which order, and who is frozen."""

import pytest

from masking_audit.lookout.use import MAX_LISTED, Listed, rank, to_freeze
from masking_service.service.lookout.state import Reason, in_words
from masking_service.service.people.signals import SIGNALS
from tests.every import every


def reason(person: str, signal: str, score: float) -> Reason:
    return Reason(person, signal, score, 9, 11, 1.4, "staff/wang")


def test_one_signal_alone_lists_no_one_however_strong_it_is() -> None:
    assert rank([reason("a", "pair", 200.0), reason("a", "pair", 150.0)], {}) == []


def test_one_signal_lists_a_person_if_the_policy_says_so() -> None:
    weak, other = reason("a", "new-device", 2.1), reason("b", "pace", 2.1)

    assert rank([weak, other], {}, alone={"new-device"}) == [Listed("a", 2.1, (weak,))]
    assert rank([weak._replace(score=1.9)], {}, alone={"new-device"}) == []
    assert rank([weak], {"a": 2.1}, alone={"new-device"}) == []


def test_two_signals_together_list_a_person_with_the_strongest_reason_first() -> None:
    weak, strong = reason("a", "pace", 2.5), reason("a", "pair", 9.0)

    assert rank([weak, strong], {}) == [Listed("a", 6.5, (strong, weak))]


def test_chance_does_not_add_up() -> None:
    assert rank([reason("a", signal, 1.9) for signal in SIGNALS], {}) == []


def test_at_most_five_are_listed_the_most_suspicious_first() -> None:
    reasons = [reason(f"p{at}", signal, 3 + at / 10) for at in range(8) for signal in ("pair", "pace")]

    listed = rank(reasons, {})

    assert [one.person for one in listed] == ["p7", "p6", "p5", "p4", "p3"]
    assert len(listed) == MAX_LISTED


@pytest.mark.parametrize(("before", "listed"), [(5.5, []), (4.0, ["a"])])
def test_a_person_is_listed_again_only_if_the_total_rose(before: float, listed: list[str]) -> None:
    reasons = [reason("a", "pair", 3.0), reason("a", "pace", 3.0)]

    assert [one.person for one in rank(reasons, {"a": before})] == listed


def test_the_frozen_are_not_listed_again() -> None:
    assert rank([reason("a", "pair", 4.0), reason("a", "pace", 4.0)], {}, {"a"}) == []


def test_only_all_signals_together_freeze_and_none_freeze_no_one() -> None:
    both = Listed("a", 8.0, (reason("a", "odd-hours", 4.0), reason("a", "pace", 4.0)))
    one = Listed("b", 8.0, (reason("b", "odd-hours", 4.0), reason("b", "pair", 4.0)))

    assert to_freeze([both, one], ["odd-hours", "pace"]) == [both]
    assert to_freeze([both, one], []) == []


def test_a_reason_is_said_in_both_languages() -> None:
    said = reason("staff/lin", "pair", 4.0)

    assert in_words(said) == "opened 9 of 11 cases that wang opened; expected 1.4"
    assert in_words(said, "zh") == "wang 所建的 11 张工单中有 9 张由其显示；按独立分布应为 1.4 张"


@every("signal", SIGNALS)
def test_every_text_fits_its_figures(signal: str) -> None:
    assert "{" not in in_words(reason("a", signal, 3.0)) + in_words(reason("a", signal, 3.0), "zh")


@pytest.mark.parametrize(("score", "listed"), [(2.5, ["a"]), (2.4, [])])
def test_a_person_is_listed_from_a_total_of_five(score: float, listed: list[str]) -> None:
    reasons = [reason("a", "pair", score), reason("a", "pace", 2.5)]

    assert [one.person for one in rank(reasons, {})] == listed
