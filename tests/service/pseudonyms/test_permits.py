"""A permit opens its key until its last day is over, and never once it ended; permits have numbers of their own."""

from __future__ import annotations

import os
from dataclasses import replace

import msgspec
import pytest

from masking_service.service.pseudonyms.state import PermitError, Permits
from masking_service.service.vault.wrapped_keys import PermitTerms, WrappedKeys
from masking_service.store.client import Store
from tests.every import every
from tests.keys.known import known_keyring

UNTIL = 20_000


@pytest.fixture
def permits(store: Store) -> Permits:
    keyring = known_keyring()
    return Permits(WrappedKeys(store, keyring, os.urandom), keyring, "default")


def stored(permits: Permits, name: str) -> None:
    permits.store(permits.draft(PermitTerms(name, UNTIL, ("phone",))))


@every("day", [UNTIL - 1, UNTIL])
def test_the_key_is_opened_until_the_last_day_is_over(permits: Permits, day: int) -> None:
    stored(permits, f"until-{day}")

    assert len(permits.key(permits.named(f"until-{day}"), day)) == 32


def test_no_key_is_opened_behind_the_last_day(permits: Permits) -> None:
    stored(permits, "over")

    with pytest.raises(PermitError, match="the permit over has ended"):
        permits.key(permits.named("over"), UNTIL + 1)


def test_no_key_is_opened_of_a_permit_that_ended(permits: Permits) -> None:
    stored(permits, "ended")
    permits.destroy(permits.named("ended"))

    assert permits.named("ended").ended
    with pytest.raises(PermitError, match="the permit ended has ended"):
        permits.key(permits.named("ended"), UNTIL)


def test_permits_are_numbered_in_the_order_in_which_they_were_made(permits: Permits) -> None:
    names = ["second", "first", "third"]

    for name in names:
        stored(permits, name)

    assert [(permit.key.number, permit.terms.name) for permit in permits] == [*enumerate(names)]
    assert len({permits.key(permits.named(name), UNTIL) for name in names}) == len(names)


def test_a_tenant_has_65536_permits_at_most(permits: Permits) -> None:
    before = permits.draft(PermitTerms("before", UNTIL, ("phone",)))
    permits.store(replace(before, key=msgspec.structs.replace(before.key, number=65_534)))

    stored(permits, "last")
    with pytest.raises(PermitError, match="there are too many permits"):
        permits.draft(PermitTerms("beyond", UNTIL, ("phone",)))

    assert [(permit.terms.name, permit.key.number) for permit in permits] == [("before", 65_534), ("last", 65_535)]
