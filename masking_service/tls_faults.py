"""Says why an encrypted connection failed, in OpenSSL's fixed words: never a name or an address."""

import ssl
from collections.abc import Iterator
from typing import Final

OUTSIDE_VALIDITY: Final = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED, of OpenSSL's x509_vfy.h."""
_ANOTHER_NAME: Final = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH: Python's text for them holds the name."""


class EndedByServerError(ssl.SSLError):
    """A server ended an encrypted connection before it answered anything."""

    reason = ""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what led to it, also where urllib wraps it."""
    while error is not None:
        yield error
        inner = getattr(error, "reason", None)
        error = error.__cause__ or error.__context__ or (inner if isinstance(inner, BaseException) else None)


def tls_reason(error: BaseException) -> str:
    """Return why an encrypted connection failed; empty if something else did."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _ANOTHER_NAME:
                return "the certificate is for another name or address"
            return str(cause.verify_message)
        if isinstance(cause, ssl.SSLError):  # without a reason where the alert was not read before the next write
            return (cause.reason or "the server ended the connection").replace("_", " ").lower()
        if isinstance(cause, TimeoutError) and "handshake" in str(cause):  # of Python's ssl: a server without TLS waits
            return "no answer in the handshake"
    return ""
