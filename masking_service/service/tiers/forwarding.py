"""What an intake host asks of the opening tier about records whose waybills are known, and what that answers.

One exchange a batch: MessagePack over mutually authenticated HTTPS. Each side shows a certificate that the other one
pins: there is no other authority, and a host that is revoked is not among the certificates of the next connection.
"""

import http.client
import os
import ssl
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import msgspec

from keys.hosts import TlsIdentity
from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.vault.writing import Refusal
from masking_service.service.waybills.tokenize import Kept
from masking_service.store.connection import Breaker

PATH: Final = "/resubmissions"
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_RECORDS: Final = 1_000
TIMEOUT_SECONDS: Final = 3.0
"""Time limit of an exchange: no call takes longer than 5 s."""
MAX_IDLE: Final = 8
"""Connections that are kept for the next exchange."""
_FAILURES: Final = (OSError, http.client.HTTPException, msgspec.DecodeError)


class SubmittedAgain(Unprinted, msgspec.Struct, frozen=True, array_like=True):
    """A record whose waybill is known: its number, and what would be stored of it."""

    number: str
    body: bytes


class Resubmission(Unprinted, msgspec.Struct, frozen=True):
    """The records of one call whose waybills are known.

    Attributes:
        authorization, address: the client's credential and IP address; the opening tier checks them itself.
        request_id: of the call.
        profile: as the client named it.
        revise: whether other values become a new revision.
        site: who holds the waybills, where they have no custody yet.
        records: at most `MAX_RECORDS`.
    """

    authorization: str
    address: str
    request_id: str
    profile: str | None
    revise: bool
    site: str | None
    records: list[SubmittedAgain]


class Spent(msgspec.Struct, frozen=True, tag="spent"):
    """A budget has no room; see `QuotaExceeded`."""

    window: str
    retry_at: int
    role: str
    counts: str
    scope: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The caller may not: the code of the refusal."""

    code: str


class Settled(Unprinted, msgspec.Struct, frozen=True, tag="settled"):
    """What became of each record, in order."""

    outcomes: list[Kept | Refusal]


class NotSettled(msgspec.Struct, frozen=True, tag="unavailable"):
    """The opening tier cannot answer now."""


Answered = Settled | Spent | Refused | NotSettled
_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final[msgspec.msgpack.Decoder[Answered]] = msgspec.msgpack.Decoder(Answered)


def pinned_context(side: int, own: TlsIdentity, others: Iterable[str]) -> ssl.SSLContext:
    """Return the context of a side (`ssl.PROTOCOL_TLS_SERVER` listens, `_CLIENT` connects).

    Args:
        own: what it shows.
        others: the certificates that the other side may show, PEM.
    """
    context = ssl.SSLContext(side)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # exactly the pinned certificates are trusted, under whatever name they are reached
    context.verify_mode = ssl.CERT_REQUIRED
    pinned = "".join(others)
    if pinned:
        context.load_verify_locations(cadata=pinned)
    file = os.memfd_create("tls", os.MFD_CLOEXEC)  # `ssl` reads files only; certificate and key are in memory
    try:
        os.write(file, (own.certificate + own.private_key).encode("ascii"))
        context.load_cert_chain(f"/proc/self/fd/{file}")
    finally:
        os.close(file)
    return context


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
        if not self._breaker.lets_pass():
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
        """Return the answer. A kept connection that was closed is replaced once; one that times out is not."""
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
        context = pinned_context(
            ssl.PROTOCOL_TLS_CLIENT, self._keyring.host_keys.tls, opening.certificates if opening else ()
        )
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
