"""Operations that tell callers about themselves."""

from typing import Final

from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.me import answers
from masking_service.service.me.use import AboutMe
from masking_service.service.people.permissions import Permission

OPERATIONS: Final = (
    Operation(
        name="read_me",
        route="GET /v1/me",
        summary="Who the caller is, and what the policy allows them.",
        uses=AboutMe,
        handle=handler_of(AboutMe.who),
        tells_freeze=True,
        answers={200: answers.Me},
        stateless=True,
        example_answer={
            "principal": "staff/officer-7",
            "name": "王敏",
            "tenant": "default",
            "roles": ["dispute-officer"],
            "permissions": [
                Permission.CALL_MAKE,
                Permission.CASE_READ,
                Permission.DETOKENIZE,
                Permission.WAYBILL_VIEW,
            ],
            "profiles": ["label"],
            "purposes": {"dispute": {"kinds": ["name", "phone"], "case": "required", "approval": "above-limit"}},
            "cases": {"approve_above": 10, "at_most": 200, "longest": 604_800},
            "calls": True,
            "search": {"phone": False, "last4": False},
            "sites": [],
            "signs": {"rp_id": "desk.example.com", "acts": ["detokenize"], "fields_at_most": 5},
            "proves": ["waybill-view", "call"],
            "frozen": False,
            "sign_in": {"acr": "2", "at": "2026-11-24T07:55:00Z", "fresh_until": "2026-11-24T15:55:00Z"},
        },
    ),
    Operation(
        name="read_budgets",
        route="GET /v1/me/budgets",
        summary="What is left of the caller's budgets. The call itself spends nothing.",
        uses=AboutMe,
        handle=handler_of(AboutMe.budgets_left),
        answers={200: answers.Budgets},
        problems=("frozen",),
        example_answer={
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
)
