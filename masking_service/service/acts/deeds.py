"""Makes what a signature is over, by one function, before and in the act's own call. Pure.

A deed is compared by its keyed hash, which covers every member as it was sent. Beside
that hash is what an auditor may see: waybills as keyed hashes, as in entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keys.framing import frame
from keys.keyring import TenantKeys
from masking_audit.format.signed import DOMAIN
from masking_service.audit.log import outside_id
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import encode_sorted
from masking_service.masking.waybill import normalised
from masking_service.service.cases.state import Case, WantedCase
from masking_service.service.people.principals import Principal
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.vault.records import SHIPPED_POINTERS, read_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An act with everything that it is about.

    Attributes:
        exact: every member of the request as it was sent, in a fixed order.
        about: what an auditor may see of them.
    """

    act: SignedAct
    purpose: str = ""
    case: str = ""
    subject: str = ""
    exact: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


def statement(deed: Deed, keys: TenantKeys, principal: Principal, rp_id: str, nonce: bytes, at: int) -> bytes:
    """Return the bytes whose SHA-256 a person's key signs.

    Args:
        nonce, at: of the ticket; Unix seconds.
    """
    members = (deed.act, deed.purpose, deed.case, deed.subject)
    exact = keys.audit_hash("signed-act", principal.id, *members, *deed.exact)
    said = [outside_id(one) for one in (principal.id, *members)]
    told = [rp_id, keys.tenant_hash, *said, exact, nonce.hex(), str(at)]  # as `signed.MEMBERS` names them
    return frame(*[one.encode() for one in (DOMAIN, *told, *deed.about)])


def opening(keys: TenantKeys, purpose: str | None, case: str | None, items: Sequence[Any]) -> Deed:
    """Open fields: the items in their order."""
    return Deed(
        act=SignedAct.DETOKENIZE,
        purpose=purpose or "",
        case=case or "",
        exact=tuple(_exactly(item) for item in items),
        about=tuple(_waybill(keys, item) for item in items),
    )


def opening_case(keys: TenantKeys, wanted: WantedCase) -> Deed:
    """Open a case, with these members of the request."""
    waybills = wanted.waybills
    return Deed(
        act=SignedAct.CASE_OPEN,
        purpose=wanted.purpose,
        case=wanted.case,
        exact=tuple(_exactly(one) for one in (wanted.officer, wanted.reason, wanted.expires_in, *waybills)),
        about=tuple(dict.fromkeys(_waybill(keys, {"waybill_no": one}) for one in waybills)),
    )


def deciding(act: SignedAct, case: Case) -> Deed:
    """Approve, deny or close a case: with the digest of the case as it is sealed."""
    opened, digest = case.opening, case.digest
    return Deed(act=act, purpose=opened.purpose, case=opened.case, exact=(digest,), about=(digest,))


def erasing(keys: TenantKeys, waybill_no: str) -> Deed:
    item = {"waybill_no": waybill_no}
    return Deed(act=SignedAct.ERASE, exact=(_exactly(item),), about=(_waybill(keys, item),))


def unrestricting(keys: TenantKeys, waybills: Sequence[Any]) -> Deed:
    """End the restriction of waybills: what is no number is not about one."""
    hashed = dict.fromkeys(_waybill(keys, {"waybill_no": one}) for one in waybills)
    about = tuple(one for one in hashed if one) or ("",)
    return Deed(act=SignedAct.UNRESTRICT, exact=tuple(_exactly(one) for one in waybills), about=about)


def on_person(act: SignedAct, principal: str) -> Deed:
    """Freeze or unfreeze a person."""
    return Deed(act=act, subject=principal)


def on_decoys(act: SignedAct, waybills: Sequence[Any] = (), kind: str = "") -> Deed:
    """Plant, list or remove decoys. What is about them is not for the readers of the log."""
    return Deed(act=act, exact=(kind, *map(_exactly, waybills)))


def on_hold(act: SignedAct, hold: str) -> Deed:
    """Set or lift a hold, or propose to lift it."""
    return Deed(act=act, case=hold)


def on_key(act: SignedAct, keys: TenantKeys, principal: str, fingerprint: str) -> Deed:
    """Approve, deny or revoke a key or a device of a person."""
    about = (fingerprint, keys.audit_hash("principal", principal))
    return Deed(act=act, subject=principal, exact=about, about=about)


def _exactly(value: Any) -> str:
    """Return a value of a request as one text; two different ones never have the same.

    Values that no JSON can carry were replaced when the body was read, and are refused later, each alike.
    """
    return "" if isinstance(value, InvalidRecord) else encode_sorted(value).decode()


def _waybill(keys: TenantKeys, item: Any) -> str:
    """Return the keyed hash of an item's waybill, as in audit entries, and its field if known."""
    base, field = b"", ""
    if isinstance(item, dict):
        number = normalised(item.get("waybill_no"))
        token = item.get("token")
        if number is not None:
            [base] = keys.bases([number])
            field = str(item.get("field", ""))
        elif isinstance(token, str) and (reference := read_token(keys.tokens, token)) is not None:
            base = reference.base
    return (keys.audit_hash("waybill", base.hex()) if base else "") + (field if field in SHIPPED_POINTERS else "")
