"""The section `watch`: what is left out has its default, and nothing in it can be turned off."""

from typing import Any

import pytest
import yaml

from masking_service.service.people.policy import Policy
from masking_service.service.people.rules import WatchRules
from tests.every import every
from tests.service.people.policies import DEFAULT, edited, faults, policy


def test_the_shipped_policy_says_the_defaults() -> None:
    assert DEFAULT.rules.watch == WatchRules(misses=100, refusals=200)


def test_without_the_section_the_defaults_hold() -> None:
    assert policy(lambda document: document.pop("watch")).rules.watch == WatchRules(100, 200)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({}, WatchRules(100, 200)),
        ({"misses": 7}, WatchRules(7, 200)),
        ({"refusals": 1_000_000}, WatchRules(100, 1_000_000)),
        ({"misses": 1, "refusals": 1}, WatchRules(1, 1)),
    ],
)
def test_what_is_left_out_has_its_default(section: dict[str, int], expected: WatchRules) -> None:
    assert policy(lambda document: document.update(watch=section)).rules.watch == expected


@every("value", [0, -1, 1_000_001, 1.5, "100", None, True, [], "off", False])
@every("name", ["misses", "refusals"])
def test_a_limit_is_a_whole_number_from_one(name: str, value: Any) -> None:
    assert faults(edited(lambda document: document.update(watch={name: value}))) == {
        f"watch.{name}": "has to be a whole number from 1 to 1000000"
    }


@every("section", [None, [], "off", False, 0])
def test_the_section_is_a_mapping_or_not_there(section: Any) -> None:
    assert "watch" in faults(edited(lambda document: document.update(watch=section)))


def test_a_misspelt_limit_is_a_fault() -> None:
    assert faults(edited(lambda document: document.update(watch={"miss": 5}))) == {
        "watch.miss": "unknown key; known here: misses, refusals"
    }


def test_another_watch_is_another_policy() -> None:
    other = yaml.safe_dump({**yaml.safe_load(edited(lambda _: None)), "watch": {"misses": 7}})

    assert Policy.parse(other, development=False).digest != DEFAULT.digest
