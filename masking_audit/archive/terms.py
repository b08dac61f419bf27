"""Hashes under which an archive's entries are found."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from keys.framing import frame
from masking_service.audit.reading import EntryDocument
from masking_service.audit.wanted import Wanted, one_or_more

_KINDS: Final = ("asked", "case", "principal", "outcome", "action")
"""Members by which entries are found beside their waybills, the most selective first."""


def terms_of(tenant: str, name: str, document: EntryDocument) -> Iterable[int]:
    """Return the search terms of an entry: its tenant, id, waybills and other searchable members."""
    found = {_term(tenant, "tenant", ""), term_of_id(tenant, name)}
    found |= {_term(tenant, kind, document[kind]) for kind in _KINDS if document.get(kind)}
    return found | {_term(tenant, "waybill", item["waybill"]) for item in document.get("items", ()) if item["waybill"]}


def term_of_id(tenant: str, name: str) -> int:
    """Return the term of the entry with an id."""
    return _term(tenant, "id", name)


def wanted_terms(tenant: str, wanted: Wanted) -> list[int]:
    """Return the terms of which each wanted entry has one, and the fewest others have any, most likely."""
    kind = next((kind for kind in ("waybill", *_KINDS) if getattr(wanted, kind) is not None), "tenant")
    return [_term(tenant, kind, value) for value in one_or_more(getattr(wanted, kind, ""))]


def _term(tenant: str, kind: str, value: str) -> int:
    framed = frame(tenant.encode(), kind.encode(), value.encode())
    return int.from_bytes(blake2b(framed, digest_size=8).digest(), signed=True)
