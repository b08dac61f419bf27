"""The parts of a development desk: a folder that others cannot read, secrets that are kept, and an issuer."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from stat import filemode
from types import SimpleNamespace
from typing import Any

import pytest

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
