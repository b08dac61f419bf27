"""Root keys that never come into this process: what their providers have in common.

A wrapped key has the header of every sealed value, so it names its root key;
what follows is nonce, ciphertext and tag as the provider made them. Calls to a
provider go through a `Line`: one at a time, never for long, and none for a
while after a failure, so that a provider in trouble is not stormed.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, ClassVar, Final, TypeVar

from keys.aead import FORMAT, HEADER_BYTES, key_id_of
from keys.errors import ProviderError
from keys.framing import frame
from keys.secret import Secret

SECONDS: Final = 2.0
"""The longest that a call may take. A caller waits as long for its turn at most: 4 s in all."""
PAUSE_SECONDS: Final = 5.0
"""How long a failure is remembered, and every call refused at once."""

Answer = TypeVar("Answer")


class Line:
    """The one way to a provider.

    Args:
        seconds: the longest that one call may take.
        pause: seconds after a failure in which nothing is asked.
        clock: seconds that only ever rise.

    Attributes:
        seconds: as given. Whoever is asked through it should give up by itself then, for the next call waits for that.
    """

    def __init__(
        self, seconds: float = SECONDS, pause: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._pause = pause
        self._clock = clock
        self._turn = threading.Lock()
        self._closed_until = float("-inf")
        self._why = ""
        self._under_way: Future[Any] | None = None

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What `question` returns or raises. It is asked in a thread of its own, which can be given up.

        Raises:
            ProviderError: it failed, took too long, or failed a short while ago.
        """
        if not self._turn.acquire(timeout=self.seconds):
            raise ProviderError("the root-key provider is busy with others' calls")
        try:
            if self._clock() < self._closed_until:
                raise ProviderError(f"{self._why}; it is not asked again so soon")
            if self._under_way is not None and not self._under_way.done():
                raise ProviderError("the root-key provider has not answered an earlier call yet")
            return self._ask(question)
        finally:
            self._turn.release()

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        answer: Future[Answer] = Future()
        self._under_way = answer
        threading.Thread(target=_settle, args=(answer, question), daemon=True).start()
        try:
            if not wait([answer], self.seconds).done:
                raise ProviderError(f"the root-key provider gave no answer within {self.seconds:g} s")
            return answer.result()
        except ProviderError as fault:
            self._closed_until, self._why = self._clock() + self._pause, str(fault)
            raise


def _settle(answer: "Future[Answer]", question: Callable[[], Answer]) -> None:
    try:
        answer.set_result(question())
    except Exception as fault:
        answer.set_exception(fault)


class RemoteRootKeys(Secret, ABC):
    """Root keys of a provider, which says in `_seal` and `_open` how it is asked.

    Args:
        active: the 8-byte id of the root key that wraps.
        living: the ids of all root keys that unwrap.
        line: the way to the provider.

    Raises:
        ProviderError: the provider is not there, or does not keep every living root key as it should.
    """

    ALGORITHM: ClassVar[int]
    """What stands in the place of a suite's algorithm byte."""

    __slots__ = ("_active", "_line", "_living")

    def __init__(self, active: bytes, living: frozenset[bytes], line: Line) -> None:
        if active not in living:
            raise ValueError("the active root key is none of the living ones")
        self._active = active
        self._living = living
        self._line = line

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.wrap`."""
        header = bytes((FORMAT, self.ALGORITHM)) + self._active
        bound = _bound_to(header, context)
        return header + self._line.ask(lambda: self._seal(self._active, key, bound))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.unwrap`."""
        key_id = key_id_of(wrapped)
        if wrapped[1] != self.ALGORITHM or key_id not in self._living:
            raise ProviderError("a wrapped key names a root key that the provider does not hold")
        bound = _bound_to(wrapped[:HEADER_BYTES], context)
        return self._line.ask(lambda: self._open(key_id, wrapped[HEADER_BYTES:], bound))

    @abstractmethod
    def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
        """Nonce, ciphertext and tag of `key`, with `bound` as associated data."""

    @abstractmethod
    def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
        """The key in `body`, which is nonce, ciphertext and tag."""


def _bound_to(header: bytes, context: bytes) -> bytes:
    """The associated data, as for every sealed value; a root key belongs to no tenant."""
    return frame(b"wrapped-key", b"", header[:1], header[1:2], header[2:], context)
