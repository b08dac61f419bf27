"""Verifies that a person's key signed the act of an entry, and that others approved the key."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from keys.assertions import unb64, verify_assertion
from keys.errors import IntegrityError
from keys.framing import frame

DOMAIN: Final = "signed-act/1"
MEMBERS: Final = ("rp_id", "tenant", "principal", "act", "purpose", "case", "subject", "exact", "nonce", "at")
_RECORDED: Final = ("tenant", "principal", "purpose", "case", "subject")
_ACTIONS: Final = {"unfreeze": "thaw", "hold-lift": "hold-lift-propose"}


def _parse(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Return the members of a statement, and what it is about."""
    parts, at = [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        parts.append(content[at + 4 : end].decode())
        at = end
    domain, *members = parts[: len(MEMBERS) + 1]
    if domain != DOMAIN or frame(*[one.encode() for one in parts]) != content:
        raise ValueError("is no statement")
    return dict(zip(MEMBERS, members, strict=True)), parts[len(MEMBERS) + 1 :]


def verify_signed(signed: Sequence[Mapping[str, str]]) -> tuple[dict[str, str], list[str], str]:
    """Verify a signature and its key's approvals; return what it says, what about, and the last key's fingerprint."""
    first, before, approved = None, {"principal": ""}, ""
    for one in signed:
        try:
            parts = {name: unb64(one[name]) for name in sorted(one)}
            said, about = _parse(parts["statement"])
            key = parts["key"], parts["statement"], said["rp_id"]
            verify_assertion(*key, parts["authenticator_data"], parts["client_data"], parts["signature"])
        except (ValueError, KeyError, TypeError):
            raise IntegrityError("a signature is malformed") from None
        vouched = [said["act"], said["subject"], *about[:1]]
        own = said["principal"] == before["principal"] != "(replaced)"
        if first and (own or vouched != ["key-approve", before["principal"], approved]):
            raise IntegrityError("a signature approves another key")
        first, before, approved = first or (said, about), said, hashlib.sha256(parts["key"]).hexdigest()
    if not first:
        raise IntegrityError("nothing is signed")
    return *first, approved


def verify_entry(entry: Mapping[str, Any]) -> str:
    """Verify that an entry is what its person signed; return the last key's fingerprint. Raises IntegrityError."""
    said, about, root = verify_signed(entry["signed"])
    same = entry["action"] in (said["act"], _ACTIONS.get(said["act"]))
    items = entry.get("items", ())
    same = same and (not items or len(items) == len(about)) and all(map(_is_about, items, about))
    if not same or [said[name] for name in _RECORDED] != [entry.get(name, "") for name in _RECORDED]:
        raise IntegrityError("the entry records another act than the one that was signed")
    return root


def _is_about(item: Mapping[str, Any], about: str) -> bool:
    """Return whether an item is the waybill and field that were signed, as far as both name them."""
    waybill, field = item["waybill"], item.get("field", "")
    return not waybill or about in (waybill, waybill + field) or (not field and about.startswith(f"{waybill}/"))
