"""Examples of the operations on calls.

The number is invented.
"""

from typing import Final

from masking_service.http.examples.common import CASE, WAYBILL_NO, Example

CALL: Final = "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh"

EXAMPLES: Final[dict[str, Example]] = {
    "make_call": Example(
        {"waybill_no": WAYBILL_NO, "field": "/recipient/phone", "case": CASE["case"]},
        {"call": CALL, "dial": "700000000000001", "extension": None, "expires_at": "2026-11-24T08:50:00Z"},
    ),
    "end_call": Example(None, {"call": CALL, "ended": True}),
    "take_call_records": Example(
        {"records": [{"ref": CALL, "id": "5f1c0a9e27d34b68", "at": 1795940460, "seconds": 0, "answered": False}]},
        {"taken": 1},
    ),
}
