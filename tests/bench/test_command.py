"""The command says what is missing, where the service is installed without what it is compared with."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from masking_service.cli import commands


def test_what_is_not_installed_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["masking_service.cli.bench"], "RIVALS", ("json", "nobody_has_this"))

    run = CliRunner().invoke(commands, ["bench", "--quick"])

    assert (run.exit_code, run.output) == (
        1,
        "Error: nobody_has_this not installed: make .venv/dev installs all that it needs\n",
    )
