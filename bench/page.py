"""`python -m bench.page`: makes docs/benchmarks.md and its pictures of the saved figures once more, measuring nothing.

What it writes it makes of the figures and of `page.md` alone; a test holds the
documents to it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

import msgspec

from bench.contenders import ROOT
from bench.figures import Figures
from bench.marked import put_between
from bench.tables import TABLES, bare_rates, headline, shards

DOCS = ROOT / "docs"
FIGURES = "benchmarks/figures.json"
QUICK = "**A quick run: it proves that everything works, and its figures mean nothing.**\n\n"
FED = {
    "scaling.md": {"bench:rates": bare_rates, "bench:shards": shards},
    "../README.md": {"bench:headline": headline},
}
"""Other documents that show tables of the run, between two comments each."""


def page(figures: Figures) -> str:
    """docs/benchmarks.md."""
    text = Template(Path(__file__).with_name("page.md").read_text())
    tables = {name: table(figures) for name, table in TABLES.items()}
    return text.substitute(tables, line=figures.machine.line, note=QUICK if figures.quick else "")


def fed(document: str, figures: Figures, tables: Mapping[str, Callable[[Figures], str]]) -> str:
    """A document with those tables in their places."""
    for name, table in tables.items():
        document = put_between(document, name, f"{table(figures)}\n\n{figures.machine.line}.")
    return document


def save(figures: Figures, folder: Path) -> None:
    """Write figures, pictures and page, and feed those other documents that are there."""
    from bench import plots  # here, because matplotlib takes a second to import

    plots.draw(figures, folder / "benchmarks")
    content = msgspec.json.format(msgspec.json.encode(figures), indent=1)
    (folder / FIGURES).write_bytes(content + b"\n")
    (folder / "benchmarks.md").write_text(page(figures))
    for name, tables in FED.items():
        path = folder / name
        if path.exists():
            path.write_text(fed(path.read_text(), figures, tables))


def saved(folder: Path = DOCS) -> Figures:
    """The figures of the run that `folder` shows."""
    return msgspec.json.decode((folder / FIGURES).read_bytes(), type=Figures)


if __name__ == "__main__":
    save(saved(), DOCS)
