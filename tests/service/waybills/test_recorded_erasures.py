"""What an erasure records, also where a revision was written, or a hold set, while it was under way."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.call.errors import NotFound
from masking_service.service.call.recorder import ItemOutcome, RequestContext, SignatureProof, Stated
from masking_service.service.holds.problems import Held
from masking_service.service.people.principals import Principal
from masking_service.service.waybills import answers
from masking_service.service.waybills.erase import EraseWaybill
from tests.store.stores import NOW, NUMBER

CONTEXT = RequestContext(Principal("staff/li", "default", ("privacy-officer",), frozenset(), "jwt"), "r-1", NOW)
PROOF = SignatureProof(("signed",), (), 0)  # type: ignore[arg-type]  # is passed on
STATED = Stated(role="privacy-officer", signed=PROOF)
UNTIL = NOW + 30 * SECONDS_A_DAY
BASE = b"b" * 12


def found(*, held: bool = False) -> Any:
    return SimpleNamespace(base=BASE, custody="sealed custody", record=SimpleNamespace(held=held))


@dataclass
class Parts:
    """The parts of an erasure, noting what they are told.

    Attributes:
        first: what is found before it; `again`: what is found after each attempt that came too late.
    """

    first: Any
    again: list[Any] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    def erasing(self) -> EraseWaybill:
        policy = SimpleNamespace(retention_days=lambda tenant: {"default": 30}[tenant], longest_retention_days=90)
        given: dict[str, Any] = {
            "policy": policy,
            "gate": SimpleNamespace(
                grant_and_freeze_question=lambda *_: (SimpleNamespace(role="privacy-officer"), "frozen")
            ),
            "vault": SimpleNamespace(
                newest_question=lambda tenant, numbers, now: SimpleNamespace(answer=lambda: [self.first]),
                newest=lambda tenant, numbers, now: [self.again.pop(0)],
                prepare_erasure=self.prepare,
            ),
            "custodies": SimpleNamespace(
                open=lambda tenant, sealed: SimpleNamespace(site={"sealed custody": "021009"}[sealed])
            ),
            "signatures": SimpleNamespace(
                expect=lambda *_: None,
                keys=lambda *_: SimpleNamespace(bases=lambda numbers: [BASE for _ in numbers]),
                verify_and_spend=lambda *_: PROOF,
            ),
            "recorder": SimpleNamespace(
                record_denials=lambda *_: nullcontext(),
                take_back_on_failure=lambda entry: nullcontext(),
                record=self.record,
            ),
        }
        return EraseWaybill(**given)

    def prepare(self, tenant: str, number: str, **how: Any) -> SimpleNamespace:
        assert (tenant, number, how) == ("default", NUMBER, {"now": NOW, "until": UNTIL, "site": "021009"})
        return SimpleNamespace(sealed=f"sealed {len(self.again)}", write=lambda: not self.again, last_day=100)

    def record(
        self, context: RequestContext, action: Action, outcome: str, stated: Stated, **more: Any
    ) -> SimpleNamespace:
        assert (context, action) == (CONTEXT, Action.ERASE)
        self.told.append((outcome, stated, more))
        return SimpleNamespace(id=f"e-{len(self.told)}")


def attempt(left: int, before: str | None) -> Any:
    """What is recorded of an attempt after the entry `before`, with so many that come too late."""
    takes_back = None if before is None else SimpleNamespace(id=before)
    items = [ItemOutcome(BASE, Outcome.DONE)]
    return Outcome.DONE, STATED, {"items": items, "sealed": f"sealed {left}", "takes_back": takes_back}


@pytest.mark.parametrize("late", [0, 1, 3])
def test_each_attempt_takes_the_one_before_it_back(late: int) -> None:
    parts = Parts(found(), [found() if at % 2 else None for at in range(late)])

    answer = parts.erasing()(CONTEXT, NUMBER)

    assert parts.told == [attempt(late - at, f"e-{at}" if at else None) for at in range(late + 1)]
    assert answer == answers.Erased(audit=f"e-{late + 1}", unreadable_in_backups_after="1970-07-11")


def test_a_hold_that_is_set_meanwhile_takes_the_attempt_back_and_refuses() -> None:
    parts = Parts(found(), [found(), found(held=True), found()])

    with pytest.raises(Held):
        parts.erasing()(CONTEXT, NUMBER)

    refused = {"items": [ItemOutcome(BASE, "held")], "takes_back": SimpleNamespace(id="e-2")}
    assert parts.told == [attempt(3, None), attempt(2, "e-1"), ("held", Stated(role="privacy-officer"), refused)]


def test_a_held_waybill_is_refused_at_once() -> None:
    parts = Parts(found(held=True))

    with pytest.raises(Held):
        parts.erasing()(CONTEXT, NUMBER)

    refused = {"items": [ItemOutcome(BASE, "held")], "takes_back": None}
    assert parts.told == [("held", Stated(role="privacy-officer"), refused)]


@pytest.mark.parametrize(("number", "base"), [(NUMBER, BASE), ("no number", None)])
def test_what_is_not_found_is_recorded_with_its_signature(number: str, base: bytes | None) -> None:
    parts = Parts(None)

    with pytest.raises(NotFound):
        parts.erasing()(CONTEXT, number)

    assert parts.told == [(Outcome.NOT_FOUND, STATED, {"items": [ItemOutcome(base, Outcome.NOT_FOUND)]})]
