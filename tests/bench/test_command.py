"""Tests that `bench` names the packages that are not installed."""

import pytest
from click.testing import CliRunner

from masking_service.cli import bench, commands


def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "NEEDED", ("json", "not_installed"))

    run = CliRunner().invoke(commands, ["bench", "--quick"])

    assert (run.exit_code, run.output) == (
        1,
        "Error: not_installed not installed: make .venv/dev installs all that it needs\n",
    )
