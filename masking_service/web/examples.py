"""One example of every operation, as true as the rules are: what goes in, and what then comes out.

The names, numbers and addresses stand for nobody.
"""

from typing import Any, Final, NamedTuple

from masking_service.web.rule_texts import ITEMS


class Example(NamedTuple):
    """A request's body (None: it has none), and the answer to it."""

    body: Any
    answer: Any


_TOKENS: Final = {
    "/sender/name": "wbt1BGTd7FguoV8FWnFbB0JxXuA",
    "/sender/phone": "wbt1Br4qqaaABvvLOzAxzXMcU1Q",
    "/sender/address": "wbt1BsHiQMaRiNTN9Ox98whGcTw",
    "/recipient/name": "wbt1Bc1UWb5fxzpF7STG7nVLe3A",
    "/recipient/phone": "wbt1BARUsRJlNONwktN9ugkZeEg",
    "/recipient/address": "wbt1BG61she_QAqq0nv3Vth1Lsw",
}
_WAYBILL_NO: Final = "YT8800212345678"
_CASE: Final = {
    "case": "D-2026-0001",
    "status": "open",
    "purpose": "dispute",
    "waybills": [_WAYBILL_NO],
    "officer": "staff/officer-7",
    "reason": "签收异议，需联系收件人",
    "opened_by": "staff/desk-3",
    "opened_at": "2026-11-24T08:00:00Z",
    "expires_at": "2026-11-25T08:00:00Z",
    "approved_by": [],
    "decisions": [],
}
_FREEZE: Final = {"id": "staff/officer-7", "since": "2026-11-24T08:00:00Z", "why": "login seen abroad"}


_SUPERVISOR: Final = "staff/supervisor-2"


def _decision(act: str, note: str | None) -> dict[str, Any]:
    return {"act": act, "by": _SUPERVISOR, "at": "2026-11-24T08:05:00Z", "note": note}


def _clear() -> dict[str, Any]:
    """A record as a customer's system sends it."""
    return {
        "waybill_no": _WAYBILL_NO,
        "sender": {
            "name": "张三",
            "phone": "13812345678",
            "address": "华志路1685号3号楼2单元402室(放门卫勿打电话)",
        },
        "recipient": {"name": "欧阳娜娜", "phone": "021-59791234-801", "address": "一号楼二单元三零一"},
        "remark": "微信同号13812345678，单号YT8800212345678",
        "weight_kg": 1.25,
    }


def _masked() -> dict[str, Any]:
    """The same record under the profile `label`."""
    return {
        "waybill_no": _WAYBILL_NO,
        "sender": {
            "name": "张*",
            "phone": "*******5678",
            "address": "华志路1685号3号楼*单元***室(放门卫勿打电话)",
        },
        "recipient": {"name": "欧阳**", "phone": "021-******34-***", "address": "一号楼*单元***"},
        "remark": "微信同号*******5678，单号YT8800212345678",
        "weight_kg": 1.25,
    }


def _viewed() -> dict[str, Any]:
    """What a view shows of it: the mapped fields."""
    shown = {key: value for key, value in _masked().items() if key not in ("waybill_no", "weight_kg")}
    openable = {pointer: pointer.rpartition("/")[2] for pointer in _TOKENS}
    return {
        "waybill_no": _WAYBILL_NO,
        "schema": "standard",
        "revision": 0,
        "record": shown,
        "fields": openable,
    }


TABLE: Final[dict[str, Example]] = {
    "mask": Example(
        {"schema": "standard", "profile": "label", "records": [_clear(), {"sender": {"phone": ["13812345678"]}}]},
        {
            "results": [
                {"record": _masked()},
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
        {"profile": "label", "records": [_clear()], "custody": {"site": "021001"}},
        {
            "results": [
                {
                    "record": _masked(),
                    "tokens": _TOKENS,
                    "revision": 0,
                    "created": True,
                    "expires_at": "2027-05-23T00:00:00Z",
                }
            ],
            "failed": 0,
        },
    ),
    "view_waybill": Example(None, _viewed()),
    "erase_waybill": Example(None, {"audit": "5f1c0a9e27d34b68-412", "unreadable_in_backups_after": "2027-05-24"}),
    "view_waybills": Example(
        {"waybills": [_WAYBILL_NO, "YT0000000000000"], "profile": "label"},
        {
            "results": [_viewed(), {"waybill_no": "YT0000000000000", "error": {"code": "not-found"}}],
            "failed": 1,
        },
    ),
    "move_custody": Example(
        {
            "items": [
                {"waybill_no": _WAYBILL_NO, "site": "021001", "courier": "client/c-88"},
                {"waybill_no": "YT8800212345679", "site": "Qingpu 1"},
            ]
        },
        {
            "results": [
                {"waybill_no": _WAYBILL_NO},
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
                    "case": _CASE["case"],
                    "approved_by": [],
                }
            ],
            "views": [{"principal": "client/c-88", "at": "2026-11-24T07:10:00Z", "profile": "courier"}],
        },
    ),
    "detokenize": Example(
        {
            "purpose": "dispute",
            "case": "D-2026-0001",
            "items": [
                {"token": _TOKENS["/sender/phone"]},
                {"waybill_no": _WAYBILL_NO, "field": "/recipient/phone"},
                {"waybill_no": _WAYBILL_NO, "field": "/recipient/address"},
            ],
        },
        {
            "results": [
                {"token": _TOKENS["/sender/phone"], "kind": "phone", "value": "13812345678"},
                {
                    "waybill_no": _WAYBILL_NO,
                    "field": "/recipient/phone",
                    "kind": "phone",
                    "value": "021-59791234-801",
                },
                {
                    "waybill_no": _WAYBILL_NO,
                    "field": "/recipient/address",
                    "error": {"code": "kind-not-allowed", "detail": ITEMS["kind-not-allowed"].en},
                },
            ],
            "failed": 1,
        },
    ),
    "open_case": Example(
        {
            "case": _CASE["case"],
            "purpose": _CASE["purpose"],
            "waybills": [_WAYBILL_NO],
            "officer": _CASE["officer"],
            "reason": _CASE["reason"],
            "expires_in": 86_400,
        },
        _CASE,
    ),
    "list_cases": Example(None, {"cases": [_CASE], "next": _CASE["case"]}),
    "read_case_opens": Example(
        None,
        {
            "opens": [
                {
                    "waybill_no": _WAYBILL_NO,
                    "field": "/recipient/phone",
                    "principal": _CASE["officer"],
                    "at": "2026-11-24T08:20:00Z",
                }
            ]
        },
    ),
    "read_case": Example(None, _CASE),
    "approve_case": Example(
        {"note": "核对过签收照片"},
        _CASE | {"approved_by": [_SUPERVISOR], "decisions": [_decision("approve", "核对过签收照片")]},
    ),
    "deny_case": Example(
        {"note": "未附寄件人申请"},
        _CASE | {"status": "denied", "decisions": [_decision("deny", "未附寄件人申请")]},
    ),
    "close_case": Example({}, _CASE | {"status": "closed", "decisions": [_decision("close", None)]}),
    "list_frozen": Example(None, {"principals": [_FREEZE]}),
    "freeze_principal": Example({"why": _FREEZE["why"]}, _FREEZE | {"frozen": True}),
    "thaw_principal": Example(None, {"id": _FREEZE["id"], "frozen": False}),
    "read_me": Example(
        None,
        {
            "principal": "staff/officer-7",
            "tenant": "default",
            "roles": ["dispute-officer"],
            "permissions": ["case:read", "token:detokenize", "waybill:view"],
            "profiles": ["label"],
            "purposes": {"dispute": {"kinds": ["name", "phone"], "case": "required", "approval": "above-limit"}},
            "cases": {"approve_above": 10, "at_most": 200, "longest": 604_800},
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
    "read_audit": Example(
        None,
        {
            "entries": [
                {
                    "id": "5f1c0a9e27d34b68-412",
                    "at": 1795508400,
                    "action": "detokenize",
                    "outcome": "released",
                    "principal": _CASE["officer"],
                    "role": "dispute-officer",
                    "tenant": "2f9a4c6e8b0d1f3a5c7e9b1d3f5a7c9e",
                    "request": "desk-7f3a",
                    "policy": "9c1185a5c5e9fc54",
                    "purpose": _CASE["purpose"],
                    "case": _CASE["case"],
                    "count": 1,
                    "items": [
                        {
                            "waybill": "8d3b6f0a2c4e5d7f9a1b3c5d7e9f0a2b",
                            "outcome": "released",
                            "field": "/sender/phone",
                            "kind": "phone",
                        }
                    ],
                }
            ],
            "next": "5f1c0a9e27d34b68-412",
        },
    ),
    "make_checkpoint": Example(
        None,
        {
            "checkpoint": {
                "epoch": 1207,
                "at": 1795508460,
                "previous": "7d" * 32,
                "heads": [{"writer": "5f1c0a9e27d34b68", "number": 412, "link": "e3" * 32}],
            },
            "signature": "QWJj" * 21 + "QQ==",
        },
    ),
    "explain_problem": Example(
        None,
        {
            "code": "case-required",
            "status": 400,
            "title": {"en": "A case is required", "zh": "缺少工单"},
            "detail": {
                "en": "This purpose, or a waybill number instead of a token, requires an open case.",
                "zh": "该用途必须关联已生效的工单；用运单号代替令牌还原时也是如此。",
            },
            "remedy": {
                "en": "Send `case` with the number of an open case.",
                "zh": "请在 `case` 中填写已生效工单的编号。",
            },
        },
    ),
    "alive": Example(None, {"status": "alive"}),
    "ready": Example(None, {"status": "ready"}),
}
"""By the name of the operation. The document and its page are examples of themselves."""
