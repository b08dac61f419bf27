"""What follows when a caller names a phantom, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from keys.errors import ProviderError
from masking_service.service.call.recorder import RequestContext
from masking_service.service.decoys import state
from masking_service.service.decoys.state import ALERT_DELAY, DecoyWatch, Hit
from masking_service.store.errors import StoreUnavailable

BASE = b"b" * 12


class Around:
    """What surrounds the watch: notes what is done, and fails to freeze so many times."""

    tenant, now, id = "default", 5, "dev/u-1"

    def __init__(self, failures: int = 0, *, source: str = "jwt", staff_only: bool = False) -> None:
        self.source, self.staff_only = source, staff_only
        self.done: list[Any] = []
        self.deferred: list[Callable[[], None]] = []
        self.failures = failures
        self.principal = self

    def roles_of(self, _: object) -> list[Around]:
        return [self] if self.staff_only else []

    def phantoms(self, _: str, bases: list[bytes]) -> list[bytes]:
        return [base for base in bases if base == BASE]

    def announce(self, _: object) -> None:
        self.done.append("announce")

    def raise_alert(self, name: str, _: object) -> None:
        self.done.append(f"alert {name}")

    def freeze(self, _: object, why: str) -> str:
        self.failures -= 1
        if self.failures >= 0:
            raise (StoreUnavailable("timeout"), ProviderError("out"))[self.failures % 2]
        self.done.append(f"freeze {why}")
        return "a-1"

    def withdraw(self, _: object) -> None:
        self.done.append("withdraw")

    def add_hits(self, *hits: object) -> None:
        self.done.append(("hits", *hits))
        raise StoreUnavailable("timeout")


@pytest.fixture
def noticed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Around]:
    def notice(*bases: bytes, freeze: bool = True, failures: int = 0, **caller: Any) -> Around:
        around = Around(failures, **caller)
        monkeypatch.setattr(state, "sleep", around.done.append)
        parts: dict[str, Any] = dict.fromkeys(("policy", "decoys", "freezes", "freezing", "alerts"), around)
        watch = DecoyWatch(**parts, defer=around.deferred.append)
        watch.notice(cast(RequestContext, around), bases, freeze=freeze)
        return around

    return notice


HITS = ("hits", "default", [BASE], Hit(5, "dev/u-1", "a-1"))
ALERTED = ("hits", "default", [BASE], Hit(5, "dev/u-1"))


def test_what_is_no_phantom_has_no_consequence(noticed: Callable[..., Around]) -> None:
    around = noticed(b"c" * 12)

    assert (around.done, around.deferred) == ([], [])


def test_the_caller_is_refused_at_once_and_frozen_by_another_thread(noticed: Callable[..., Around]) -> None:
    around = noticed(b"c" * 12, BASE)
    assert around.done == ["announce"]

    around.deferred.pop()()

    assert around.done == ["announce", "alert decoy", 0.0, "freeze decoy", "withdraw", HITS]


def test_an_alert_alone_freezes_no_one_and_comes_after_the_call(noticed: Callable[..., Around]) -> None:
    around = noticed(BASE, freeze=False)
    assert around.done == []

    around.deferred.pop()()

    assert around.done == [0.1, "alert decoy", ALERTED]


def test_a_machines_client_is_never_frozen(noticed: Callable[..., Around]) -> None:
    around = noticed(BASE, source="key")
    around.deferred.pop()()

    assert around.done == [ALERT_DELAY, "alert decoy", ALERTED]


def test_a_key_with_a_role_of_people_stands_for_a_person(noticed: Callable[..., Around]) -> None:
    around = noticed(BASE, source="key", staff_only=True)

    assert around.done == ["announce"]


def test_a_freeze_that_fails_is_tried_again_after_longer_and_longer_pauses(noticed: Callable[..., Around]) -> None:
    around = noticed(BASE, failures=2)
    around.deferred.pop()()

    assert around.done == ["announce", "alert decoy", 0.0, 1.0, 2.0, "freeze decoy", "withdraw", HITS]


def test_where_it_fails_for_long_this_process_goes_on_refusing(noticed: Callable[..., Around]) -> None:
    around = noticed(BASE, failures=9)
    around.deferred.pop()()

    assert around.done == ["announce", "alert decoy", 0.0, 1.0, 2.0, 4.0, 8.0, ALERTED]
