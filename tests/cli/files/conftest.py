"""A table of one waybill."""

from pathlib import Path

import pytest

from tests.cli.files.runs import TABLE


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(TABLE)
    return path
