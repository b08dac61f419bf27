"""Connections that wait for their client, on real sockets and a real poller."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator

import pytest

from masking_service.web.connection import Connection
from masking_service.web.watched import Watched

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Room:
    """A connection, its client, and whoever watches; `told` holds the steps that came."""

    def __init__(self) -> None:
        self.poller = selectors.DefaultSelector()
        self.client, server = socket.socketpair()
        server.setblocking(False)
        self.conn = Connection(server, "", "")
        self.told: list[object] = []
        self.watched = Watched(self.poller, lambda conn: self.told.append(self.watched.step(conn)))

    def look(self) -> int:
        """One round of a worker's loop: how many events there were."""
        events = self.poller.select(0)
        for key, _ in events:
            key.data(key.fileobj)
        return len(events)


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.conn.sock.close()
    room.client.close()
    room.poller.close()


def ask(conn: Connection) -> None:
    """A step."""


def send(conn: Connection) -> None:
    """Another step."""


def test_what_a_connection_waits_for_is_told(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    before = room.look()
    room.client.send(b"x")
    room.look()

    assert (before, room.told) == (0, [ask])


def test_the_last_step_that_was_said_counts(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.watched.wait(room.conn, WRITE, send, 1.0)
    room.look()

    assert room.told == [send]


def test_of_one_that_is_being_answered_nothing_is_told(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.watched.leave(room.conn)
    room.client.send(b"x")

    assert [room.look(), room.look()] == [1, 0]  # and the poller does not say it again and again
    assert room.told == []


def test_what_came_while_it_was_answered_is_told_afterwards(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.watched.leave(room.conn)
    room.client.send(b"x")
    room.look()
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.look()

    assert room.told == [ask]


def test_one_that_is_parted_with_is_not_with_the_poller(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.watched.part(room.conn)

    assert room.conn not in room.watched
    assert not room.poller.get_map()


def test_one_that_has_been_taken_in_just_now_costs_the_poller_nothing(room: Room) -> None:
    room.watched.expect(room.conn, ask)

    assert room.watched.step(room.conn) is ask
    assert not room.poller.get_map()


def test_whoever_has_waited_longest_is_first(room: Room) -> None:
    other = Room()
    for conn in (room.conn, other.conn, room.conn):
        room.watched.wait(conn, READ, ask, 1.0)

    assert list(room.watched) == [other.conn, room.conn]


def test_those_are_late_whose_time_is_up(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    deadline = room.conn.deadline

    assert (room.watched.late(deadline), room.watched.late(deadline + 0.001)) == ([], [room.conn])


def test_what_all_of_them_keep_is_known(room: Room) -> None:
    room.watched.wait(room.conn, READ, ask, 1.0)
    room.client.send(b"x" * 1000)
    room.conn.receive()
    room.watched.count(room.conn)
    kept = room.watched.held
    room.watched.leave(room.conn)

    assert (kept, room.watched.held) == (1000, 0)
