"""The desk's settings: what is missing or insecure is refused by name."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from masking_console.settings import DEVELOPMENT_ISSUER, Settings, SettingsError
from tests.certificates import Authority

ROOT = Path(__file__).parents[2]


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    for name, content in (("key", "ab" * 32), ("secret", "s3cret")):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o600)
    return {
        "MASKING_CONSOLE_URL": "https://desk.example.com",
        "MASKING_CONSOLE_SERVICE_URL": "https://masking.example.com",
        "MASKING_CONSOLE_REDIS_URL": "redis://127.0.0.1/1",
        "MASKING_CONSOLE_SESSION_KEY": str(tmp_path / "key"),
        "MASKING_CONSOLE_ISSUER": "https://login.example.com",
        "MASKING_CONSOLE_CLIENT_ID": "desk",
        "MASKING_CONSOLE_CLIENT_SECRET": str(tmp_path / "secret"),
    }


def test_a_whole_set_is_read(given: dict[str, str]) -> None:
    settings = Settings.read(given)

    assert settings.redirect_uri == "https://desk.example.com/callback"
    assert settings.metadata_url == "https://login.example.com/.well-known/openid-configuration"
    assert "s3cret" not in repr(settings)
    assert "ababab" not in repr(settings)


def test_addresses_are_written_as_browsers_and_proofs_write_them(given: dict[str, str]) -> None:
    given["MASKING_CONSOLE_URL"] = "https://Desk.example.com:443/"
    given["MASKING_CONSOLE_SERVICE_URL"] = "http://[::1]:8080"

    settings = Settings.read(given)

    assert (settings.url, settings.service_url) == ("https://desk.example.com", "http://[::1]:8080")


@pytest.mark.parametrize(
    "name", ["URL", "SERVICE_URL", "REDIS_URL", "SESSION_KEY", "ISSUER", "CLIENT_ID", "CLIENT_SECRET"]
)
def test_a_missing_setting_is_named(given: dict[str, str], name: str) -> None:
    del given[f"MASKING_CONSOLE_{name}"]

    with pytest.raises(SettingsError, match=f"MASKING_CONSOLE_{name}"):
        Settings.read(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "http://desk.example.com"),
        ("URL", "https://desk.example.com/path"),
        ("URL", "https://desk.example.com:port"),
        ("SERVICE_URL", "https://user@masking.example.com"),
        ("SERVICE_URL", "http://masking.example.com"),
        ("ISSUER", "http://login.example.com"),
        ("ISSUER", DEVELOPMENT_ISSUER),
        ("SESSION_KEY", "/nonexistent"),
        ("REDIS_CA", "/nonexistent"),
        ("ISSUER_CA", "/nonexistent"),
        ("SERVICE_CA", "/dev/null"),
    ],
)
def test_an_insecure_setting_is_refused(given: dict[str, str], name: str, value: str) -> None:
    given[f"MASKING_CONSOLE_{name}"] = value

    with pytest.raises(SettingsError, match="MASKING_CONSOLE_"):
        Settings.read(given)


def test_a_session_key_of_the_wrong_length_is_refused(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("ab" * 31)

    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        Settings.read(given)


def test_a_development_desk_has_a_loopback_address(given: dict[str, str]) -> None:
    given |= {
        "MASKING_CONSOLE_ISSUER": DEVELOPMENT_ISSUER,
        "MASKING_CONSOLE_ISSUER_METADATA": "http://127.0.0.1:1/.well-known/openid-configuration",
    }

    with pytest.raises(SettingsError, match="loopback"):
        Settings.read(given, development=True)


@pytest.mark.parametrize("name", ["REDIS_CA", "ISSUER_CA", "SERVICE_CA"])
def test_each_server_has_a_setting_for_its_authorities(given: dict[str, str], tmp_path: Path, name: str) -> None:
    file = Authority(tmp_path).file
    given |= {f"MASKING_CONSOLE_{name}": str(file), "MASKING_CONSOLE_REDIS_URL": "rediss://127.0.0.1/1"}

    settings = Settings.read(given)

    read = {"REDIS_CA": settings.redis_ca, "ISSUER_CA": settings.issuer_ca, "SERVICE_CA": settings.service_ca}
    assert read == dict.fromkeys(read) | {name: file}


def test_a_store_without_encryption_has_no_authority(given: dict[str, str], tmp_path: Path) -> None:
    given["MASKING_CONSOLE_REDIS_CA"] = str(Authority(tmp_path).file)

    with pytest.raises(SettingsError, match="rediss://"):
        Settings.read(given)


def test_the_example_of_the_page_is_a_whole_set(given: dict[str, str], tmp_path: Path) -> None:
    (example,) = re.findall(r"```ini\n(.*?)```", (ROOT / "docs" / "desk.md").read_text("utf-8"), re.DOTALL)
    read = dict(line.split("=", 1) for line in example.splitlines())
    authority = str(Authority(tmp_path).file)
    files = {name: authority for name in read if name.endswith("_CA")}
    files |= {name: given[name] for name in read if name.endswith(("_KEY", "_SECRET"))}

    settings = Settings.read(read | files)

    assert [name for name, value in read.items() if value.startswith("/")] == [name for name in read if name in files]
    assert {settings.redis_ca, settings.issuer_ca, settings.service_ca} == {Path(authority)}


def test_the_desk_is_served_by_one_process_that_logs_no_path_and_bounds_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASKING_CONSOLE_BIND", "127.0.0.1:9000")
    monkeypatch.delenv("MASKING_CONSOLE_METRICS_BIND", raising=False)

    run = runpy.run_path(str(ROOT / "masking_console" / "gunicorn_conf.py"))

    assert {name: value for name, value in run.items() if name[0] != "_" and name not in ("os", "addresses")} == {
        "bind": ["127.0.0.1:9000"],
        "worker_class": "gthread",
        "workers": 1,
        "threads": 24,
        "timeout": 30,
        "graceful_timeout": 10,
        "keepalive": 20,
        "limit_request_line": 4_094,
        "limit_request_fields": 60,
        "limit_request_field_size": 16_384,
        "accesslog": None,
        "logger_class": "masking_service.observability.server_log.ServerLog",
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
    }
