"""Examples of the operations that tell callers about themselves."""

from typing import Final

from masking_service.http.examples.common import Example

EXAMPLES: Final[dict[str, Example]] = {
    "read_me": Example(
        None,
        {
            "principal": "staff/officer-7",
            "tenant": "default",
            "roles": ["dispute-officer"],
            "permissions": ["call:make", "case:read", "token:detokenize", "waybill:view"],
            "profiles": ["label"],
            "purposes": {"dispute": {"kinds": ["name", "phone"], "case": "required", "approval": "above-limit"}},
            "cases": {"approve_above": 10, "at_most": 200, "longest": 604_800},
            "calls": True,
            "search": {"phone": False, "last4": False},
            "sites": [],
            "frozen": False,
            "sign_in": {"acr": "2", "at": "2026-11-24T07:55:00Z", "fresh_until": "2026-11-24T15:55:00Z"},
        },
    ),
    "read_budgets": Example(
        None,
        {
            "budgets": [
                {
                    "counts": "fields",
                    "windows": [
                        {"window": "1m", "limit": 20, "left": 17, "frees_at": "2026-11-24T08:21:01Z"},
                        {"window": "1d", "limit": 150, "left": 150, "frees_at": None},
                    ],
                }
            ]
        },
    ),
}
