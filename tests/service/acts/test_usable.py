"""Which keys of people may sign: by hardware, revocation and time; and what is told first of a refused act."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.acts.signatures import Expected, Signatures, usable
from masking_service.service.acts.state import PersonKey
from masking_service.service.call.errors import SignatureInvalid
from masking_service.service.people.errors import Frozen
from tests.store.stores import NOW

GOOD = {
    "any": {(synced, model) for synced in (False, True) for model in ("", "m-1", "m-2")},
    "no-sync": {(False, model) for model in ("", "m-1", "m-2")},
    "touch": {(synced, "m-1") for synced in (False, True)},
}


def key(**more: Any) -> PersonKey:
    given: Any = {"id": "k-1", "name": "n", "since": 0, "approved_at": 0, "approved_by": "b", "works_from": NOW}
    return PersonKey(**given | {"credential": "", "cose": "", "public_key": ""} | more)


@pytest.mark.parametrize("hardware", GOOD)
def test_a_key_signs_where_its_hardware_fits_it_is_not_revoked_and_its_time_has_come(hardware: str) -> None:
    rule: Any = SimpleNamespace(hardware=hardware, models={"m-1"})
    found = {
        given: usable(rule, key(synced=given[0], model=given[1], revoked_at=given[2]), frozenset(given[3]), given[4])
        for given in product((False, True), ("", "m-1", "m-2"), (0, 1, NOW), ((), ("k-2",), ("k-1",)), (NOW - 1, NOW))
    }

    assert found == {
        given: given[:2] in GOOD[hardware] and given[2] == 0 and "k-1" not in given[3] and given[4] == NOW
        for given in found
    }


def test_of_a_frozen_person_whose_signature_was_used_before_the_freeze_is_told() -> None:
    def refuse(error: Exception) -> Any:
        def answer() -> None:
            raise error

        return SimpleNamespace(answer=answer)

    asked: list[object] = []
    frozen, spent = refuse(Frozen()), refuse(SignatureInvalid("used"))
    beside: Any = SimpleNamespace()  # a question that is not answered
    given: Any = dict.fromkeys(("rule", "tickets", "keyring", "keyholders", "freezes", "alerts"))
    given |= {
        "store": SimpleNamespace(ask=lambda *questions: asked.extend(questions)),
        "budgets": SimpleNamespace(spend_once_question=lambda *_: spent),
    }
    nothing: Any = None
    expected = Expected(*[nothing] * 5)
    context: Any = SimpleNamespace(principal=None, now=NOW)

    with pytest.raises(Frozen):
        Signatures(**given).verify_and_spend(context, frozen, expected, nothing, nothing, beside)

    assert asked == [frozen, spent, nothing, beside, nothing, nothing]


def test_a_key_is_good_in_roles_that_were_all_its_persons_when_it_was_made() -> None:
    """One that notes no roles is good in every one."""
    each = ((), ("a",), ("b",), ("a", "b"), ("b", "a"), ("a", "b", "c"))
    found = {roles: [one for one in each if key(roles=roles).good_in(one)] for roles in ((), ("a",), ("a", "b"))}

    assert found == {(): [*each], ("a",): [(), ("a",)], ("a", "b"): [*each[:5]]}
