"""`incident open`, `status` and `close`: the clock on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.e2e.processes import invoke


@pytest.fixture
def run(development: Path, valkey: str) -> Callable[..., Result]:
    """Runs a command on incidents."""

    def command(*arguments: str) -> Result:
        return invoke("incident", *arguments, "--state-dir", development, MASKING_REDIS_URL=valkey)

    return command


def words(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_an_incident_is_opened_noted_and_closed(run: Callable[..., Result], tmp_path: Path) -> None:
    opened = words(run("open", "I-1", "--leak", "sold list", "--country", "cn", "--country", "kr"))
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "manifest.json").write_text("{}")
    noted = words(
        run("status", "I-1", "--persons", "2000000", "--reported", "cn/first-report", "--pack", str(tmp_path / "pack"))
    )
    forms = words(run("status", "I-1", "--forms", str(tmp_path / "forms")))
    closed = words(run("close", "I-1"))

    assert "cn/first-report" in opened
    assert "min left" in opened
    assert "cn: major" in noted
    assert (tmp_path / "forms" / "I-1-kr.md").read_text("utf-8").startswith("# 개인정보 유출등 신고서")
    assert "manifest.json SHA-256" in (tmp_path / "forms" / "I-1-cn.md").read_text("utf-8")
    assert "I-1-kr.md" in forms
    assert ", closed " in closed


def test_what_is_wrong_is_said_in_words(run: Callable[..., Result]) -> None:
    run("open", "I-1", "--leak", "x", "--country", "eu")

    for arguments, said in (
        (("open", "I-1", "--leak", "x", "--country", "eu"), "was opened before"),
        (("status", "I-9"), "there is no incident of this name"),
        (("status", "I-1", "--reported", "cn/first-report"), "/reported: a duty of this incident, COUNTRY/DUTY"),
        (("status", "--persons", "1"), "name the incident"),
        (
            ("open", "I-2", "--leak", "x", "--country", "eu", "--found", "2099-01-01T00:00:00Z"),
            "/found_at: a time that is past, such as",
        ),
        (("open", "I 2", "--leak", "x", "--country", "eu"), "/incident: 1 to 64 of"),
        (("open", "I-2", "--leak", "x", "--country", "eu", "--tenant", "East"), "a tenant is 1 to 64 of"),
        (("status", "I-1", "--pack", "."), "has no manifest.json"),
    ):
        refused = run(*arguments)
        assert (refused.exit_code in (1, 2), said in refused.output) == (True, True), (arguments, refused.output)
