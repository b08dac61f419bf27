"""Examples of the operations on waybills."""

from typing import Final

from masking_service.http.examples.common import CASE, TOKENS, WAYBILL_NO, Example, clear_record, masked_record, viewed
from masking_service.http.rule_texts import ITEMS

EXAMPLES: Final[dict[str, Example]] = {
    "mask": Example(
        {"schema": "standard", "profile": "label", "records": [clear_record(), {"sender": {"phone": ["13812345678"]}}]},
        {
            "results": [
                {"record": masked_record()},
                {
                    "error": {
                        "code": "invalid-type",
                        "errors": [{"pointer": "/sender/phone", "code": "invalid-type"}],
                        "detail": ITEMS["invalid-type"].en,
                    }
                },
            ],
            "failed": 1,
        },
    ),
    "tokenize": Example(
        {"profile": "label", "records": [clear_record()], "custody": {"site": "021001"}},
        {
            "results": [
                {
                    "record": masked_record(),
                    "tokens": TOKENS,
                    "revision": 0,
                    "created": True,
                    "expires_at": "2027-05-23T00:00:00Z",
                }
            ],
            "failed": 0,
        },
    ),
    "view_waybill": Example(None, viewed()),
    "erase_waybill": Example(None, {"audit": "5f1c0a9e27d34b68-412", "unreadable_in_backups_after": "2027-05-24"}),
    "view_waybills": Example(
        {"waybills": [WAYBILL_NO, "YT0000000000000"], "profile": "label"},
        {
            "results": [viewed(), {"waybill_no": "YT0000000000000", "error": {"code": "not-found"}}],
            "failed": 1,
        },
    ),
    "move_custody": Example(
        {
            "items": [
                {"waybill_no": WAYBILL_NO, "site": "021001", "courier": "client/c-88"},
                {"waybill_no": "YT8800212345679", "site": "Qingpu 1"},
            ]
        },
        {
            "results": [
                {"waybill_no": WAYBILL_NO},
                {
                    "error": {
                        "code": "invalid-item",
                        "errors": [{"pointer": "/site", "code": "invalid-value"}],
                        "detail": ITEMS["invalid-item"].en,
                    }
                },
            ],
            "failed": 1,
        },
    ),
    "read_disclosures": Example(
        None,
        {
            "opens": [
                {
                    "field": "/sender/phone",
                    "principal": "staff/officer-7",
                    "at": "2026-11-24T08:20:00Z",
                    "case": CASE["case"],
                    "approved_by": [],
                }
            ],
            "views": [{"principal": "client/c-88", "at": "2026-11-24T07:10:00Z", "profile": "courier"}],
        },
    ),
    "search_waybills": Example({"phone": "02159791234"}, {"results": [viewed()], "more": False}),
}
