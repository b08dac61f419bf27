"""Alerts on their way to the one address that the settings name: signed, tried three times, followed nowhere else.

Nothing waits for it: a thread sends what a short queue holds, and what has no
room or finds nobody is counted and forgotten. The log has it all the same.
"""

import queue
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

import msgspec

from keys.messages import MessageKey
from masking_service.observability.alerts import Alert
from masking_service.observability.metrics import Dropped

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_WAITING: Final = 100
TIMEOUT_SECONDS: Final = 2.0
PAUSES: Final = (0.0, 1.0, 5.0)
"""Seconds before each try."""
TIMESTAMP: Final = "Masking-Timestamp"
SIGNATURE: Final = "Masking-Signature"


def sound_url(url: str) -> str:
    """The address of a webhook, if it is one: https, or http to this machine. ValueError otherwise, without it."""
    parts = urlsplit(url)
    told = parts.username or parts.password or parts.fragment
    if not parts.hostname or told or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("has to be an address without a user and a fragment")
    parts.port  # noqa: B018 -- raises ValueError for what is no port
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("has to begin with https://, or with http:// and lead to this machine")
    return url


def signature(key: MessageKey, timestamp: str, body: bytes) -> str:
    """What the receiver compares with the header: ``v1=`` and HMAC-SHA-256 over timestamp and body, each framed."""
    return "v1=" + key.sign(timestamp.encode("ascii"), body)


class Webhook:
    """A channel of alerts.

    Args:
        url: where they are sent; see `sound_url`.
        key: signs them.
        clock: tells Unix seconds.
        dropped: is told why an alert did not arrive.
        pauses: seconds before each try.
    """

    def __init__(
        self,
        url: str,
        key: MessageKey,
        *,
        clock: Callable[[], int],
        dropped: Callable[[Dropped], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        parts = urlsplit(sound_url(url))
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._key = key
        self._clock = clock
        self._dropped = dropped
        self._pauses = pauses
        self._waiting: queue.Queue[Alert] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self, alert: Alert) -> None:
        """Send an alert, some time soon."""
        try:
            self._waiting.put_nowait(alert)
        except queue.Full:
            self._dropped("full")
            return
        with self._lock:
            if self._thread is None:  # here and not before: a thread does not outlive a fork
                self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
                self._thread.start()

    def close(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Try each alert that waits once more, for so long, and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty()):
            try:
                alert = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            with suppress(Exception):  # whatever it meets, the thread outlives it
                if not self._deliver(alert):
                    self._dropped("undelivered")

    def _deliver(self, alert: Alert) -> bool:
        """Whether somebody took it."""
        body = msgspec.json.encode(alert)
        for pause in self._pauses:
            if pause and self._stopping.wait(pause):
                return False
            try:
                if 200 <= self._send(body) < 300:
                    return True
            except Exception:  # noqa: S112 -- whatever it meets, the thread outlives it
                continue
        return False

    def _send(self, body: bytes) -> int:
        """One try; the status. A redirect is an answer like any other, and is not followed."""
        timestamp = str(self._clock())
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._key, timestamp, body),
        }
        connection: HTTPConnection
        if self._secure:
            trusted = ssl.create_default_context()
            connection = HTTPSConnection(self._host, self._port, timeout=TIMEOUT_SECONDS, context=trusted)
        else:
            connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", self._target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
