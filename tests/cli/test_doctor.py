"""`doctor`: it says in words what is wrong with the store, and how to fix it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import yaml
from click.testing import CliRunner, Result

from keys.files import write_secret_file
from masking_service.cli import commands
from masking_service.dev.development import Development
from masking_service.dev.embedded import DURABLE
from masking_service.shipped import ROOT
from tests.store.stores import ask
from tests.ticket_systems import KEY, ticket_system


@pytest.fixture
def folder(valkey: str, tmp_path: Path) -> Path:
    with Development({"MASKING_STATE_DIR": str(tmp_path / "dev"), "MASKING_REDIS_URL": valkey}):
        return tmp_path / "dev"


@pytest.fixture
def lossy(client: redis.Redis) -> Iterator[None]:
    """A server that syncs once a second."""
    ask(client, "CONFIG", "SET", "appendfsync", "everysec")
    yield
    ask(client, "CONFIG", "SET", "appendfsync", dict(DURABLE)["appendfsync"])


def doctor(folder: Path, url: str, **environment: str) -> Result:
    return CliRunner().invoke(
        commands, ["doctor", "--state-dir", str(folder)], env={"MASKING_REDIS_URL": url, **environment}
    )


def lines(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_sound_set_up_passes(folder: Path, valkey: str) -> None:
    result = doctor(folder, valkey)

    assert (result.exit_code, "✗" in result.output) == (0, False)


def test_a_setting_that_loses_data_is_named_with_the_commands_that_fix_it(
    folder: Path, valkey: str, lossy: None
) -> None:
    result = doctor(folder, valkey)

    assert result.exit_code == 1
    assert "CONFIG SET appendfsync always, then CONFIG REWRITE" in lines(result)


def test_what_could_be_better_where_replicas_are_wanted_is_said(folder: Path, valkey: str) -> None:
    result = doctor(folder, valkey, MASKING_REDIS_REPLICAS="1")

    assert "CONFIG SET min-replicas-to-write 1, then CONFIG REWRITE" in lines(result)


@pytest.mark.parametrize(("answers", "said"), [(True, "✓ ticket system answers"), (False, "no signed answer within")])
def test_the_ticket_system_is_asked(folder: Path, valkey: str, tmp_path: Path, answers: bool, said: str) -> None:
    document = yaml.safe_load((ROOT / "policy.yaml").read_text("utf-8"))
    write_secret_file(tmp_path / "check.key", KEY, replace=False)
    with ticket_system() as system:
        system.fails = not answers
        document["cases"]["check"] = {
            "url": system.url,
            "key": "check.key",
            "on_failure": "refuse",
            "again_after": "15m",
        }
        (tmp_path / "policy.yaml").write_text(yaml.safe_dump(document), "utf-8")
        result = doctor(folder, valkey, MASKING_POLICY=str(tmp_path / "policy.yaml"))

    assert said in lines(result)
    assert (result.exit_code == 0) == answers
    assert system.asked == ["doctor"]


def test_the_stores_password_is_not_shown(folder: Path, valkey: str) -> None:
    password = valkey.removeprefix("unix://:").partition("@")[0]

    assert password not in doctor(folder, valkey).output


def test_a_store_that_does_not_answer_is_a_fault_in_words(folder: Path, tmp_path: Path) -> None:
    result = doctor(folder, f"unix://{tmp_path}/missing.sock")

    assert "the store does not answer (connection)" in lines(result)


def test_the_address_of_alerts_is_not_shown_and_their_key_is_looked_at(
    folder: Path, valkey: str, tmp_path: Path
) -> None:
    key = tmp_path / "alert.key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    alerts = {"MASKING_ALERT_URL": "https://alerts.example.com/s3cret", "MASKING_ALERT_KEY_FILE": str(key)}
    open_to_all = doctor(folder, valkey, **alerts)
    key.chmod(0o600)
    result = doctor(folder, valkey, **alerts)

    assert "s3cret" not in open_to_all.output
    assert (open_to_all.exit_code, "✗ key of alerts" in open_to_all.output) == (1, True)
    assert (result.exit_code, "✓ key of alerts" in result.output) == (0, True)


def test_without_the_development_store_make_run_is_named(folder: Path, valkey: str) -> None:
    assert "the development store is not running: `make run` starts it" in lines(doctor(folder, ""))


def test_an_address_that_is_not_served_is_reported(folder: Path, valkey: str) -> None:
    (folder / "address").write_text("http://127.0.0.1:1\n")

    assert "served at http://127.0.0.1:1, not ready: nothing answers" in lines(doctor(folder, valkey))
