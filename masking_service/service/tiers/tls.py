"""Mutually authenticated TLS between the tiers.

Each side shows a certificate that the other one pins: there is no other authority, and a host that is revoked is not
among the certificates of the next connection.
"""

import os
import ssl
from collections.abc import Iterable

from keys.hosts import TlsIdentity


def server_context(own: TlsIdentity, others: Iterable[str]) -> ssl.SSLContext:
    """Return the context of a side that listens; `others` are the certificates of those that may connect, PEM."""
    return _context(ssl.PROTOCOL_TLS_SERVER, own, others)


def client_context(own: TlsIdentity, others: Iterable[str]) -> ssl.SSLContext:
    """Return the context of a side that connects; `others` are the certificates of the other side, PEM."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, own, others)


def _context(side: int, own: TlsIdentity, others: Iterable[str]) -> ssl.SSLContext:
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
