"""`python -m bench.unmapped`: what guarding members that no schema maps costs, as ratios of rates in one run.

The rate under ``guard`` is compared with the rate under ``pass``, batch by batch in turn, so that what else the machine
does falls on both.
"""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.figures import quotients, spread
from bench.waybills import Waybills
from masking_service.masking.effort import Effort
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.schemas import load_schemas
from tests.masking.standard import LABEL

BATCH = 500
ROUNDS = 60

MEMBERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "none": lambda _: {},
    "number, weight, note": lambda at: {"order_no": f"OD2026{at:08}", "weight": 1250 + at, "note": "放门卫即可"},
    "mobile, company, time": lambda at: {
        "mobile": f"138{at:08}",
        "receiver_name": "王小明",
        "created_at": 1764150000000 + at,
    },
    "goods, shop, site": lambda at: {
        "goods": [{"name": "图书", "sku": f"69012345{at:05}", "count": 2}],
        "shop": {"name": "某某旗舰店", "code": "S0210"},
        "site_code": "021001",
    },
    "receiver, order, time": lambda at: {
        "receiver": {"name": "王小明", "mobile": f"139{at:08}", "city": "上海市"},
        "order": {"no": f"OD2026{at:08}", "amount": "12.50"},
        "created_at": "2026-11-24 10:00:00",
    },
}


def took(masker: Masker, batch: list[Any]) -> float:
    """Seconds of the processor for one batch."""
    begun = time.process_time_ns()
    masker.mask_batch(batch, Effort())
    return (time.process_time_ns() - begun) / 1e9


def main() -> None:
    """Print a line for each set of members."""
    schema = load_schemas()["standard"]
    maskers = {mode: Masker(schema, _profile(mode)) for mode in ("pass", "guard")}
    supply = Waybills("UM", 1)
    gc.disable()
    for name, members in MEMBERS.items():
        seconds: dict[str, list[float]] = {mode: [] for mode in maskers}
        for _ in range(ROUNDS):
            records = supply.records(BATCH)
            for mode, masker in maskers.items():
                batch = [{**_copy(record), **members(at)} for at, record in enumerate(records)]
                seconds[mode].append(took(masker, batch))
        rates = {mode: BATCH / median(each) for mode, each in seconds.items()}
        ratio = spread(quotients(seconds["pass"], seconds["guard"]))
        print(f"{name:24} pass {rates['pass']:9,.0f}/s  guard {rates['guard']:9,.0f}/s  ratio {ratio}")


def _profile(mode: str) -> Profile:
    return Profile(LABEL.name, LABEL.label, LABEL.hide, LABEL.show_last, mode)


def _copy(record: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, dict) else value for key, value in record.items()}


if __name__ == "__main__":
    main()
