"""How the desk is served, and the parts of a development desk: a folder, secrets that are kept, and an issuer."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import filemode
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from masking_console import __main__ as command
from masking_console.__main__ import DevelopmentDesk
from masking_console.settings import DEVELOPMENT_ISSUER, Settings, SettingsError
from masking_service.dev import child, embedded
from masking_service.shipped import ROOT

URL, SERVICE = "http://127.0.0.1:8081", "http://127.0.0.1:8080"


class Children:
    """A mock of the store and the issuer: it notes what is started and ended."""

    def __init__(self, *, lives: bool = True) -> None:
        self.status = None if lives else 1
        self.noted: list[Any] = []

    def start(self, argv: list[str], folder: Path, log: Path, *, env: dict[str, str]) -> Any:
        self.noted.append((argv, folder, log, bool(env)))
        return SimpleNamespace(poll=lambda: self.status)

    def end(self, _: object) -> None:
        self.noted.append("the issuer ends")

    def store(self, folder: Path) -> Any:
        def note(what: str) -> Any:
            return lambda: self.noted.append(f"{folder.name}: {what}")

        return SimpleNamespace(start=note("starts"), stop=note("stops"), url="redis://127.0.0.1:6379")


def with_children(monkeypatch: pytest.MonkeyPatch, children: Children) -> Children:
    monkeypatch.setattr(embedded, "EmbeddedServer", children.store)
    monkeypatch.setattr(child, "start_child", children.start)
    monkeypatch.setattr(child, "end_child", children.end)
    return children


def test_a_development_desk_is_made_of_its_folder_and_keeps_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "a" / "state"
    folder = state / "desk"
    secret, key = folder / "client-secret", folder / "session-key"
    kept: list[tuple[Settings, bytes, bytes]] = []
    for _ in range(2):
        children = with_children(monkeypatch, Children())
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            with DevelopmentDesk(state, URL, port, SERVICE) as settings:
                kept.append((settings, secret.read_bytes(), key.read_bytes()))
        issuer = [sys.executable, "-m", "masking_service.dev.issuer", str(state), str(port), str(secret)]
        assert children.noted == [
            "desk: starts",
            ([*issuer, f"{URL}/callback"], ROOT, folder / "issuer.log", True),
            "the issuer ends",
            "desk: stops",
        ]
        assert settings.metadata_url == f"http://127.0.0.1:{port}/.well-known/openid-configuration"

    (one, *secrets_of_one), (_, *secrets_of_other) = kept
    assert secrets_of_one == secrets_of_other
    assert [len(each) for each in secrets_of_one] == [43, 64]  # 32 random bytes each
    assert (one.url, one.service_url, one.redis_url) == (URL, SERVICE, "redis://127.0.0.1:6379")
    assert (one.issuer, one.client_id, one.client_secret) == (DEVELOPMENT_ISSUER, "desk", secrets_of_one[0].decode())
    assert (one.session_key(), one.scope, one.development) == (
        bytes.fromhex(kept[0][2].decode()),
        "openid profile",
        True,
    )
    assert [filemode(path.stat().st_mode) for path in (folder, secret, key)] == ["drwx------", *["-rw-------"] * 2]


@pytest.mark.parametrize("lives", [True, False], ids=["it does not listen in time", "it ended"])
def test_a_development_issuer_that_does_not_answer_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lives: bool
) -> None:
    if lives:
        monkeypatch.setattr(command, "START_SECONDS", 0.15)
    with_children(monkeypatch, Children(lives=lives))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    with pytest.raises(SettingsError, match=rf"does not answer: see {tmp_path}/desk/issuer\.log"):
        DevelopmentDesk(tmp_path, URL, port, SERVICE).__enter__()


class Served:
    """A mock of the desk's parts: it notes which desk is made, where it is served, and what it is served with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.noted: list[Any] = []
        monkeypatch.setattr(command, "DevelopmentDesk", self.made)
        monkeypatch.setattr(command, "DeskServer", self.server)
        monkeypatch.setattr(command, "Settings", SimpleNamespace(read=self.read))

    def read(self, variables: Any) -> str:
        if "MASKING_CONSOLE_URL" not in variables:
            raise SettingsError("MASKING_CONSOLE_URL is not set")
        return "the settings"

    @contextmanager
    def made(self, *given: Any) -> Iterator[str]:
        self.noted.append(given)
        yield "those of development"

    def server(self, settings: str, bind: str) -> Any:
        return SimpleNamespace(run=lambda: self.noted.append((settings, bind)))


@pytest.mark.parametrize(
    ("options", "noted"),
    [
        ("", [("the settings", "127.0.0.1:8081")]),
        ("--port 9", [("the settings", "127.0.0.1:9")]),
        ("--dev", [(".local", URL, 8082, SERVICE), ("those of development", "127.0.0.1:8081")]),
        (
            "--dev --localhost --port 9 --issuer-port 7 --service-url http://a --state-dir b",
            [("b", "http://localhost:9", 7, "http://a"), ("those of development", "127.0.0.1:9")],
        ),
    ],
)
def test_a_desk_is_served_with_its_settings_or_with_those_that_development_makes(
    options: str, noted: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served = Served(monkeypatch)
    monkeypatch.chdir(tmp_path)

    done = CliRunner(env={"MASKING_CONSOLE_URL": URL}).invoke(command.main, ["serve", *options.split()])

    assert (done.exit_code, done.output) == (0, "")
    folders = [(str(one[0].relative_to(tmp_path)), *one[1:]) if len(one) == 4 else one for one in served.noted]
    assert folders == noted


def test_a_desk_without_its_settings_says_which_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(monkeypatch)

    done = CliRunner(env={"MASKING_CONSOLE_URL": None}).invoke(command.main, ["serve"])

    assert (done.exit_code, done.output, served.noted) == (1, "MASKING_CONSOLE_URL is not set\n", [])
