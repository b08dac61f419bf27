"""Every kind of value, also a new one, under everything that a profile may hide of it."""

from collections.abc import Callable
from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.table import TABLE
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import ALL, NOTHING, Profile
from tests.every import every
from tests.masking.scenarios import ANYTHING

RULES = [
    *((kind.name, "hide", word) for kind in TABLE.values() for word in kind.hide),
    *(("phone", "show_last", digits) for digits in range(5)),
    ("phone", "hide_last", 6),
]
OF_KINDS = st.sampled_from([kind.example for kind in TABLE.values()])
VALUES = OF_KINDS | st.tuples(OF_KINDS, st.sampled_from(["", " ", "，", "/"]), OF_KINDS).map("".join) | ANYTHING


@cache
def masks(kind: str, key: str, how: object) -> tuple[Callable[[str], str] | None, Callable[[str], str | None] | None]:
    """The mask of a kind under a profile with one rule, and the quick one."""
    under = Masks(Profile.parse("p", {kind: {key: how}}))
    return under.masker(kind), under.usual(kind)


@every(("kind", "key", "how"), RULES)
@given(value=VALUES)
@example(value="")
@example(value=" ")
def test_the_quick_mask_is_the_mask_and_a_mask_stays(kind: str, key: str, how: object, value: str) -> None:
    mask, quick = masks(kind, key, how)
    shown = value if mask is None else mask(value)

    assert quick is None or quick(value) in (None, shown)
    assert mask is None or mask(shown) == shown


@every(("kind", "key", "how"), RULES)
def test_the_example_is_masked_unless_the_kind_passes(kind: str, key: str, how: object) -> None:
    value = TABLE[kind].example
    mask, _ = masks(kind, key, how)
    shown = value if mask is None else mask(value)

    assert (shown == value) == (how == NOTHING)
    assert how != ALL or shown == "*" * len(value)


@every("kind", [kind.name for kind in TABLE.values() if kind.mask is not None])
def test_a_kind_has_the_mask_of_its_module(kind: str) -> None:
    """Whatever its words are: a word that another kind has, too, means nothing here."""
    of_module = TABLE[kind]
    for word in {*of_module.hide} - {ALL, NOTHING}:
        assert masks(kind, "hide", word) == (of_module.mask, of_module.usual)


@every("kind", [kind.name for kind in TABLE.values() if kind.is_mask is not None])
@given(value=VALUES)
def test_a_mask_that_comes_in_is_told_from_a_value(kind: str, value: str) -> None:
    mask = TABLE[kind].mask
    assert mask is not None
    if "*" in (shown := mask(value)):
        assert hidden_form(kind, shown) is not None


def test_a_kind_that_hides_a_part_has_a_rule() -> None:
    """Its own, or one of the kinds that are read together, whose rules `profile_masks` has."""
    together = {"name", "phone", "address", "text"}
    parted = {kind.name for kind in TABLE.values() if {*kind.hide} - {ALL, NOTHING}}
    assert {name for name in parted if TABLE[name].mask is None} <= together
