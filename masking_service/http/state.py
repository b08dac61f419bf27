"""What is known of the current request."""

import random
import re
import time
from contextvars import ContextVar
from typing import Final

from masking_service.audit.entries import outside_id
from masking_service.runtime.clock import clock
from masking_service.service.call.call import UseCases
from masking_service.service.people.principals import Principal

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class State:
    """What is known of the current request.

    Attributes:
        started: when it came, by `time.perf_counter`.
        request_id: the caller's id, where it is well formed and holds no personal data, else a new one.
        now: when it came, in Unix seconds.
        acting: the use cases of the policy under which the whole call is served.
        principal: the caller; None until authenticated, and where no credential is needed.
        code, reason: of the problem that it ended in, for the log.
        outcomes: how many items of a batch came out how: ok, or the code of the error.
    """

    __slots__ = ("acting", "code", "now", "outcomes", "principal", "reason", "request_id", "started")

    def __init__(self, given_id: str) -> None:
        sound = _REQUEST_ID.fullmatch(given_id) and outside_id(given_id) == given_id
        self.started = time.perf_counter()
        self.request_id = given_id if sound else f"{random.getrandbits(128):032x}"
        self.now = clock()
        self.acting: UseCases | None = None
        self.principal: Principal | None = None
        self.code = ""
        self.reason = ""
        self.outcomes: dict[str, int] = {}


_states: Final[ContextVar[State]] = ContextVar("state")


def begin(given_id: str) -> State:
    """Note that a request has come, with this id of the caller's."""
    begun = State(given_id)
    _states.set(begun)
    return begun


def state() -> State:
    """Return the state of the current request."""
    return _states.get()
