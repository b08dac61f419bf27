"""One exchange with every server that it concerns: everything is sent before anything is read.

What did not come back, and what a server sent elsewhere, is sent once more after
a look at who is there now. So whatever is sent here must bear being sent twice.
An exchange is over within four seconds, whatever the servers do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any, Final

from redis.exceptions import AskError, MovedError, ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import fence
from masking_service.store.node import TIMEOUT_SECONDS, Node, pack
from masking_service.store.parser import Reply
from masking_service.store.reasons import reason
from masking_service.store.servers import Look
from masking_service.store.topology import Route

WAIT_MILLISECONDS: Final = 400
SENDING_SECONDS: Final = 0.5
"""After this, no further server is sent to."""
RECEIVING_SECONDS: Final = 1.0
"""For all replies of all servers together."""
IMPATIENT_SECONDS: Final = 0.05
"""For each wait on a further server, once one has let us wait in vain: it had the same time."""
AGAIN_WITHIN_SECONDS: Final = 1.5
"""Later than this after the beginning nothing is sent a second time."""
_ELSEWHERE: Final = frozenset({MovedError, AskError, ReadOnlyError})
_ASKING: Final = pack((b"ASKING",))


@dataclass(slots=True, eq=False)
class Bundle:
    """Packed commands that one server takes together.

    Attributes:
        slot: where their keys stand.
        count: how many replies they get.
        at: the server, where it is not the slot's owner.
        since: the look at the servers since which nothing may have changed, for it to be sent; the same for all bundles
            that are sent together.
        asking: whether the slot is just moving there.
        replies: what came back, or None; errors stand among them as exceptions.
        elsewhere: the server's word that it is not the one.
    """

    slot: int
    payload: bytes
    count: int
    at: Node | None = None
    since: Look | None = None
    asking: bool = False
    replies: list[Reply] | None = None
    elsewhere: Exception | None = None


@dataclass(slots=True)
class _Group:
    """What one server gets, and what became of it."""

    node: Node
    bundles: list[Bundle] = field(default_factory=list)
    connection: Any = None
    fault: RedisError | None = None
    confirmed: Reply = None

    def send(self, replicas: int, slotted: bool) -> None:
        parts = [_ASKING + bundle.payload if bundle.asking else bundle.payload for bundle in self.bundles]
        if replicas:
            last = self.bundles[-1]
            parts.append(_ASKING if last.asking else b"")
            parts.append(pack((b"SET", fence(last.slot if slotted else None), int(time()))))
            parts.append(pack((b"WAIT", replicas, WAIT_MILLISECONDS)))
        self.connection = self.node.send(b"".join(parts), self.bundles[0].since)

    def receive(self, replicas: int, patience: float, until: float) -> None:
        """Give each bundle its replies, or the word that it belongs elsewhere."""
        connection, self.connection = self.connection, None
        last = self.bundles[-1]
        count = sum(bundle.count + bundle.asking for bundle in self.bundles) + (2 + last.asking if replicas else 0)
        replies = self.node.receive(connection, count, patience, until)
        at = 0
        for bundle in self.bundles:
            at += bundle.asking
            mine = replies[at : at + bundle.count]
            at += bundle.count
            # Whoever asks one server in particular hears what it says.
            bundle.elsewhere = _elsewhere(mine) if bundle.at is None or bundle.asking else None
            bundle.replies = mine if bundle.elsewhere is None else None
        if not replicas:
            return
        self.confirmed = replies[-1] if not isinstance(replies[-2], Exception) else replies[-2]
        if _elsewhere(replies[-2:]) is not None:  # the slot left just before the fence: nothing is known to be durable
            last.elsewhere = _elsewhere(replies[-2:])
            for bundle in self.bundles:
                bundle.replies = None

    def check(self, replicas: int) -> None:
        """Raise StoreUnavailable where too few replicas have what was sent."""
        if self.fault is None and self.bundles[-1].elsewhere is None and whole([self.confirmed])[0] < replicas:
            raise StoreUnavailable("replicas")


class Exchanges:
    """Exchanges with the servers of one route.

    Attributes:
        route: who takes what.
        round_trips: how many were made, each with all of its servers at the same time.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self.round_trips = 0

    def run(self, bundles: Sequence[Bundle], *, replicas: int = 0) -> None:
        """Let every bundle have its replies.

        Args:
            replicas: how many replicas of each server must have what it was sent; 0 if none need to.

        Raises:
            StoreUnavailable: not everybody answered in time, or too few replicas have it. Any part may be done.
        """
        began = monotonic()
        groups: list[_Group] = []
        waiting = bundles
        try:
            groups = self._groups(bundles)
            for group in groups:
                group.node.breaker.check()
            self._attempt(groups, replicas)
            waiting = [bundle for bundle in bundles if bundle.replies is None]
            if waiting and monotonic() - began < AGAIN_WITHIN_SECONDS:
                self._look_again(groups, waiting)
                if monotonic() - began > AGAIN_WITHIN_SECONDS:
                    raise RedisTimeoutError("too late to try again")
                groups = self._groups(waiting)
                self._attempt(groups, replicas)
                waiting = [bundle for bundle in waiting if bundle.replies is None]
            if waiting:
                faults = (*(group.fault for group in groups), *(bundle.elsewhere for bundle in waiting))
                raise next(fault for fault in faults if fault is not None)
        except (RedisError, OSError) as error:
            for group in groups:
                if group.fault is not None or any(type(bundle.elsewhere) is ReadOnlyError for bundle in group.bundles):
                    group.node.breaker.failed(reason(group.fault or error))
            raise StoreUnavailable(reason(error)) from None

    def _groups(self, bundles: Sequence[Bundle]) -> list[_Group]:
        groups: dict[Node, _Group] = {}
        for bundle in bundles:
            node = bundle.at or self.route.owner(bundle.slot)
            groups.setdefault(node, _Group(node)).bundles.append(bundle)
        return list(groups.values())

    def _attempt(self, groups: Sequence[_Group], replicas: int) -> None:
        self.round_trips += 1
        until = monotonic() + SENDING_SECONDS
        try:
            for group in groups:
                try:
                    if monotonic() > until:
                        raise RedisTimeoutError("other servers took all the time")
                    group.send(replicas, self.route.slotted)
                except RedisError as error:
                    group.fault = error
            patience, until = TIMEOUT_SECONDS, monotonic() + RECEIVING_SECONDS
            for group in groups:
                if group.fault is not None:
                    continue
                try:
                    group.receive(replicas, patience, until)
                    group.node.breaker.succeeded()
                except RedisError as error:
                    group.fault = error
                    patience = IMPATIENT_SECONDS if isinstance(error, RedisTimeoutError) else patience
        finally:
            for group in groups:
                if group.connection is not None:
                    group.node.drop(group.connection)
        if replicas:
            for group in groups:
                group.check(replicas)

    def _look_again(self, groups: Sequence[_Group], waiting: Sequence[Bundle]) -> None:
        """Find out where what is waiting has to go: anew, but for slots that are just moving."""
        failed = [group.node for group in groups if group.fault is not None]
        moved = {bundle.slot: bundle.elsewhere for bundle in waiting if isinstance(bundle.elsewhere, MovedError)}
        if failed or moved or any(type(bundle.elsewhere) is ReadOnlyError for bundle in waiting):
            self.route.look_again(failed, list(moved.values()))
        for bundle in waiting:
            if type(bundle.elsewhere) is AskError:
                bundle.at, bundle.asking = self.route.target(bundle.elsewhere), True
            bundle.elsewhere = None


def whole(replies: list[Reply]) -> list[Reply]:
    """The replies, if none of them is an error. Raises StoreUnavailable."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise StoreUnavailable(reason(reply)) from None
    return replies


def _elsewhere(replies: list[Reply]) -> Exception | None:
    if _ELSEWHERE.isdisjoint(map(type, replies)):
        return None
    word: Exception = next(reply for reply in replies if type(reply) in _ELSEWHERE)
    return word
