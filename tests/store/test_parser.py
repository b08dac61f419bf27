"""Tests how replies are read from a socket."""

from __future__ import annotations

import socket
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from redis._parsers import Encoder
from redis.exceptions import TimeoutError as RedisTimeoutError

from masking_service.store.connection import DeadlineParser


class Counted:
    """A socket that notes the time-outs that are set."""

    def __init__(self, near: socket.socket) -> None:
        self._near = near
        self.set: list[float] = []

    def settimeout(self, seconds: float) -> None:
        self.set.append(seconds)
        self._near.settimeout(seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._near, name)


def test_a_wait_as_long_as_the_connections_own_sets_no_time_out() -> None:
    parser = DeadlineParser(1024)
    near, far = socket.socketpair()
    with near, far:
        counted = Counted(near)
        link = SimpleNamespace(_sock=counted, socket_timeout=0.5, encoder=Encoder("utf-8", "strict", False))
        parser.on_connect(link)  # type: ignore[no-untyped-call]  # as redis-py left it
        far.sendall(b"+OK\r\n")

        assert parser.read_replies(1, 0.5, monotonic() + 1) == [b"OK"]
        assert counted.set == []

        with pytest.raises(RedisTimeoutError):
            parser.read_replies(1, 0.01, monotonic() + 1)
        assert counted.set == [0.01, 0.5]
