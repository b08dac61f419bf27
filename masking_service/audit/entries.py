"""What an audit entry says, and the chain that binds it to all before it. Pure: no clock, no store.

An entry holds no name, phone, address, waybill number, token or tenant name:
waybills and tenants stand in it as keyed hashes. Ids that came from outside are
replaced where they look like personal data.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from keys.framing import frame
from masking_service.domain.text import contains_personal_data

REPLACED: Final = "(replaced)"
FIRST_LINK: Final = bytes(32)
"""What the first entry of a chain is bound to."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field or one waybill that an entry is about.

    Attributes:
        waybill: keyed hash of the waybill, or empty where a token names none.
        outcome: ``released``, or the code of the refusal.
        field: JSON Pointer inside the record; empty for a whole waybill.
        kind: the kind of the field.
    """

    waybill: str
    outcome: str
    field: str = ""
    kind: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One action of one principal, done or refused.

    Attributes:
        at: Unix seconds.
        action: ``detokenize``, ``view``, ``erase``, ``case-open``, ``case-close`` and the like.
        outcome: ``released``, ``done``, or the code of the refusal of the whole call.
        principal, role: who, and through which role (empty where none granted it).
        tenant: keyed hash of the tenant's name.
        purpose, case, profile: as stated by the caller; empty where there is none.
        count: how many fields or waybills were released.
        items: one for each field or waybill asked for.
        request: the request id.
        policy: hash of the policy that decided.
    """

    at: int
    action: str
    outcome: str
    principal: str
    role: str
    tenant: str
    request: str
    policy: str
    purpose: str = ""
    case: str = ""
    profile: str = ""
    count: int = 0
    items: Sequence[Item] = ()


def outside_id(text: str) -> str:
    """An id from outside as an entry or a log may hold it: replaced where it holds personal data."""
    return REPLACED if contains_personal_data(text) else text


def encode(entry: Entry) -> bytes:
    """The entry's JSON, the exact bytes that the chain covers."""
    return msgspec.json.encode(entry)


def link(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """The chain hash (SHA-256) of entry `number` (from 1) of a writer, over the hash before it."""
    return hashlib.sha256(frame(b"audit-entry/1", previous, writer.encode(), number.to_bytes(8, "big"), entry)).digest()
