"""`python -m bench.warehouse [--save docs]`: how fast tables are masked, and what permits for pseudonyms cost and give.

Rates are rows a second of one process, by the time of its processor, for a number, a name, a phone, an address and a
remark. Masks and pseudonyms take turns, batch by batch. Who can be singled out is counted on invented people who get
parcels as regular customers do.
"""

import argparse
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

import matplotlib as mpl
import pyarrow as pa

mpl.use("svg")

from matplotlib import pyplot as plt

from bench.plots import SETTINGS
from bench.waybills import USUAL, Waybills
from masking_service.arrow import Permit, Plan, mask

ROWS: Final = 10_000
"""Of a batch, as Spark makes them."""
ROUNDS: Final = 7
PLAIN: Final = ("", "放门卫", "请放驿站", "易碎品轻拿轻放", "送货上门", "工作日送", "放前台", "请打电话", "放门口")
"""Remarks without anything personal, as most parcels have one, or none."""

PEOPLE, DISTRICTS, DAYS = 20_000, 100, 365
PARCELS: Final = (4, 12, 40)
"""Of a person in a year: a quarter of them each has few and many, half of them the middle."""


def tables(share: float) -> Iterator[pa.RecordBatch]:
    """Batches of rows, of which this share has a remark with a name and a phone; each row once only."""
    usual, personal, draw = Waybills("WA", 1, USUAL), Waybills("WB", 2, "remarks"), random.Random(3)
    while True:
        rows = []
        for _ in range(ROWS):
            record = usual.record()
            party = record["recipient"]
            remark = personal.record()["remark"] if draw.random() < share else draw.choice(PLAIN)
            rows.append(
                {
                    "运单号": record["waybill_no"],
                    "收件人": party["name"],
                    "电话": party["phone"],
                    "地址": party["address"],
                    "备注": remark,
                }
            )
        yield pa.RecordBatch.from_pylist(rows)


def rates(share: float, plans: Mapping[str, Plan]) -> dict[str, float]:
    """Rows a second of each plan."""
    batches, took = tables(share), defaultdict[str, list[float]](list)
    for number, (name, plan) in itertools.product(range(ROUNDS), plans.items()):
        batch = next(batches)
        begun = time.process_time()
        mask(batch, plan)
        if number:
            took[name].append(time.process_time() - begun)
    return {name: ROWS / median(seconds) for name, seconds in took.items()}


def singled_out(known: int, rng: random.Random, lives: Sequence[Sequence[tuple[int, int]]]) -> float:
    """The share of people whom so many known parcels (day and district) single out among pseudonyms of one permit."""
    index: dict[tuple[int, int], set[int]] = defaultdict(set)
    for person, parcels in enumerate(lives):
        for parcel in parcels:
            index[parcel].add(person)
    asked = [person for person in rng.sample(range(len(lives)), 1_000) if len(lives[person]) >= known]
    found = 0
    for person in asked:
        some = rng.sample(lives[person], known)
        found += set.intersection(*(index[parcel] for parcel in some)) == {person}
    return found / len(asked)


def lives(rng: random.Random) -> list[list[tuple[int, int]]]:
    """A year of each person: day and district of every parcel. Nine in ten parcels come home."""
    made = []
    for _ in range(PEOPLE):
        home, count = rng.randrange(DISTRICTS), PARCELS[rng.choice((0, 1, 1, 2))]
        days = rng.sample(range(DAYS), count)
        made.append([(day, home if rng.random() < 0.9 else rng.randrange(DISTRICTS)) for day in days])
    return made


def plans() -> dict[str, Plan]:
    """What is compared: masks alone, and with pseudonyms."""
    columns = {"收件人": "name", "电话": "phone", "地址": "address", "备注": "text"}
    permits = {
        "masks": None,
        "a permit for phones": Permit("p", date(2999, 1, 1), frozenset({"phone"}), bytes(32)),
        "a permit for phones and names": Permit("p", date(2999, 1, 1), frozenset({"phone", "name"}), bytes(32)),
    }
    return {name: Plan(columns, pseudonym=permit) for name, permit in permits.items()}


def draw(found: Mapping[str, float], out: Mapping[int, float], path: Path) -> None:
    """Draw what a permit costs and what it does not give."""
    with mpl.rc_context(SETTINGS):
        figure, panels = plt.subplots(1, 2, figsize=(9, 3.2))
        panels[0].barh([*found], [*found.values()], color="#0b6e4f", height=0.5)
        panels[0].set(title="what it costs", xlabel="rows a second of one core")
        panels[0].invert_yaxis()
        attacks = {
            "guesses numbers, after its end": 0.0,
            "joins another permit": 0.0,
            "joins the same permit": 1.0,
        }
        labels = [*attacks, *(f"knows {known} parcels" if known > 1 else "knows 1 parcel" for known in out)]
        panels[1].barh(labels, [100 * one for one in (*attacks.values(), *out.values())], color="#4a6fa5", height=0.5)
        panels[1].set(title="what it gives, and what not", xlabel="% of people found or singled out", xlim=(0, 100))
        panels[1].invert_yaxis()
        figure.tight_layout()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def main() -> None:
    """Print the figures, and draw the picture of a permit with --save."""
    parser = argparse.ArgumentParser(prog="python -m bench.warehouse")
    parser.add_argument("--save", type=Path, help="the folder of the documents")
    asked = parser.parse_args()
    masks: dict[str, Any] = {"masks": plans()["masks"]}
    for share in (0, 0.1, 0.3, 1):
        print(f"{share:4.0%} of the remarks with a name and a phone: {rates(share, masks)['masks']:9,.0f} rows/s")
    found = rates(0.1, plans())
    print(*(f"{name}: {rate:,.0f} rows/s" for name, rate in found.items()), sep="\n")
    rng = random.Random(4)
    years = lives(rng)
    out = {known: singled_out(known, rng, years) for known in (1, 2, 3, 4)}
    print(*(f"{known} known parcels single out {share:.1%}" for known, share in out.items()), sep="\n")
    counts = Counter(map(len, years))
    print(f"{len(years):,} people, {sum(size * people for size, people in counts.items()):,} parcels")
    if asked.save is not None:
        draw(found, out, asked.save / "arrow" / "permit.svg")


if __name__ == "__main__":
    main()
