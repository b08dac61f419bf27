"""Sends signed alerts to the configured webhook.

A thread sends what is in a short queue, so that no caller waits. An alert that
does not fit or cannot be delivered is counted and dropped; the log still has it.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from keys.messages import MessageKey
from masking_service.observability.alerts import Alert
from masking_service.observability.metrics import DropReason
from masking_service.outbound import Outbound, OutboundError, is_secure, split_url

MAX_WAITING: Final = 100
TIMEOUT_SECONDS: Final = 2.0
PAUSES: Final = (0.0, 1.0, 5.0)
"""Seconds before each attempt."""


def check_url(url: str) -> str:
    """Return a webhook URL if it is valid. Raises ValueError: it is not; the text does not contain it."""
    parts = split_url(url)
    unwanted = parts.username or parts.password or parts.fragment
    if not parts.hostname or unwanted or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("must be a URL without user and fragment")
    if not is_secure(parts):
        raise ValueError("must begin with https://, or with http:// and a loopback address")
    return url


class Webhook:
    """An alert channel that sends HTTP requests.

    Args:
        url: the receiver; see `check_url`.
        key: signs the requests.
        dropped: called with the reason when an alert was not delivered.
        pauses: seconds before each attempt.
    """

    def __init__(
        self,
        url: str,
        key: MessageKey,
        *,
        clock: Callable[[], int],
        dropped: Callable[[DropReason], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._receiver = Outbound(
            check_url(url), name="webhook", seconds=TIMEOUT_SECONDS, at_once=1, wait=TIMEOUT_SECONDS
        )
        self._key = key
        self._clock = clock
        self._dropped = dropped
        self._pauses = pauses
        self._waiting: queue.Queue[Alert] = queue.Queue(MAX_WAITING)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self, alert: Alert) -> None:
        """Queue an alert for sending."""
        try:
            self._waiting.put_nowait(alert)
        except queue.Full:
            self._dropped("full")
            return
        with self._lock:
            if self._thread is None:  # started lazily: a thread does not survive a fork
                self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
                self._thread.start()

    def close(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Try each queued alert once, for at most `seconds`, and stop."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty()):
            try:
                alert = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            with suppress(Exception):  # no error may end the thread
                if not self._deliver(alert):
                    self._dropped("undelivered")

    def _deliver(self, alert: Alert) -> bool:
        """Send an alert; return whether the receiver accepted it."""
        body = msgspec.json.encode(alert)
        for pause in self._pauses:
            if pause and self._stopping.wait(pause):
                return False
            headers = self._key.headers(self._clock(), body)
            with suppress(OutboundError):
                if 200 <= self._receiver.ask(body, headers).status < 300:
                    return True
        return False
