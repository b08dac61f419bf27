"""One sentinel has gone over to a promoted primary, and another one has not: what they say is not mixed."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.sentinel import Sentinel

from masking_service.store.connection import Address, Watched
from masking_service.store.urls import AddressDial, SentinelDial
from tests import servers

NAME = "mymaster"
OLD, NEW = (servers.HOST, 1), (servers.HOST, 2)


class Told:
    """A sentinel.

    Attributes:
        primary: which it names.
        replicas: how many it knows that follow.
        silent: what it does not answer in time.
    """

    def __init__(self, primary: Address, replicas: int, *silent: str) -> None:
        self.primary = primary
        self.replicas = replicas
        self.silent = silent

    def sentinel_masters(self) -> dict[str, Any]:
        self._answers("masters")
        up = {"is_master": True, "is_sdown": False, "is_odown": False, "num-other-sentinels": 2}
        return {NAME: up | {"ip": self.primary[0], "port": self.primary[1]}}

    def sentinel_slaves(self, name: str) -> list[dict[str, Any]]:
        assert name == NAME
        self._answers("slaves")
        (closed,) = servers.free_ports(1)
        up = {"is_sdown": False, "is_odown": False, "slave-priority": 100, "master-link-status": "ok"}
        return [up | {"ip": servers.HOST, "port": closed}] * self.replicas

    def _answers(self, what: str) -> None:
        if what in self.silent:
            raise RedisTimeoutError


def dial(*sentinels: Any) -> SentinelDial:
    sentinel = Sentinel([])
    sentinel.sentinels = [*sentinels]
    return SentinelDial(NAME, sentinel, AddressDial(redis.Connection, {"socket_connect_timeout": 1.0}))


@pytest.mark.parametrize("silent", ["slaves", "masters"])
def test_the_count_and_the_primary_are_of_one_sentinel(silent: str) -> None:
    """The old primary with the count of the new one was one replica too few: what it acknowledged was lost."""
    assert dial(Told(OLD, 2, silent), Told(NEW, 1)).ask() == Watched(NEW, 1)


def test_where_no_sentinel_tells_of_replicas_the_count_is_not_changed() -> None:
    assert dial(Told(OLD, 2, "slaves"), Told(NEW, 1, "slaves")).ask() == Watched(OLD, None)


def test_a_connection_is_not_made_to_the_primary_of_before() -> None:
    late, first = Told(OLD, 2), Told(OLD, 2)
    dialled = dial(first, late)
    dialled.ask()
    first.primary, first.replicas = NEW, 1
    dialled.ask()
    first.silent = ("masters",)

    made: Any = dialled()

    assert (made.host, made.port) == NEW


def test_a_connection_is_made_to_a_primary_that_no_check_has_seen() -> None:
    told = Told(OLD, 2)
    dialled = dial(told)
    dialled.ask()
    told.primary = NEW

    made: Any = dialled()

    assert (made.host, made.port) == NEW
