"""What a log has written."""

import redis

from tests.audit.logs import entry, stream
from tests.store.stores import ask, named

TENANT = entry().tenant


def order(client: redis.Redis, tenant: str = TENANT) -> list[tuple[str, str]]:
    """Return (server id, entry id) of a tenant's entries."""
    found = ask(client, "XRANGE", named().order(tenant), "-", "+")
    return [(name.decode(), fields[b"id"].decode()) for name, fields in found]


def asked(client: redis.Redis, writer: str) -> list[tuple[int, bytes]]:
    """Return a chain without its first and last entry."""
    return [(one.number, one.entry) for one in stream(client, writer) if one.action not in ("start", "close")]
