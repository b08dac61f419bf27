"""The section `lookout`: whom the lookout freezes, and no one unless the policy says so."""

import pytest

from masking_service.service.people.principals import SURROUNDINGS
from masking_service.service.people.rules import LookoutRules
from tests.every import every
from tests.service.people.policies import DEFAULT, ISSUER, edited, faults, policy


def test_by_default_no_one_is_frozen() -> None:
    assert DEFAULT.rules.lookout == LookoutRules(frozenset(), frozenset())


def test_signals_that_freeze_together() -> None:
    changed = policy(lambda document: document.update(lookout={"freeze": ["pace", "odd-hours"]}))

    assert changed.rules.lookout.freeze == {"pace", "odd-hours"}


def test_signals_that_list_a_person_alone() -> None:
    changed = policy(lambda document: document.update(lookout={"freeze": [], "alone": ["odd-hours"]}))

    assert changed.rules.lookout == LookoutRules(frozenset(), frozenset({"odd-hours"}))


@every(
    ("section", "place"),
    [
        ({"freeze": ["pace"]}, "lookout.freeze"),
        ({"freeze": ["pace", "luck"]}, "lookout.freeze[1]"),
        ({"freeze": ["pace", "pace"]}, "lookout.freeze[1]"),
        ({"freezes": []}, "lookout.freezes"),
        ({"freeze": [], "alone": ["luck"]}, "lookout.alone[0]"),
        ({}, "lookout.freeze"),
    ],
)
def test_a_section_with_a_fault_is_refused(section: object, place: str) -> None:
    assert place in faults(edited(lambda document: document.update(lookout=section)))


@pytest.mark.parametrize("name", SURROUNDINGS)
@pytest.mark.parametrize("freeze", [["odd-hours"], []])
def test_a_rule_about_devices_or_networks_needs_an_issuer_that_names_them(name: str, freeze: list[str]) -> None:
    signal = f"new-{name}"
    rule = {"freeze": [signal, *freeze]} if freeze else {"freeze": [], "alone": [signal]}
    silent = {"staff": ISSUER}
    named = {"staff": {**ISSUER, "claims": {name: "an_id"}}}

    assert "lookout" in faults(edited(lambda document: document.update(lookout=rule, issuers=silent)))
    assert policy(lambda document: document.update(lookout=rule, issuers=named)).rules.lookout.freeze == {
        *rule["freeze"]
    }
