"""What an audit entry says, and the chain that binds it to all before it. Pure: no clock, no store.

An entry holds no name, phone, address, waybill number, token or tenant name:
waybills and tenants stand in it as keyed hashes. Ids that came from outside are
replaced where they look like personal data.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from keys.framing import frame
from masking_service.domain.text import contains_personal_data
from masking_service.vault.sealed import Sealed

REPLACED: Final = "(replaced)"
_CREDENTIAL: Final = re.compile(r"wbt\d[A-Za-z0-9_-]{16}|wbk_[A-Za-z0-9_-]{8}|eyJ[A-Za-z0-9_-]{8}").search
"""A token, an API key, or a part of a JWT: nobody's id looks like these."""
FIRST_LINK: Final = bytes(32)
"""What the first entry of a chain is bound to."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field or one waybill that an entry is about.

    Attributes:
        waybill: keyed hash of the waybill, or empty where a token names none.
        outcome: ``released``, or the code of the refusal.
        field: JSON Pointer inside the record; empty for a whole waybill.
        kind: the kind of the field.
        site, courier: who holds the waybill from now on, where that is what was done.
    """

    waybill: str
    outcome: str
    field: str = ""
    kind: str = ""
    site: str = ""
    courier: str = ""


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sealed state that the action is about to write, by which the store can be held against the log.

    Attributes:
        place: hash of its place in the store (SHA-256, the first 16 bytes, hexadecimal).
        value: the same hash of the sealed bytes; empty where the place is emptied.
        until: Unix seconds from which nothing stands there any more; 0 for never.
        once: whether it is written only where nothing stands.
    """

    place: str
    value: str
    until: int = 0
    once: bool = False


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One action of one principal, done or refused.

    Attributes:
        at: Unix seconds.
        action: ``detokenize``, ``view``, ``erase``, ``case-open``, ``case-approve``, ``freeze`` and the like.
        outcome: ``released``, ``done``, or the code of the refusal of the whole call.
        principal, role: who, and through which role (empty where none granted it).
        tenant: keyed hash of the tenant's name.
        purpose, case, profile: as stated by the caller; empty where there is none.
        count: how many fields or waybills were released.
        items: one for each field or waybill asked for.
        approved_by: who approved the case under which fields were released.
        subject: the principal that the action is about: frozen, thawed, added, revoked.
        facts: the sealed state that it is about to write.
        after: in the first entry of a chain, the id and link of the last entry that the same process knows to be
            durable in the chain before, where there was one: whoever takes that entry out is found.
        takes_back: ids of the entries that the same call wrote before: what they announced may not stand, and what
            they say was released was not answered.
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
    approved_by: Sequence[str] = ()
    subject: str = ""
    facts: Sequence[Fact] = ()
    after: Sequence[str] = ()
    takes_back: Sequence[str] = ()


def fact(sealed: Sealed) -> Fact:
    """What an entry says of sealed state."""
    value = "" if sealed.value is None else _hash(sealed.value)
    return Fact(_hash(sealed.place), value, sealed.until, sealed.once)


def outside_id(text: str) -> str:
    """An id from outside as an entry or a log may hold it: replaced where it holds personal data, a token or a key."""
    return REPLACED if contains_personal_data(text) or _CREDENTIAL(text) else text


def encode(entry: object) -> bytes:
    """The canonical JSON (RFC 8785: sorted, without spaces) of an entry: the bytes that the chain covers.

    An entry holds texts, whole numbers, booleans, lists and objects only, so a copy that was written out
    with other spaces, or in another order of members, leads back to the same bytes.
    """
    return msgspec.json.encode(entry, order="sorted")


def link(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """The chain hash (SHA-256) of entry `number` (from 1) of a writer, over the hash before it."""
    return hashlib.sha256(frame(b"audit-entry/1", previous, writer.encode(), number.to_bytes(8, "big"), entry)).digest()


def commit_message(writer: str, number: int, linked: bytes) -> bytes:
    """What is signed of a commit: the writer, and the number and link of its last entry, so all of its chain."""
    return frame(b"audit-commit/1", writer.encode(), number.to_bytes(8, "big"), linked)


def checkpoint_message(linked: bytes) -> bytes:
    """What is signed of a checkpoint, by its link."""
    return frame(b"audit-checkpoint/1", linked)


def entry_id(writer: str, number: int) -> str:
    """The id of an entry: ``WRITER-NUMBER``."""
    return f"{writer}-{number}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).digest()[:16].hex()
