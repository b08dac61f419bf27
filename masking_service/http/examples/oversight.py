"""Examples of the operations that watch over people."""

from typing import Final

from masking_service.http.examples.common import CASE, FREEZE, Example

DECOY_NO: Final = "YT8800299999999"
"""No other example names it: naming it would freeze the reader who tries them."""

EXAMPLES: Final[dict[str, Example]] = {
    "list_frozen": Example(None, {"principals": [FREEZE]}),
    "freeze_principal": Example({"why": FREEZE["why"]}, FREEZE | {"frozen": True}),
    "thaw_principal": Example(None, {"id": FREEZE["id"], "frozen": False}),
    "read_activity": Example(
        None,
        {
            "principals": [
                {
                    "principal": CASE["officer"],
                    "roles": ["dispute-officer"],
                    "fields": {"1m": 3, "1h": 12, "1d": 40},
                    "full_views": {"1m": 0, "1h": 0, "1d": 0},
                    "cases": {"1m": 0, "1h": 0, "1d": 0},
                    "refusals": {"1m": 0, "1h": 1, "1d": 1},
                    "limits": {"fields": {"1m": 20, "1h": 60, "1d": 150, "30d": 1000}, "refusals": {"1m": 200}},
                    "frozen": None,
                }
            ],
            "listed": [
                {
                    "principal": CASE["officer"],
                    "at": "2026-11-23T22:03:11Z",
                    "total": 8.0,
                    "frozen": False,
                    "reasons": [
                        {
                            "signal": "pair",
                            "en": "opened 9 of 11 cases that wang opened; expected 1.4",
                            "zh": "wang 所建的 11 张工单中有 9 张由其还原；按独立分布应为 1.4 张",
                        }
                    ],
                }
            ],
            "since": "2026-11-23T08:20:00Z",
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
                    "principal": CASE["officer"],
                    "role": "dispute-officer",
                    "tenant": "2f9a4c6e8b0d1f3a5c7e9b1d3f5a7c9e",
                    "request": "desk-7f3a",
                    "policy": "9c1185a5c5e9fc54",
                    "purpose": CASE["purpose"],
                    "case": CASE["case"],
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
    "sum_audit": Example(
        None,
        {"sums": [{"at": "2026-11-24T08:00:00Z", "by": CASE["officer"], "fields": 3, "full_views": 0, "refusals": 1}]},
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
    "list_decoys": Example(
        None,
        {
            "decoys": [
                {
                    "waybill_no": DECOY_NO,
                    "kind": "phantom",
                    "planted_at": "2026-11-24T08:00:00Z",
                    "planted_by": "staff/privacy-1",
                    "hits": 1,
                    "last_hit": "2026-11-24T08:20:00Z",
                    "heard_at": None,
                }
            ]
        },
    ),
    "plant_decoys": Example({"waybills": [DECOY_NO], "kind": "phantom"}, {"planted": 1}),
    "remove_decoys": Example({"waybills": [DECOY_NO]}, {"planted": 0}),
    "hear_decoy": Example(
        {"phone": "13812345678"},
        {
            "waybills": [DECOY_NO],
            "heard": 3,
            "seen": [{"principal": CASE["officer"], "opened": 3, "viewed": 0, "last": "2026-11-24T08:20:00Z"}],
        },
    ),
}
