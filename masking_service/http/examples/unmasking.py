"""Examples of the operations that open values, and of cases."""

from typing import Final

from masking_service.http.examples.common import CASE, SUPERVISOR, TOKENS, WAYBILL_NO, Example, decision
from masking_service.http.rule_texts import ITEMS

EXAMPLES: Final[dict[str, Example]] = {
    "detokenize": Example(
        {
            "purpose": "dispute",
            "case": "D-2026-0001",
            "items": [
                {"token": TOKENS["/sender/phone"]},
                {"waybill_no": WAYBILL_NO, "field": "/recipient/phone"},
                {"waybill_no": WAYBILL_NO, "field": "/recipient/address"},
            ],
        },
        {
            "results": [
                {"token": TOKENS["/sender/phone"], "kind": "phone", "value": "13812345678"},
                {
                    "waybill_no": WAYBILL_NO,
                    "field": "/recipient/phone",
                    "kind": "phone",
                    "value": "021-59791234-801",
                },
                {
                    "waybill_no": WAYBILL_NO,
                    "field": "/recipient/address",
                    "error": {"code": "kind-not-allowed", "detail": ITEMS["kind-not-allowed"].en},
                },
            ],
            "failed": 1,
        },
    ),
    "open_case": Example(
        {
            "case": CASE["case"],
            "purpose": CASE["purpose"],
            "waybills": [WAYBILL_NO],
            "officer": CASE["officer"],
            "reason": CASE["reason"],
            "expires_in": 86_400,
        },
        CASE,
    ),
    "list_cases": Example(None, {"cases": [CASE], "next": CASE["case"]}),
    "read_case_opens": Example(
        None,
        {
            "opens": [
                {
                    "waybill_no": WAYBILL_NO,
                    "field": "/recipient/phone",
                    "principal": CASE["officer"],
                    "at": "2026-11-24T08:20:00Z",
                }
            ]
        },
    ),
    "read_case": Example(None, CASE),
    "approve_case": Example(
        {"note": "核对过签收照片"},
        CASE | {"approved_by": [SUPERVISOR], "decisions": [decision("approve", "核对过签收照片")]},
    ),
    "deny_case": Example(
        {"note": "未附寄件人申请"},
        CASE | {"status": "denied", "decisions": [decision("deny", "未附寄件人申请")]},
    ),
    "close_case": Example({}, CASE | {"status": "closed", "decisions": [decision("close", None)]}),
}
