"""Examples of the operations on decoys."""

from typing import Final

from masking_service.web.examples.common import CASE, WAYBILL_NO, Example

EXAMPLES: Final[dict[str, Example]] = {
    "list_decoys": Example(
        None,
        {
            "decoys": [
                {
                    "waybill_no": WAYBILL_NO,
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
    "plant_decoys": Example({"waybills": [WAYBILL_NO], "kind": "phantom"}, {"planted": 1}),
    "remove_decoys": Example({"waybills": [WAYBILL_NO]}, {"planted": 0}),
    "hear_decoy": Example(
        {"phone": "13812345678"},
        {
            "waybills": [WAYBILL_NO],
            "heard": 3,
            "seen": [{"principal": CASE["officer"], "opened": 3, "viewed": 0, "last": "2026-11-24T08:20:00Z"}],
        },
    ),
}
