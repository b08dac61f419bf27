"""The content of audit entries and the hash chain over them. Pure: no clock, no store.

An entry contains no name, phone, address, waybill number, token or tenant name:
waybills and tenants are keyed hashes. Ids that come from outside are replaced
if they look like personal data.
"""

import hashlib
import re
from collections.abc import Sequence
from struct import Struct
from typing import Final

import msgspec

from keys.framing import frame
from masking_service.masking.numbers_in_text import contains_personal_data
from masking_service.service.state.sealed import Sealed

REPLACED: Final = "(replaced)"
_CREDENTIAL: Final = re.compile(r"wbt\d[A-Za-z0-9_-]{16}|wbk_[A-Za-z0-9_-]{8}|eyJ[A-Za-z0-9_-]{8}").search
"""A token, an API key, or a part of a JWT. No id looks like these."""
_REQUEST_ID: Final = re.compile(r"(?!00)(?=[0-9]*[a-f])[0-9a-f]{32}").fullmatch
"""The form of a generated request id. It is not searched for numbers of persons, which would take 5 % of the time of a
view, because it cannot contain one: only a number that fills the word or begins with 00 can be in a word of hexadecimal
digits."""
LINK_BYTES: Final = 32
FIRST_LINK: Final = bytes(LINK_BYTES)
"""The value before the first link of a chain."""
_ENTRY: Final = frame(b"audit-entry/2")
_FIRST_ENTRY: Final = frame(b"audit-entry/1")
_length: Final = Struct(">I").pack
_place: Final = Struct(">IQI").pack
"""The length of a number, the number, and the length of the entry behind it."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field or waybill that an entry is about.

    Attributes:
        waybill: keyed hash of the waybill; empty if the token names none.
        outcome: ``released``, or the code of the refusal.
        field: JSON Pointer inside the record; empty for a whole waybill.
        kind: the kind of the field.
        site, courier: the new custody, if the action changed it.
        at, seconds: when a call began, in Unix seconds, and how long they spoke, if the entry records calls.
    """

    waybill: str
    outcome: str
    field: str = ""
    kind: str = ""
    site: str = ""
    courier: str = ""
    at: int = 0
    seconds: int = 0


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Announces sealed state that the action will write.

    The store can be verified against these facts.

    Attributes:
        place: hash of its place in the store (SHA-256, the first 16 bytes, hexadecimal).
        value: the same hash of the sealed bytes; empty if the place is deleted.
        until: when the value expires, in Unix seconds; 0 for never.
        once: whether it is written only if the place is empty.
    """

    place: str
    value: str
    until: int = 0
    once: bool = False


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action of a principal, done or refused.

    Attributes:
        at: Unix seconds.
        action: ``detokenize``, ``view``, ``erase``, ``case-open``, ``case-approve``, ``freeze`` and the like.
        outcome: ``released``, ``done``, or the code of the refusal of the whole call.
        principal, role: who acted, and the role that granted it (empty if none did).
        tenant: keyed hash of the tenant's name.
        purpose, case, profile: as stated by the caller; empty if not stated.
        count: how many fields or waybills were released.
        items: one for each field or waybill that was requested.
        approved_by: who approved the case under which fields were released.
        subject: the principal that was frozen, unfrozen, added or revoked.
        facts: the sealed state that the action is about to write.
        after: only in the first entry of a chain: id and link of the last durable entry of the same process's previous
            chain, so that its removal is detected.
        takes_back: ids of earlier entries of the same call that are void: what they announced may not have been
            written, and what they say was released was not answered.
        times: how many refused calls of this principal, action and outcome the entry covers, since the one before
            it. The other members are those of the last one.
        ticket: digest of the ticket system's answer that confirmed the case which is opened; empty if none did.
        asked: keyed hash of the phone, or of the site and last four digits, that a search asked for.
        device, network: keyed hashes of the device and the network from which the person acted, as the issuer names
            them; no two people's compare. Empty if it names none.
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
    times: int = 1
    ticket: str = ""
    asked: str = ""
    device: str = ""
    network: str = ""


def fact(sealed: Sealed) -> Fact:
    """Return the announcement of sealed state."""
    value = "" if sealed.value is None else _hash(sealed.value)
    return Fact(_hash(sealed.place), value, sealed.until, sealed.once)


def outside_id(text: str) -> str:
    """Return an id from outside, replaced if it contains personal data, a token or a key."""
    if not text or _REQUEST_ID(text):
        return text
    return REPLACED if contains_personal_data(text) or _CREDENTIAL(text) else text


def encode(entry: object) -> bytes:
    """Return the canonical JSON (RFC 8785) of an entry.

    An entry contains only strings, integers, booleans, lists and objects, so a copy with other spaces or another
    order of members gives the same bytes again.
    """
    return msgspec.json.encode(entry, order="sorted")


def link(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """Return the chain hash (SHA-256) of an entry; `number` is 1-based.

    It covers the hash of the entry, so that a chain can be verified without the content of every entry.
    """
    return link_of_hash(previous, writer, number, entry_hash(entry))


def entry_hash(entry: bytes) -> bytes:
    """Return the hash (SHA-256) of an entry's canonical JSON, which stands for it in its link."""
    return hashlib.sha256(entry).digest()


def link_of_hash(previous: bytes, writer: str, number: int, hashed: bytes) -> bytes:
    """As `link`, from the hash of the entry."""
    return _linked(_ENTRY, previous, writer, number, hashed)


def first_link_form(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """Return the chain hash of earlier releases, which covers the entry itself."""
    return _linked(_FIRST_ENTRY, previous, writer, number, entry)


LINK_FORMS: Final = (link, first_link_form)
"""The newest first. All entries of a chain have links of one form."""


def is_link(linked: bytes, previous: bytes, writer: str, number: int, entry: bytes) -> bool:
    """Return whether this is an entry's link, of whatever form."""
    return any(linked == form(previous, writer, number, entry) for form in LINK_FORMS)


def _linked(label: bytes, previous: bytes, writer: str, number: int, content: bytes) -> bytes:
    name = writer.encode()
    # `frame` inlined: it would be a twentieth of verifying an entry.
    framed = (label, _length(len(previous)), previous, _length(len(name)), name, _place(8, number, len(content)))
    return hashlib.sha256(b"".join((*framed, content))).digest()


def commit_message(writer: str, number: int, linked: bytes) -> bytes:
    """Return the signed message of a commit.

    Args:
        number, linked: of the last entry of the commit.
    """
    return frame(b"audit-commit/1", writer.encode(), number.to_bytes(8, "big"), linked)


def checkpoint_message(linked: bytes) -> bytes:
    """Return a checkpoint's signed message, given its link."""
    return frame(b"audit-checkpoint/1", linked)


def entry_id(writer: str, number: int) -> str:
    """Return the id of an entry, ``WRITER-NUMBER``."""
    return f"{writer}-{number}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).digest()[:16].hex()
