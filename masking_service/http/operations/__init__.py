"""The table of all operations: permissions, requests, and every possible answer.

The OpenAPI document is read from this table (`openapi.py`). A new operation is a new row in the file of its group, with
an example in `examples.py`.
"""

from collections.abc import Mapping
from typing import Final

from masking_service.http.operation import Operation
from masking_service.http.operations import calls, me, oversight, service, unmasking, waybills

COMMON: Final = ("bad-request", "internal", "overloaded")
"""Codes of the problems of every operation."""
AUTHENTICATED: Final = ("unauthenticated", "issuer-unavailable")
"""Of operations that need a credential."""
GUARDED: Final = ("forbidden", "frozen")
"""Of operations that need a permission."""
WITH_BODY: Final = ("invalid-json", "too-large", "unsupported-media-type", "invalid-request")
"""Of operations with a body."""
WITH_QUERY: Final = ("invalid-request",)
"""Of operations with a query."""

PATH_PARAMETERS: Final[Mapping[str, tuple[str, int, str]]] = {
    "waybill_no": ("A waybill number: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing.", 6, "YT8800212345678"),
    "ref": ("The `call` of an earlier answer.", 32, "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh"),
    "case": ("The name of a case.", 1, "D-2026-0001"),
    "code": ("The code of a problem, an item or a warning.", 1, "case-required"),
    "principal": ("A principal's id, percent-encoded: client/ID, or ALIAS/SUB of an issuer.", 3, "staff/officer-7"),
}
"""Path parameters: the description, the minimum length, and an example."""

GROUPS: Final[Mapping[str, tuple[Operation, ...]]] = {
    "Waybills": waybills.OPERATIONS,
    "Unmasking": unmasking.OPERATIONS,
    "Calls": calls.OPERATIONS,
    "Oversight": oversight.OPERATIONS,
    "Caller": me.OPERATIONS,
    "Operations": service.OPERATIONS,
}
"""The operations by their tag in the document."""
TABLE: Final = tuple(operation for rows in GROUPS.values() for operation in rows)
