"""What a view and a search show of a waybill: to whom, and how."""

from collections import Counter
from collections.abc import Sequence

from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.profiles import Profile
from masking_service.masking.record import render
from masking_service.service.call.disclosures import Disclosure, Viewed
from masking_service.service.call.recorder import Recorded, RequestContext
from masking_service.service.custody.state import Custodies
from masking_service.service.people.policy import Grant
from masking_service.service.people.rules import Scope
from masking_service.service.waybills.answers import Waybill
from masking_service.service.waybills.vault import Found


def reached(custodies: Custodies, context: RequestContext, scope: Scope, found: Found | None) -> Found | None:
    """Return `found` if the caller's scope reaches it, else None.

    Raises:
        IntegrityError: its custody was changed.
    """
    if found is None or scope == "all":
        return found
    custody = custodies.open(context.principal.tenant, found.custody)
    return found if custody is not None and custody.held_by(context.principal) else None


def shown(entry: Recorded, profile: Profile, number: str, found: Found) -> Waybill:
    """Return a recorded waybill as a profile shows it."""
    return entry.release(_rendered(profile, number, found))


def shown_masked(grant: Grant, profile: Profile, number: str, found: Found) -> Waybill:
    """Return a waybill as the profile of the grant shows it, where that shows no kind in full."""
    if grant.full_kinds:
        raise RuntimeError("what shows a kind in full needs its audit entry")
    return _rendered(profile, number, found)


def _rendered(profile: Profile, number: str, found: Found) -> Waybill:
    schema, fields = found.record.content()
    record = render(profile, fields, number)
    openable = {place.pointer: place.kind for place, value in fields if place.kind in TOKEN_KINDS and value}
    return Waybill(number, schema, found.revision, record, openable)


def viewed(context: RequestContext, grant: Grant, seen: Sequence[Found | None]) -> list[Disclosure]:
    """Return what a full view is about to show, by waybill."""
    found = {one.base: one.record.kept_until for one in seen if one is not None}
    times = Counter(one.base for one in seen if one is not None)
    return [
        Disclosure(base, ends, Viewed(context.now, context.principal.id, grant.profile or "", times[base]))
        for base, ends in found.items()
    ]
