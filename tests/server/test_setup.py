"""A wrong set-up ends gunicorn's master before it starts a worker, with the status that systemd does not retry."""

from pathlib import Path

import pytest

from masking_service.server.serving import SETUP_STATUS
from masking_service.server.setup import check_setup
from masking_service.shipped import ROOT
from tests.e2e.processes import DESK, run_gunicorn


@pytest.mark.parametrize("workers", ["1", "2", "4"])
def test_gunicorn_without_keys_ends_before_it_starts_a_worker(workers: str, tmp_path: Path) -> None:
    ran = run_gunicorn(MASKING_STATE_DIR=str(tmp_path), MASKING_WORKERS=workers, MASKING_BIND="127.0.0.1:0")

    assert ran.returncode == SETUP_STATUS
    assert ran.stderr.count("cannot start") == 1
    assert "Booting worker" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_desk_without_settings_ends_with_the_same_status() -> None:
    ran = run_gunicorn(DESK, MASKING_CONSOLE_BIND="127.0.0.1:0")

    assert ran.returncode == SETUP_STATUS
    said, *gunicorns = ran.stderr.splitlines()
    assert said == "MASKING_CONSOLE_URL is not set: see docs/desk.md for what it holds"
    assert [line for line in gunicorns if "Shutting down" not in line and f"code {SETUP_STATUS}" not in line] == [
        line for line in gunicorns if "Reason:" in line
    ]


@pytest.mark.parametrize("unit", ["masking.service", "masking-desk.service"])
def test_systemd_does_not_start_a_wrong_set_up_again(unit: str) -> None:
    assert f"\nRestartPreventExitStatus={SETUP_STATUS}\n" in (ROOT / "deploy" / unit).read_text()


def test_a_set_up_that_loads_is_loaded_outside_this_process() -> None:
    loaded: list[bool] = []

    check_setup(lambda: loaded.append(True))

    assert loaded == []
