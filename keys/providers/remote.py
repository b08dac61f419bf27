"""Base of the providers that keep root keys outside this process.

A wrapped key has the same header as every sealed value, so it names its root
key; then come nonce, ciphertext and tag as the provider made them. Calls to a
provider are made one at a time, with a time limit, and not for a while after a
failure, so that a provider in trouble is not flooded.
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

CALL_SECONDS: Final = 2.0
"""Seconds a call may take. A caller also waits for the call before it: at most 4 s in all."""
PAUSE_SECONDS: Final = 5.0
"""Seconds that calls are refused after a failure."""

Result = TypeVar("Result")


class ProviderCalls:
    """Serialises the calls to a provider, limits their time, and pauses after a failure.

    Args:
        seconds: time limit of one call.
        pause: seconds after a failure in which no call is made.
        clock: a monotonic clock, in seconds.

    Attributes:
        seconds: as given. The called function should give up by itself after this time, because no other call is made
            until it returns.
    """

    def __init__(
        self, seconds: float = CALL_SECONDS, pause: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._blocked_until = float("-inf")
        self._last_failure = ""
        self._pending: Future[Any] | None = None

    def call(self, function: Callable[[], Result]) -> Result:
        """Call `function` in a thread of its own, and return its result.

        Raises:
            ProviderError: the call failed or took too long, or an earlier one failed a short while ago.
        """
        if not self._lock.acquire(timeout=self.seconds):
            raise ProviderError("the root-key provider is busy with other calls")
        try:
            if self._clock() < self._blocked_until:
                raise ProviderError(f"{self._last_failure}; the next call is made after a pause")
            if self._pending is not None and not self._pending.done():
                raise ProviderError("the root-key provider has not answered an earlier call yet")
            return self._run(function)
        finally:
            self._lock.release()

    def _run(self, function: Callable[[], Result]) -> Result:
        result: Future[Result] = Future()
        self._pending = result
        threading.Thread(target=_settle, args=(result, function), daemon=True).start()
        try:
            if not wait([result], self.seconds).done:
                raise ProviderError(f"the root-key provider gave no answer within {self.seconds:g} s")
            return result.result()
        except ProviderError as error:
            self._blocked_until, self._last_failure = self._clock() + self._pause, str(error)
            raise


def _settle(result: "Future[Result]", function: Callable[[], Result]) -> None:
    try:
        result.set_result(function())
    except Exception as error:
        result.set_exception(error)


class RemoteRootKeys(Secret, ABC):
    """Root keys outside this process; subclasses implement `_seal` and `_open`.

    Args:
        active: the 8-byte id of the root key that wraps.
        key_ids: the ids of all root keys that unwrap.

    Raises:
        ProviderError: the provider is unavailable, or does not protect one of the keys as required.
    """

    ALGORITHM: ClassVar[int]
    """The provider's algorithm byte."""

    __slots__ = ("_active", "_calls", "_key_ids")

    def __init__(self, active: bytes, key_ids: frozenset[bytes], calls: ProviderCalls) -> None:
        if active not in key_ids:
            raise ValueError("the active root key is not among the key ids")
        self._active = active
        self._key_ids = key_ids
        self._calls = calls

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.wrap`."""
        header = bytes((FORMAT, self.ALGORITHM)) + self._active
        bound = _bound_to(header, context)
        return header + self._calls.call(lambda: self._seal(self._active, key, bound))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See `keys.providers.RootKeys.unwrap`."""
        key_id = key_id_of(wrapped)
        if wrapped[1] != self.ALGORITHM or key_id not in self._key_ids:
            raise ProviderError("a wrapped key names a root key that the provider does not have")
        bound = _bound_to(wrapped[:HEADER_BYTES], context)
        return self._calls.call(lambda: self._open(key_id, wrapped[HEADER_BYTES:], bound))

    @abstractmethod
    def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
        """Return nonce, ciphertext and tag of `key`, with `bound` as associated data."""

    @abstractmethod
    def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
        """Return the key inside `body`, which is nonce, ciphertext and tag."""


def _bound_to(header: bytes, context: bytes) -> bytes:
    """Return the associated data, as for every sealed value; a root key has no tenant."""
    return frame(b"wrapped-key", b"", header[:1], header[1:2], header[2:], context)
