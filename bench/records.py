"""`python -m bench.records [--corpus DIR]`: how fast other records than the usual ones are masked, in this process.

Each kind of records takes turns with usual ones, batch by batch, so that what else the machine does falls on both. With
`--corpus` there are two more kinds, with the addresses of the public corpus of `bench.quality`: with new numbers each
time, and as they are.
"""

import argparse
import gc
import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import MIN_PAIRS, Measured, quotients, spread
from bench.quality import public
from bench.tables import RECORD_AIMS
from bench.waybills import KINDS, USUAL, Waybills, with_new_numbers
from masking_service.masking.effort import Effort
from masking_service.masking.records.record import Masker
from masking_service.masking.schemas import load_schemas
from tests.masking.standard import LABEL

BATCH = 500
BATCHES = 4
"""Of each kind in each round."""
PUBLIC, KNOWN_PUBLIC = "public corpus", "known of it"

Batch = list[dict[str, Any]]


def measure(rounds: int, folder: Path | None = None) -> dict[str, tuple[float, Measured]]:
    """By the kind of records: waybills a second, and the rate divided by that of usual records, round by round.

    Args:
        rounds: how many; one more warms up.
        folder: where a copy of the public corpus is.
    """
    supplies: dict[str, Callable[[], Batch]] = {kind: _supply(kind, at) for at, kind in enumerate(KINDS)}
    if folder is not None:
        supplies |= {PUBLIC: _public(folder, new=True), KNOWN_PUBLIC: _public(folder, new=False)}
    maskers = {kind: Masker(load_schemas()["standard"], LABEL) for kind in supplies}  # each caches its own kind
    rates: dict[str, list[float]] = {kind: [] for kind in supplies}
    gc.disable()
    try:
        for number in range(rounds + 1):
            for kind, supply in supplies.items():
                rate = BATCH * BATCHES / sum(_took(maskers[kind], supply()) for _ in range(BATCHES))
                if number:
                    rates[kind].append(rate)
            gc.collect()
    finally:
        gc.enable()
    return {kind: (median(found), quotients(found, rates[USUAL])) for kind, found in rates.items()}


def _took(masker: Masker, batch: Batch) -> float:
    """Seconds of the processor for one batch."""
    begun = time.process_time_ns()
    masker.mask_batch(batch, Effort())
    return (time.process_time_ns() - begun) / 1e9


def _supply(kind: str, seed: int) -> Callable[[], Batch]:
    waybills = Waybills(f"R{chr(65 + seed)}", seed, kind)
    return lambda: waybills.records(BATCH)


def _public(folder: Path, *, new: bool) -> Callable[[], Batch]:
    """Usual records, whose addresses are those of the public corpus, with `new` numbers or as they are."""
    texts = [text.text for text in public.load(folder)]
    drawn = random.Random(1)
    drawn.shuffle(texts)
    addresses, waybills = itertools.cycle(texts), Waybills("RP", 1)

    def batch() -> Batch:
        records = waybills.records(BATCH)
        for record in records:
            for side in ("sender", "recipient"):
                address = next(addresses)
                record[side]["address"] = with_new_numbers(address, drawn.random) if new else address
        return records

    return batch


def main() -> None:
    """Print a line for each kind of records."""
    parser = argparse.ArgumentParser(prog="python -m bench.records")
    parser.add_argument("--corpus", type=Path, help=f"a folder with {public.FILE} of the public corpus")
    asked = parser.parse_args()
    try:
        found = measure(MIN_PAIRS, asked.corpus)
    except public.OtherCorpusError as error:
        parser.error(str(error))
    for kind, (rate, ratio) in found.items():
        aim = f", at least {RECORD_AIMS[kind]}" if kind in RECORD_AIMS else ""
        print(f"{kind:15} {rate:9,.0f}/s  of usual ones {spread(ratio)}{aim}")


if __name__ == "__main__":
    main()
