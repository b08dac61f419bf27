"""`python -m bench.quality`: what the masks show that must be hidden, and what they hide that must stay."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from bench.quality import page, public
from bench.quality.contenders import TAGGER, WITHOUT_TAGGER
from bench.quality.measure import measure


def main() -> None:
    """Score, print, and save where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--corpus", type=Path, help=f"a folder with {public.FILE} of the public addresses")
    parser.add_argument("--lines", type=Path, help=f"a folder with {public.FILE} of the public lines")
    parser.add_argument("--every", type=int, default=1, help="take each text of so many, to be quick")
    parser.add_argument("--alone", action="store_true", help="score the service only")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--save", type=Path, help="the folder in which page and figures are written")
    wanted = parser.parse_args()
    try:
        figures = measure(wanted.corpus, wanted.lines, every=wanted.every, beside=not wanted.alone)
    except public.OtherCorpusError as error:
        parser.error(str(error))
    if wanted.save:
        page.save(figures, wanted.save)
    if wanted.json:
        print(msgspec.json.encode(figures).decode())
        return
    for table in (page.aims, page.beside, page.forms, page.examples):
        print(table(figures), end="\n\n")
    if not wanted.alone and TAGGER not in figures.scores:
        print(WITHOUT_TAGGER)


if __name__ == "__main__":
    main()
