"""Runs the code of the pages on columns and engines, and compares what it prints."""

import re
import sys
from pathlib import Path

import pytest

from tests import programs
from tests.e2e.processes import ROOT

BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "docs" / "arrow.md", *(ROOT / "docs" / "arrow" / f"{engine}.md" for engine in ("duckdb", "polars"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    blocks = BLOCK.findall(page.read_text("utf-8"))
    code = "\n".join(text for kind, text in blocks if kind == "python")
    said = "".join(text for kind, text in blocks if kind == "text")

    printed = programs.output(sys.executable, "-c", code, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})

    assert said
    assert printed == said
