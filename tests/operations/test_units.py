"""systemd accepts the units in deploy/ and rates them as safe."""

from pathlib import Path

import pytest

from tests import programs
from tests.every import every

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = (
    "masking.service",
    "masking-witness.service",
    "masking-archive.service",
    "masking-desk.service",
    "masking-lookout.service",
)
MAX_EXPOSURE = 15
"""Of 100, as systemd rates it; a unit without any restriction has 96."""


def analyze(*arguments: str | Path) -> programs.Ended:
    return programs.run(programs.path_of("systemd-analyze"), *arguments)


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_in_it(name: str, tmp_path: Path) -> None:
    """Uses an existing program, because the service is not installed here."""
    text = (DEPLOY / name).read_text().replace("/opt/masking/venv/bin/python", "/bin/true")
    (tmp_path / name).write_text(text)
    done = analyze("verify", "--man=no", tmp_path / name)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_setting_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "masking.service").write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")

    assert "ProtectSytem" in analyze("verify", "--man=no", tmp_path / "masking.service").stderr


@every("name", UNITS)
def test_what_it_allows_is_rated_as_safe(name: str) -> None:
    done = analyze("security", "--offline=true", f"--threshold={MAX_EXPOSURE}", DEPLOY / name)

    assert done.returncode == 0, done.stdout


def test_the_rating_tells_a_unit_that_protects_nothing(tmp_path: Path) -> None:
    (tmp_path / "open.service").write_text("[Service]\nExecStart=/bin/true\n")

    assert (
        analyze("security", "--offline=true", f"--threshold={MAX_EXPOSURE}", tmp_path / "open.service").returncode != 0
    )


@every("name", UNITS)
def test_it_gives_every_right_up(name: str) -> None:
    lines = (DEPLOY / name).read_text().splitlines()

    assert {"CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "LimitCORE=0"} <= {
        *lines
    }
