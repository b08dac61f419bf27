"""Files of waybill numbers that commands read."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from masking_service.cli.numbers import numbers_in
from tests.web.api import NUMBER


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_numbers_in_another_encoding_are_refused_in_words(tmp_path: Path, encoding: str) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(f"{NUMBER}\n运单号\n", encoding)

    with numbers.open(encoding="utf-8-sig") as file, pytest.raises(click.UsageError, match="is not UTF-8"):
        list(numbers_in(file))
