"""deploy/masking.sh passes on the settings of the file unchanged: no value is executed, and none is lost."""

import os
from pathlib import Path

import pytest

from tests import programs

SCRIPT = Path(__file__).parents[2] / "deploy" / "masking.sh"


def called(settings: str, folder: Path, *arguments: str, **caller: str) -> programs.Ended:
    """The script over these settings. What it starts as the service's user prints its environment and arguments.

    `caller` is set in the environment of the caller.
    """
    (folder / "bin").mkdir()
    (folder / "bin" / "runuser").write_text('#!/bin/sh\nenv\nprintf "%s\\n" "$@"\n')
    (folder / "bin" / "runuser").chmod(0o755)
    (folder / "service.env").write_text(settings)
    text = SCRIPT.read_text()
    for theirs, ours in (("/etc/masking/service.env", folder / "service.env"), ("/opt/masking/app", folder)):
        assert theirs in text
        text = text.replace(theirs, str(ours))
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **caller}
    return programs.run("sh", "-c", text, "masking", *arguments, cwd=folder, env=environment)


@pytest.mark.parametrize(
    "value",
    [
        "redis+sentinel://h1:26379,h2:26379/mymaster?a=b&x=1",
        "$(touch x)",
        "`touch x`",
        "rediss://waybill:a;touch x@redis.example:6380/0",
        '$HOME and #7, it\'s "*"',
        "",
    ],
)
def test_a_value_is_passed_on_unchanged(value: str, tmp_path: Path) -> None:
    done = called(f"MASKING_REDIS_URL={value}\nMASKING_WORKERS=2\n", tmp_path)

    assert done.returncode == 0, done.stderr
    assert {f"MASKING_REDIS_URL={value}", "MASKING_WORKERS=2"} <= set(done.stdout.splitlines())
    assert not (tmp_path / "x").exists()


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    assert "MASKING_WORKERS=2" in called("MASKING_WORKERS=2", tmp_path).stdout.splitlines()


def test_what_is_no_setting_is_passed_over(tmp_path: Path) -> None:
    done = called("# MASKING_A=1\n\n; B=2\ntouch x\ntouch x; C=3\nMASKING_WORKERS=2\n", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert not {"MASKING_A=1", "B=2", "C=3"} & set(done.stdout.splitlines())
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("value", ['"in quotation marks"', "'in quotation marks'", "a\\b", "goes on \\\nhere"])
def test_a_value_that_systemd_reads_otherwise_is_refused_by_its_name_alone(value: str, tmp_path: Path) -> None:
    done = called(f"MASKING_REDIS_URL={value}\n", tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "MASKING_REDIS_URL" in done.stderr
    assert value not in done.stderr


def test_what_the_caller_sets_counts_instead(tmp_path: Path) -> None:
    printed = called("MASKING_REDIS_URL=redis://service\nMASKING_WORKERS=2\n", tmp_path, MASKING_REDIS_URL="redis://me")

    assert {"MASKING_REDIS_URL=redis://me", "MASKING_WORKERS=2"} <= set(printed.stdout.splitlines())


def test_it_stays_in_the_callers_folder_and_takes_no_module_from_it(tmp_path: Path) -> None:
    printed = called("", tmp_path, "policy", "check", "policy.yaml").stdout.splitlines()

    assert f"PWD={tmp_path}" in printed
    assert f"PYTHONPATH={tmp_path}" in printed  # in the test, for /opt/masking/app
    assert printed[-6:] == ["-P", "-m", "masking_service", "policy", "check", "policy.yaml"]


def test_the_file_of_the_settings_is_named_so_that_doctor_can_check_its_mode(tmp_path: Path) -> None:
    assert f"MASKING_ENVIRONMENT_FILE={tmp_path / 'service.env'}" in called("", tmp_path).stdout.splitlines()


def test_its_arguments_go_to_the_command_line(tmp_path: Path) -> None:
    printed = called("", tmp_path, "keys", "a b").stdout.splitlines()

    assert printed[-4:] == ["-m", "masking_service", "keys", "a b"]
