"""`python -m masking_console`: serves the desk, and checks its set-up."""

import os
import secrets
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import Application

from masking_console.checks import checks
from masking_console.settings import DEVELOPMENT_ISSUER, PREFIX, Settings, SettingsError
from masking_console.texts import _, in_terminal_language

START_SECONDS = 15.0
CONFIGURATION = Path(__file__).with_name("gunicorn_conf.py")


class DeskServer(Application):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, serving the desk with the shipped configuration."""

    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        """The shipped configuration, and the address."""
        self.load_config_from_file(str(CONFIGURATION))
        self.cfg.set("bind", self._bind)
        at = self._settings.url if self._settings.development else f"http://{self._bind}"
        self.cfg.set("when_ready", lambda _: click.echo(f"desk at {at}"))

    def load(self) -> Any:
        """Called in the worker."""
        from masking_console.app import compile_templates, create_app

        return compile_templates(create_app(self._settings))


@click.group()
def main() -> None:
    """The desk. Its settings are MASKING_CONSOLE_* variables: see docs/desk.md."""


@main.command()
@click.option("--dev", is_flag=True, help="For development: make a session store and an issuer in the state directory.")
@click.option("--port", default=8081, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--issuer-port",
    default=8082,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="With --dev: the port of the issuer.",
)
@click.option(
    "--service-url", default="http://127.0.0.1:8080", show_default=True, help="With --dev: the address of the service."
)
@click.option(
    "--localhost",
    is_flag=True,
    help="With --dev: answer at http://localhost, because browsers make keys only there or on https.",
)
@click.option(
    "--state-dir",
    default=".local",
    show_default=True,
    type=click.Path(path_type=Path),
    help="With --dev: the state directory.",
)
def serve(dev: bool, port: int, issuer_port: int, service_url: str, localhost: bool, state_dir: Path) -> None:
    """Serve the desk on 127.0.0.1 until SIGTERM or Ctrl-C."""
    try:
        if not dev:
            DeskServer(Settings.read(os.environ), f"127.0.0.1:{port}").run()
            return
        url = f"http://{'localhost' if localhost else '127.0.0.1'}:{port}"
        with DevelopmentDesk(state_dir.resolve(), url, issuer_port, service_url) as settings:
            DeskServer(settings, f"127.0.0.1:{port}").run()
    except SettingsError as error:
        sys.exit(str(error))


@main.command()
def doctor() -> None:
    """Check the set-up; exits with 1 where something is wrong."""
    with in_terminal_language():
        try:
            settings = Settings.read(os.environ)
        except SettingsError as error:
            sys.exit(_("settings: %(error)s", error=error))
        failed = False
        for what, check in checks(settings):
            problem = check()
            found = _("wrong") if problem else _("ok")
            click.echo(f"{found:<6}{what}{': ' if problem else ''}{problem}")
            failed = failed or bool(problem)
    sys.exit(failed)


class DevelopmentDesk:
    """The parts of a development desk: its Valkey, its secrets, and the issuer as a child process."""

    def __init__(self, state_dir: Path, url: str, issuer_port: int, service_url: str) -> None:
        from masking_service.dev.embedded import EmbeddedServer

        self._state_dir, self._url, self._issuer_port, self._service_url = state_dir, url, issuer_port, service_url
        self._folder = state_dir / "desk"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = EmbeddedServer(self._folder)
        self._issuer: Any = None

    def __enter__(self) -> Settings:
        from masking_service.dev.child import start_child

        self._store.start()
        url = self._url
        secret = self._secret("client-secret", secrets.token_urlsafe(32))
        command = [sys.executable, "-m", "masking_service.dev.issuer", str(self._state_dir), str(self._issuer_port)]
        root = Path(__file__).resolve().parents[1]
        self._issuer = start_child(
            [*command, str(secret), f"{url}/callback"], root, self._folder / "issuer.log", env={**os.environ}
        )
        self._wait_for_issuer()
        given = {
            "URL": url,
            "SERVICE_URL": self._service_url,
            "REDIS_URL": self._store.url,
            "SESSION_KEY": str(self._secret("session-key", secrets.token_hex(32))),
            "ISSUER": DEVELOPMENT_ISSUER,
            "ISSUER_METADATA": f"http://127.0.0.1:{self._issuer_port}/.well-known/openid-configuration",
            "CLIENT_ID": "desk",
            "CLIENT_SECRET": str(secret),
            "SCOPE": "openid profile",
            "COMPANY": "Example Express 示例快递",
            "CONTACT": "Example Express, privacy office, privacy@example.com",
        }
        return Settings.read({PREFIX + name: value for name, value in given.items()}, development=True)

    def _wait_for_issuer(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._issuer.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._issuer_port), timeout=1):
                return
            time.sleep(0.1)
        raise SettingsError(f"the development issuer does not answer: see {self._folder / 'issuer.log'}")

    def __exit__(self, *_: object) -> None:
        from masking_service.dev.child import end_child

        if self._issuer is not None:
            end_child(self._issuer)
        self._store.stop()

    def _secret(self, name: str, content: str) -> Path:
        from keys.files import write_secret_file

        path = self._folder / name
        if not path.exists():
            write_secret_file(path, content.encode(), replace=False)
        return path


if __name__ == "__main__":
    main()
