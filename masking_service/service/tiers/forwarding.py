"""Asks the opening tier what becomes of records whose waybills are known. One exchange a batch."""

import http.client
from collections import deque
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import msgspec

from keys.keyring import Keyring
from masking_service.service.tiers.messages import PATH, Answered, NotSettled, Resubmission
from masking_service.service.tiers.tls import client_context
from masking_service.store.connection import Breaker
from masking_service.store.errors import StoreUnavailable

TIMEOUT_SECONDS: Final = 3.0
"""Time limit of an exchange: no call takes longer than 5 s."""
MAX_IDLE: Final = 8
"""Connections that are kept for the next exchange."""
_FAILURES: Final = (OSError, http.client.HTTPException, msgspec.DecodeError)
_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final[msgspec.msgpack.Decoder[Answered]] = msgspec.msgpack.Decoder(Answered)


class Forwarding:
    """The way to the opening tier.

    Args:
        url: ``https://HOST:PORT``.
        keyring: of an intake host; shows who calls, and pins who answers.

    Attributes:
        exchanges: how many were begun; for tests and metrics.
    """

    def __init__(self, url: str, keyring: Keyring) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or 443
        self._keyring = keyring
        self._idle: deque[http.client.HTTPSConnection] = deque(maxlen=MAX_IDLE)
        self._breaker = Breaker()
        self.exchanges = 0

    def settle(self, asked: Resubmission) -> Answered:
        """Return what became of records; `NotSettled` where the opening tier does not answer.

        After three failures in a row, one call every half second asks, and the others do not wait.
        """
        try:
            self._breaker.check()
        except StoreUnavailable:
            return NotSettled()
        self.exchanges += 1
        try:
            answered = self._answer(_encode(asked))
        except _FAILURES:
            self._breaker.failed("connection")
            return NotSettled()
        self._breaker.succeeded()
        return answered

    def _answer(self, body: bytes) -> Answered:
        """Return the answer. A kept connection that the other side has closed is replaced once.

        One that times out is not: the call would wait twice.
        """
        with suppress(IndexError):
            connection = self._idle.pop()
            try:
                return self._exchange(connection, body)
            except TimeoutError:
                raise
            except _FAILURES:
                pass
        return self._exchange(self._connected(), body)

    def _connected(self) -> http.client.HTTPSConnection:
        opening = self._keyring.keyset.opening
        context = client_context(self._keyring.host_keys.tls, opening.certificates if opening else ())
        return http.client.HTTPSConnection(*self._address, timeout=TIMEOUT_SECONDS, context=context)

    def _exchange(self, connection: http.client.HTTPSConnection, body: bytes) -> Answered:
        try:
            connection.request("POST", PATH, body, {"Content-Type": "application/msgpack"})
            response = connection.getresponse()
            content = response.read()
            if response.status != http.client.OK:
                return NotSettled()  # the opening tier ends the connection with such an answer
            answered: Answered = _decoder.decode(content)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return answered
