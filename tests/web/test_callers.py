"""Whose share a request comes out of, before anybody is authenticated."""

from __future__ import annotations

import pytest

from masking_service.web import callers as module
from masking_service.web.callers import Callers


def test_all_strangers_at_one_address_are_one_caller() -> None:
    callers = Callers()

    assert callers.of("Bearer one", "10.0.0.1") == callers.of("Bearer two", "10.0.0.1")


def test_strangers_at_two_addresses_are_two_callers() -> None:
    callers = Callers()

    assert callers.of("", "10.0.0.1") != callers.of("", "10.0.0.2")


def test_an_accepted_credential_is_its_principal_wherever_it_comes_from() -> None:
    callers = Callers()
    callers.learn("Bearer one", "client/printer")

    assert callers.of("Bearer one", "10.0.0.1") == callers.of("Bearer one", "10.0.0.2") == "client/printer"


def test_two_credentials_of_one_principal_share() -> None:
    callers = Callers()
    callers.learn("Bearer one", "staff/1")
    callers.learn("Bearer two", "staff/1")

    assert callers.of("Bearer one", "") == callers.of("Bearer two", "")


def test_a_credential_that_is_refused_later_is_a_stranger_again() -> None:
    callers = Callers()
    callers.learn("Bearer one", "client/printer")
    callers.learn("Bearer one", None)

    assert callers.of("Bearer one", "10.0.0.1") == callers.of("", "10.0.0.1")


def test_no_more_than_so_many_are_remembered_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KNOWN", 2)
    callers = Callers()
    for number in range(3):
        callers.learn(f"Bearer {number}", f"client/{number}")

    assert [callers.of(f"Bearer {number}", "x") for number in range(3)] == [("stranger", "x"), "client/1", "client/2"]


def test_it_keeps_no_credential() -> None:
    callers = Callers()
    callers.learn("Bearer secret", "client/printer")

    assert "secret" not in repr(vars(callers))
