"""The addresses under which the audit log is read and held by checkpoints."""

import re
from typing import Final

from flask import Blueprint, Response

from masking_service.audit.reading import UnknownEntryError
from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, call, query
from masking_service.web.problems import Problem
from masking_service.web.schemas.requests import DEFAULT_ENTRIES, MOST_ENTRIES, AuditQuery

_LIMIT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def audit(parts: Parts) -> Blueprint:
    """The addresses, bound to the use cases of this process."""
    addresses = Blueprint("audit", __name__, url_prefix="/v1/audit")

    @addresses.get("")
    def entries() -> Response:
        wanted = query(AuditQuery)
        try:
            found, after = parts.acting.audit.entries(call(), wanted.after, _limit(wanted.limit))
        except UnknownEntryError:
            raise Problem("not-found", [("query:after", "unknown-entry")]) from None
        return answer({"entries": found, "next": after})

    @addresses.get("/checkpoint")
    def checkpoint() -> Response:
        return answer(parts.acting.audit.checkpoint(call()))

    return addresses


def _limit(text: str | None) -> int:
    """How many entries are wanted. Raises Problem."""
    if text is None:
        return DEFAULT_ENTRIES
    if not _LIMIT.fullmatch(text) or int(text) > MOST_ENTRIES:
        raise Problem("invalid-request", [("query:limit", "invalid-value")])
    return int(text)
