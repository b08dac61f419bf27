"""A call's items are counted as if each had come alone."""

from dataclasses import dataclass, field
from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.service.call.recorder import RequestContext
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import WatchRules

CALLER = Principal("staff/u-1", "default", (), frozenset(), "jwt")
CONTEXT = RequestContext(CALLER, "r-1", 0)


@dataclass
class Counted:
    """The misses of one principal, in memory."""

    misses: int
    calls: int = 0

    def add_misses(self, principal: Principal, count: int) -> int:
        assert principal == CALLER
        self.calls += 1
        self.misses += count
        return self.misses

    def set_misses(self, principal: Principal, count: int) -> None:
        assert principal == CALLER
        self.calls += 1
        self.misses = count


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezing(FreezeByPolicy):
    """Notes why the caller was frozen."""

    frozen: list[str] = field(default_factory=list)

    def freeze(self, context: RequestContext, why: str) -> str:
        assert context == CONTEXT
        self.frozen.append(why)
        return ""


@example(0, [False, True, False, False], 8)
@example(1, [True], 1)
@example(2, [False], 3)
@example(2, [False, True], 3)
@given(st.integers(0, 6), st.lists(st.booleans(), max_size=8), st.integers(1, 8))
def test_items_are_counted_as_if_each_had_come_alone(before: int, shown: list[bool], limit: int) -> None:
    counted = Counted(before)
    nothing = cast("Any", None)
    freezing = Freezing(
        rules=WatchRules(misses=limit), freezes=cast("Any", counted), recorder=nothing, alerts=nothing, metrics=nothing
    )
    row, longest = before, 0
    for hit in shown:
        row = 0 if hit else row + 1
        longest = max(longest, 0 if hit else row)

    freezing.count_misses(CONTEXT, before, shown)

    assert (counted.misses, freezing.frozen) == (row, ["misses"] if longest >= limit else [])
    assert counted.calls == (not all(shown) or (bool(before) and bool(shown)))
