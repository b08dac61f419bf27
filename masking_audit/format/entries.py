"""The members of an audit entry.

An entry contains no name, phone, address, waybill number, token or tenant name:
waybills and tenants are keyed hashes.
"""

from collections.abc import Sequence

import msgspec


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field or waybill that an entry is about.

    Attributes:
        waybill: keyed hash of the waybill; empty if the token names none.
        outcome: ``released``, or the code of the refusal.
        field: JSON Pointer inside the record; empty for a whole waybill.
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
    """Announces sealed state that the action will write. The store can be verified against these facts.

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


class Signature(msgspec.Struct, frozen=True):
    """What a person's key signed (WebAuthn), each member in base64url; see `format.signed`.

    Attributes:
        statement: the bytes whose SHA-256 was the challenge.
        key: the public key, SubjectPublicKeyInfo in DER.
        authenticator_data, client_data, signature: as the authenticator gave them.
    """

    statement: str
    key: str
    authenticator_data: str
    client_data: str
    signature: str


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
        signed: the signature of the person over this act, and those by which the key was approved, the nearest first;
            none where the policy asks for none.
        hashes: the version of the secret of its keyed hashes, but of the tenant's.
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
    signed: Sequence[Signature] = ()
    hashes: int = 0
