"""What is hidden is found out by comparing, and judged by what the spans say."""

import pytest

from bench.quality import contenders, expression
from bench.quality.aims import MIN_FORM, SMALL_FORMS, Aim, results
from bench.quality.contenders import Answer
from bench.quality.corpus import Span, Text, marked
from bench.quality.scores import ALL, CHANGED, OTHER, SILENT, WARNED, Score, hidden, score


def judged(source: str, after: str, kind: str = "text", *, warned: bool = False) -> dict[str, tuple[int, int]]:
    """Wrong and count by what is measured, of one text."""
    text, spans = marked(source)
    one = Text("test/1", kind, "form", "hand", text, spans)
    return {
        found.what: (found.wrong, found.count)
        for found in score("dev", "mapped", [one], [Answer(after, warned)])
        if found.form == ALL
    }


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("找王丽拿", "找王*拿", "找王拿"),
        ("138-1234-5678收", "*******5678收", "5678收"),
        ("打0086 138 1234 5678", "打0086 *******5678", "打0086 5678"),
        ("a*b", "a*b", "a*b"),
        ("402", "甲乙", ""),
    ],
    ids=["same length", "separators gone", "country code stays", "a star of its own", "nothing is found again"],
)
def test_hidden_characters_are_found(before: str, after: str, shown: str) -> None:
    flags = hidden(before, after)

    assert "".join(letter for letter, is_hidden in zip(before, flags, strict=True) if not is_hidden) == shown


@pytest.mark.parametrize(
    ("after", "wrong"),
    [("找王丽华", 1), ("找王*华", 0), ("找王**", 0), ("找*丽华", 1)],
    ids=["whole", "one of two characters", "hidden", "only the family name hidden"],
)
def test_a_name_is_in_clear_if_its_given_name_can_be_read(after: str, wrong: int) -> None:
    assert judged("找{n王丽华}", after)["given"] == (wrong, 1)


@pytest.mark.parametrize(
    ("after", "wrong"),
    [("3栋402室", 1), ("3栋4**室", 1), ("3栋***室", 0), ("3栋****", 0)],
    ids=["shown", "one digit shown", "hidden, its word stays", "hidden with its word"],
)
def test_a_room_is_shown_if_a_digit_of_it_is(after: str, wrong: int) -> None:
    assert judged("{H3栋}{r402室}", after, "address")["room"] == (wrong, 1)


def test_the_side_of_a_landing_is_a_room_too() -> None:
    assert judged("{H3栋}{u2}单元{r东户}", "3栋*单元*户", "address")["room"] == (0, 1)
    assert judged("{H3栋}{u2}单元{r东户}", "3栋*单元东户", "address")["room"] == (1, 1)


def test_six_digits_of_a_phone_have_to_be_hidden() -> None:
    assert judged("{p13812345678}", "*******5678")["phone"] == (0, 1)
    assert judged("{p13812345678}", "138****5678")["phone"] == (1, 1)
    assert judged("{p0571-38556752}", "0571-******52")["phone"] == (0, 1)


def test_a_phone_of_fewer_digits_has_to_be_hidden_whole() -> None:
    assert judged("{p95338}", "*****")["phone"] == (0, 1)
    assert judged("{p95338}", "****8")["phone"] == (1, 1)


def test_what_must_stay_is_starred_if_a_character_of_it_is() -> None:
    assert judged("单号{O123456}", "单号12****")["order"] == (1, 1)


def test_other_characters_count_in_texts_with_findings_only() -> None:
    assert judged("请找{n王丽}拿", "请**丽*")[OTHER] == (3, 4)
    assert OTHER not in judged("请找{n王丽}拿", "请找王丽拿")


def test_a_calm_text_is_changed_or_not() -> None:
    assert judged("王老吉一箱", "王**一箱", "calm") == {CHANGED: (1, 1)}


@pytest.mark.parametrize("warned", [True, False], ids=["with a warning", "silently"])
def test_a_shown_unit_abroad_counts_unless_the_caller_is_warned(warned: bool) -> None:
    found = judged("Main St 5 apt {r12}", "Main St 5 apt 12", "foreign", warned=warned)

    assert (found[SILENT], found[WARNED]) == ((int(not warned), 1), (int(warned), 1))


def test_an_aim_for_each_form_binds_the_worst_one_and_small_ones_together() -> None:
    aim = Aim("names", "text", ("given",), 0.1, ("mapped",), ("dev",), each_form=True)
    counts = {ALL: (110, 6), "large": (MIN_FORM * 3, 2), "small": (10, 3), "smaller": (MIN_FORM - 10, 1)}
    scores = [Score("dev", "mapped", "text", form, "given", *found) for form, found in counts.items()]

    (found,) = results(scores, [aim])

    assert (found.worst_form, found.worst, found.met) == (SMALL_FORMS, 4 / MIN_FORM, False)


def test_the_expressions_mask_what_they_are_written_for() -> None:
    text = "收件人：王丽华 13812345678 3号楼2单元402室 单号1234567890123456"

    hides = [*expression.numbers(text), *expression.names(text)]

    assert expression.starred(text, iter(hides)) == "收件人：王** *******5678 3号楼*单元***室 单号1234567890123456"


@pytest.mark.parametrize("way", [contenders.MAPPED, contenders.UNMAPPED])
@pytest.mark.parametrize("kind", ["text", "calm", "address", "foreign", "name"])
def test_the_service_gives_one_answer_for_each_text(kind: str, way: str) -> None:
    text = Text("test/1", kind, "form", "hand", "王丽", (Span(0, 2, "name"), Span(1, 2, "given")))

    assert len(contenders.service([text] * 3, way)) == 3
