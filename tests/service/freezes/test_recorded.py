"""What a freeze by policy and by hand records, counts and tells of: once, where the principal was not frozen before."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.audit.actions import Action
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import UNSIGNED, RequestContext, Stated
from masking_service.service.freezes import answers
from masking_service.service.freezes.state import Freeze, FreezeByPolicy
from masking_service.service.freezes.use import FreezeByHand
from masking_service.service.people.principals import Principal, service_principal
from masking_service.service.people.rules import WatchRules
from masking_service.store.errors import StoreUnavailable
from tests.store.stores import NOW

CALLER = Principal("staff/u-1", "default", ("courier",), frozenset(), "jwt")
CONTEXT = RequestContext(CALLER, "r-1", NOW)
BEFORE = Freeze(id=CALLER.id, since=NOW - 9, why="before", by="staff/boss")
SINCE = "2026-11-30T00:53:20Z"


@dataclass
class Parts:
    """Notes what is recorded, counted and told, in its order."""

    frozen: Freeze | None
    refusals: int | Exception = 0
    told: list[Any] = field(default_factory=list)

    def prepare_freeze(self, tenant: str, wanted: Freeze) -> tuple[Freeze, str]:
        self.told.append(("prepared", tenant, wanted))
        return self.frozen or wanted, "the change"

    def change(
        self, context: RequestContext, action: Action, stated: Stated, prepare: Callable[[], object]
    ) -> SimpleNamespace:
        self.told.append((context, action, stated, prepare()))
        return SimpleNamespace(id="e-1")

    def record_denials(self, context: RequestContext, action: Action, stated: Stated) -> Any:
        self.told.append(("denials", context, action, stated))
        return contextlib.nullcontext()

    def freeze(self, why: str) -> None:
        self.told.append(("counted", why))

    def raise_alert(self, kind: str, principal: Principal) -> None:
        self.told.append(("alert", kind, principal))

    def add_refusal(self, principal: Principal) -> int:
        assert principal == CALLER
        if isinstance(self.refusals, Exception):
            raise self.refusals
        return self.refusals


def by_policy(parts: Parts) -> FreezeByPolicy:
    given: Any = dict.fromkeys(("freezes", "recorder", "alerts", "metrics"), parts)
    return FreezeByPolicy(rules=WatchRules(refusals=3), **given)


def policys(why: str, before: Freeze | None) -> list[Any]:
    """What a freeze by policy does."""
    watch = service_principal("watch", "default")
    wanted = Freeze(id=CALLER.id, since=NOW, why=why, by=watch.id)
    stated = Stated(purpose=why, subject=CALLER.id)
    told: list[Any] = [
        ("prepared", "default", wanted),
        (RequestContext(watch, "r-1", NOW), Action.FREEZE, stated, "the change"),
    ]
    return told if before else [*told, ("counted", why), ("alert", why, CALLER)]


@pytest.mark.parametrize("before", [None, BEFORE])
@pytest.mark.parametrize("why", ["misses", "burst", "decoy", "lookout"])
def test_a_freeze_by_policy(why: Any, before: Freeze | None) -> None:
    parts = Parts(before)

    assert by_policy(parts).freeze(CONTEXT, why) == "e-1"
    assert parts.told == policys(why, before)


@pytest.mark.parametrize(("refusals", "frozen"), [(2, False), (3, True), (4, True), (StoreUnavailable("down"), False)])
def test_calls_that_a_budget_refuses_freeze_from_the_count_of_the_policy_on(
    refusals: int | Exception, *, frozen: bool
) -> None:
    parts = Parts(None, refusals)

    with pytest.raises(QuotaExceeded), by_policy(parts).count_refusals(CONTEXT):
        raise QuotaExceeded("1h", 0, role="courier", counts="fields")

    assert parts.told == (policys("burst", None) if frozen else [])


def test_calls_that_are_refused_for_another_reason_do_not_count() -> None:
    parts = Parts(None, 9)

    with pytest.raises(StoreUnavailable), by_policy(parts).count_refusals(CONTEXT):
        raise StoreUnavailable("down")
    with by_policy(parts).count_refusals(CONTEXT):
        pass

    assert parts.told == []


@pytest.mark.parametrize("before", [None, BEFORE])
def test_a_freeze_by_hand(before: Freeze | None) -> None:
    parts = Parts(before)
    boss = RequestContext(Principal("staff/boss", "default", ("supervisor",), frozenset(), "jwt"), "r-2", NOW)
    given: Any = dict.fromkeys(("freezes", "recorder", "metrics"), parts)
    given["gate"] = SimpleNamespace(
        grant_and_freeze_question=lambda *_: (SimpleNamespace(role="supervisor"), "frozen"),
        frozen_first=lambda _: contextlib.nullcontext(),
    )
    given["signatures"] = SimpleNamespace(expect=lambda *_: None, verify_and_spend=lambda *_: UNSIGNED)
    wanted = Freeze(id=CALLER.id, since=NOW, why="left", by="staff/boss")

    answer = FreezeByHand(**given).freeze(boss, CALLER.id, "left")

    told: list[Any] = [
        ("denials", boss, Action.FREEZE, Stated(subject=CALLER.id)),
        ("prepared", "default", wanted),
        (boss, Action.FREEZE, Stated(role="supervisor", subject=CALLER.id, signed=UNSIGNED), "the change"),
    ]
    if before:
        assert answer == answers.FrozenNow(CALLER.id, True, "2026-11-30T00:53:11Z", "before")
        assert parts.told == told
    else:
        assert answer == answers.FrozenNow(CALLER.id, True, SINCE, "left")
        assert parts.told == [*told, ("counted", "by-hand")]
