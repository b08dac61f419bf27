"""Examples of searches."""

from typing import Final

from masking_service.web.examples.common import Example, viewed

EXAMPLES: Final[dict[str, Example]] = {
    "search_waybills": Example({"phone": "02159791234"}, {"results": [viewed()], "more": False}),
    "read_searches": Example(
        {"phone": "02159791234"},
        {
            "entries": [
                {
                    "id": "5f1c0a9e27d34b68-377",
                    "at": 1795507800,
                    "action": "search",
                    "outcome": "done",
                    "principal": "staff/desk-3",
                    "role": "service-desk",
                    "tenant": "1d6c3f0b1c0e4a52a8ad8f6fd6c6b7e1",
                    "request": "desk-41",
                    "policy": "9f2c5d0b7a6e4f31",
                    "profile": "label",
                    "items": [{"waybill": "6b8485bacff59ea0f369e4d9527995e6", "outcome": "done"}],
                    "asked": "2f9d4c1ab7e0583d6c55e2f07b9a1c3e",
                }
            ],
            "next": None,
        },
    ),
}
