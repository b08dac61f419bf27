"""What is malformed, or refused whatever is stored, is told before a person is asked to sign or to prove the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from masking_service.http.capabilities import GROUPS
from tests.service.people.policies import put
from tests.web.api import NUMBER, Api, Json, Under, field, refusal
from tests.web.people import COURIER, DESK, OFFICER, PRIVACY, SUPERVISOR
from tests.web.proving import INDEXES, proven
from tests.web.signing import ACTS, signed

LONG: Final = "x" * 501


@dataclass(frozen=True)
class Malformed:
    """A call that is wrong in itself, and how it is refused."""

    role: str
    method: str
    path: str
    body: Json | None
    refused: tuple[int, str]


MALFORMED: Final = {
    "detokenize": Malformed(
        OFFICER, "POST", "/v1/detokenize", {"items": [field(NUMBER, "/x")]}, (400, "purpose-required")
    ),
    "open_case": Malformed(
        DESK,
        "POST",
        "/v1/cases",
        {"case": "D-1", "purpose": "none", "waybills": [], "reason": " "},
        (422, "invalid-request"),
    ),
    "approve_case": Malformed(SUPERVISOR, "POST", "/v1/cases/D-1/approve", {"note": LONG}, (422, "invalid-request")),
    "deny_case": Malformed(SUPERVISOR, "POST", "/v1/cases/D-1/deny", {"note": LONG}, (422, "invalid-request")),
    "close_case": Malformed(DESK, "POST", "/v1/cases/D-1/close", {"note": LONG}, (422, "invalid-request")),
    "plant_decoys": Malformed(PRIVACY, "POST", "/v1/decoys", {"waybills": ["short"]}, (422, "invalid-request")),
    "remove_decoys": Malformed(PRIVACY, "DELETE", "/v1/decoys", {"waybills": ["x"]}, (422, "invalid-request")),
    "freeze_principal": Malformed(SUPERVISOR, "POST", "/v1/principals/a%20b/freeze", {}, (404, "not-found")),
    "thaw_principal": Malformed(SUPERVISOR, "POST", "/v1/principals/dev%2Fu-1/thaw", {}, (403, "forbidden")),
    "search_waybills": Malformed(
        DESK, "POST", "/v1/search", {"phone": "13812345678", "last4": "5678"}, (422, "invalid-request")
    ),
    "view_waybill": Malformed(COURIER, "GET", f"/v1/waybills/{NUMBER}?profile=none", None, (403, "forbidden")),
    "view_waybills": Malformed(
        COURIER, "POST", "/v1/waybills/view", {"waybills": [NUMBER], "profile": "none"}, (403, "forbidden")
    ),
    "read_case_page": Malformed(OFFICER, "GET", "/v1/cases/D-1/page?profile=none", None, (403, "forbidden")),
    "make_call": Malformed(OFFICER, "POST", "/v1/calls", {"waybill_no": NUMBER}, (400, "case-required")),
}
"""One call for each operation, by its name."""
KEYS: Final = {
    f"{what}_{sort}": Malformed(
        SUPERVISOR,
        "POST",
        f"/v1/principals/dev%2Fu-1/{sort}s/AAAA/{what}",
        {"code": "AAAA"} if what == "approve" else None,
        (403, "forbidden"),
    )
    for sort in ("key", "device")
    for what in ("approve", "deny", "revoke")
}
"""The caller's own: another person has to do it."""
SINGLE_ITEMS: Final = {"unrestrict_waybills", "list_decoys", "add_key", "add_device"}
"""Operations without a malformed call but those that are refused when they are decoded, and single items that fail."""
LIKE_UNKNOWN: Final = {"erase_waybill", "set_hold", "lift_hold"}
"""Where a malformed name is told like an unknown one, which takes a look-up."""


def asking() -> set[str]:
    """The operations that a policy can have signed or proven."""
    rows = [row for group in GROUPS.values() for row in group]
    return {row.name for row in rows if row.signable or row.proven or "signature-required" in row.problems}


@pytest.fixture
def strict(under: Under) -> Api:
    """A service whose policy has everything signed and proven that can be."""

    def edit(document: Any) -> None:
        for one in (signed(ACTS), proven(), put("search", INDEXES)):
            one(document)

    return under(edit)


def test_each_operation_that_is_signed_or_proven_is_here() -> None:
    assert MALFORMED.keys() | KEYS.keys() | SINGLE_ITEMS | LIKE_UNKNOWN == asking()


def test_no_one_is_asked_to_sign_or_to_prove_what_is_refused_anyway(strict: Api) -> None:
    calls = MALFORMED | KEYS

    told = {
        name: refusal(strict.call(strict.mint(one.role), one.method, one.path, one.body)) for name, one in calls.items()
    }

    assert told == {name: one.refused for name, one in calls.items()}
