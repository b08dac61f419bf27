"""A keyed sample of waybills needs approval, whatever the case is called."""

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import cast

import pytest

from keys.keyring import TenantKeys
from masking_service.service.cases.use import any_in_sample, in_sample
from tests.every import every
from tests.keys.known import known_keyring
from tests.service.people.policies import edited, faults, policy

NUMBERS = [f"SF{at:010d}" for at in range(20_000)]


def keys(tenant: str = "default") -> TenantKeys:
    return known_keyring().tenant(tenant)


def sampled(thousandths: int, tenant: str = "default") -> set[str]:
    ring = keys(tenant)
    return {number for number in NUMBERS if in_sample(ring, number, thousandths)}


@pytest.mark.parametrize("thousandths", [5, 20, 500])
def test_the_sample_is_as_large_as_the_policy_says(thousandths: int) -> None:
    expected = len(NUMBERS) * thousandths / 1_000

    assert abs(len(sampled(thousandths)) - expected) < 5 * expected**0.5 + 1


def test_nothing_and_all() -> None:
    assert (len(sampled(0)), len(sampled(1_000))) == (0, len(NUMBERS))


class Tagged:
    """Keys that give one tag."""

    def __init__(self, tag: bytes) -> None:
        self._tag = tag

    def tag(self, *_: str) -> str:
        return urlsafe_b64encode(self._tag).decode()


@every(
    ("tag", "thousandths", "inside"),
    [
        (bytes(18), 0, False),
        (bytes(18), 1, True),
        (b"\xff" * 18, 1_000, True),
        (b"\xff" * 18, 999, False),
        (b"\x7f" + b"\xff" * 17, 500, True),
        (b"\x80" + bytes(17), 500, False),
    ],
)
def test_the_edges_of_the_sample(tag: bytes, thousandths: int, inside: bool) -> None:
    assert in_sample(cast(TenantKeys, Tagged(tag)), NUMBERS[0], thousandths) is inside


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert sampled(5) < sampled(20)


def test_each_tenant_has_a_sample_of_its_own() -> None:
    mine, other = sampled(20), sampled(20, "other")

    assert len(mine & other) < len(mine) / 4


def test_one_of_many_is_enough() -> None:
    inside = sampled(20)
    outside = [number for number in NUMBERS if number not in inside][:9]

    assert not any_in_sample(keys(), outside, 20)
    assert any_in_sample(keys(), [*outside, inside.pop()], 20)


@pytest.mark.parametrize(("text", "thousandths"), [("2%", 20), ("0.5%", 5), ("0%", 0), ("100%", 1_000)])
def test_the_policy_gives_a_share(text: str, thousandths: int) -> None:
    assert policy(lambda document: document["cases"].update(sample=text)).rules.cases.sample == thousandths


@every("value", [2, 0.02, "2", "101%", "-1%", "2.55%", "%", None])
def test_anything_else_is_a_fault(value: object) -> None:
    assert "cases.sample" in faults(edited(lambda document: document["cases"].update(sample=value)))


def test_by_default_there_is_none_and_the_recommended_policy_has_one() -> None:
    recommended = Path(__file__).parents[3] / "examples" / "policy-recommended.yaml"

    assert policy(lambda _: None).rules.cases.sample == 0
    assert "\n  sample: 2%\n" in recommended.read_text("utf-8")
