"""Runs the code of the pages on columns and engines, and compares what it prints."""

import re
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT

BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "docs" / "arrow.md", *(ROOT / "docs" / "arrow" / f"{engine}.md" for engine in ("duckdb", "polars"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_prints_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = BLOCK.findall(page.read_text("utf-8"))
    code = "\n".join(text for kind, text in blocks if kind == "python")
    said = "".join(text for kind, text in blocks if kind == "text")

    monkeypatch.chdir(tmp_path)
    exec(code, {"__name__": "__main__"})  # noqa: S102  # the page's own

    assert said
    assert capsys.readouterr().out == said
