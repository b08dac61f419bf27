"""Which keys of the store hold values that the audit log explains. Pure.

A value at any of these is announced in the log before it is written.
"""

import re
from typing import Final

from masking_service.store.layout import WAYBILL

RECORD: Final = "record"
"""Records are not announced; the tombstones in their places are."""
_TENANT: Final = rb"wm:\{t:[A-Za-z0-9_-]+\}"
PLACES: Final = (
    ("custody", b"GET", re.compile(WAYBILL + rb"@")),
    (RECORD, b"GET", re.compile(WAYBILL + rb"(?:[0-9a-f]|10)")),
    ("disclosure", b"HGETALL", re.compile(WAYBILL + rb"!")),
    ("call record", b"HGETALL", re.compile(WAYBILL + rb"#")),
    ("case", b"HGETALL", re.compile(_TENANT + rb"case:[A-Za-z0-9_-]+")),
    ("keys of people", b"HGETALL", re.compile(_TENANT + rb"(?:keys:[A-Za-z0-9_-]+|key-requests)")),
    ("devices of people", b"HGETALL", re.compile(_TENANT + rb"(?:devices:[A-Za-z0-9_-]+|device-requests)")),
    ("list of frozen principals", b"HGETALL", re.compile(_TENANT + rb"freezes")),
    ("list of decoys", b"HGETALL", re.compile(_TENANT + rb"(?:decoys|decoy-details)")),
    ("list of incidents", b"HGETALL", re.compile(_TENANT + rb"incidents")),
    ("list of holds", b"HGETALL", re.compile(_TENANT + rb"holds")),
    ("waybills of a hold", b"GET", re.compile(_TENANT + rb"hold:[0-9a-f]+")),
    ("restriction", b"GET", re.compile(WAYBILL + rb"~")),
    ("list of the lookout", b"HGETALL", re.compile(_TENANT + rb"shortlist")),
    ("number of a caller", b"HGETALL", re.compile(_TENANT + rb"callers")),
    ("list of clients", b"HGETALL", re.compile(rb"wm:clients")),
)
"""What each is, the command that reads it, and the names of its keys."""


def places_in(key: bytes, reply: list[bytes] | bytes | None) -> list[tuple[bytes, bytes]]:
    """Return the places and values in the reply to the command that reads a key."""
    if isinstance(reply, list):
        return [(key + b"/" + name, value) for name, value in zip(reply[0::2], reply[1::2], strict=True)]
    return [] if reply is None else [(key, reply)]
