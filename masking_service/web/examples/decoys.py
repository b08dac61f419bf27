"""Examples of the operations on decoys."""

from typing import Final

from masking_service.web.examples.common import CASE, Example

DECOY_NO: Final = "YT8800299999999"
"""No other example names it: naming it would freeze the reader who tries them."""

EXAMPLES: Final[dict[str, Example]] = {
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
