"""`serve`: runs gunicorn with gunicorn.conf.py, and with `--dev` makes everything that it needs."""

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import Application

from masking_service.cli.announcement import Announcement
from masking_service.cli.options import Checked, state_dir
from masking_service.masking.words.expressions import compile_all
from masking_service.observability.logs import error_place, log
from masking_service.observability.metrics import start_counting
from masking_service.outbound import LOOPBACK
from masking_service.runtime.settings import Settings, SettingsError
from masking_service.server.hours import replace_every_hour
from masking_service.server.serving import serving_app, start_parts
from masking_service.server.setup import check_setup
from masking_service.shipped import shipped

MAX_PORT = 65535
CHECK_SECONDS = 0.25


class Gunicorn(Application):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, serving an application that each worker makes."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = {"on_starting": self._on_starting, **options}
        super().__init__()

    def load_config(self) -> None:
        """The shipped configuration, and what the command line says instead."""
        self.load_config_from_file(str(shipped("gunicorn.conf.py")))
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker."""
        return serving_app(self._settings)

    def _on_starting(self, _: object) -> None:
        """The hook of gunicorn.conf.py, for these settings."""
        compile_all()  # here once, and not in each worker
        check_setup(partial(start_parts, self._settings))
        start_counting(self._settings.state_dir.resolve() / "metrics")


def _port(text: str | int) -> int:
    """Return the number of a TCP port, where it is one."""
    if not str(text).isdecimal() or int(text) > MAX_PORT:
        raise ValueError(f"{text!r} is no port: give a number from 0 to {MAX_PORT}")
    return int(text)


class CannotListen(click.ClickException):
    """The address cannot be listened on. Nothing was started. Exits with 2."""

    exit_code = 2


@click.command()
@click.option("--dev", is_flag=True, help="Run on an embedded store with keys and credentials made here.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=Checked("number", _port),
    help="The port to listen at; 0 for a free one.",
)
@click.option("--split", is_flag=True, help="With --dev: run an intake host and the opening tier as two servers.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; one a processor if not given.")
@state_dir
def serve(dev: bool, host: str, port: int, split: bool, workers: int | None, state_dir: Path) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C."""
    if dev and host not in LOOPBACK:
        raise click.UsageError("--dev serves this machine only: leave --host at 127.0.0.1")
    if split and not dev:
        raise click.UsageError("--split needs --dev; docs/tiers.md describes two tiers in production")
    _try_to_bind(host, port)
    announcement = Announcement(state_dir)
    options: dict[str, Any] = {
        "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
        "when_ready": partial(_ready, announcement),
        "loglevel": "warning",  # the announcement says that it has started
    }
    if workers is not None:
        options["workers"] = workers
    environment = {**os.environ, "MASKING_STATE_DIR": str(state_dir)}
    intake_of_split = dev and environment.get("MASKING_TIER") == "intake"
    if not dev or intake_of_split:
        options["bind"] += filter(None, [environment.get("MASKING_METRICS_BIND")])
        with announcement, regularly(announcement.check):
            Gunicorn(Settings.read(environment, development=dev), options).run()
        return
    from masking_service.dev.development import Development  # production has none of its parts

    development = Development(environment, split=split, workers=workers)
    with development, announcement, regularly(announcement.check, development.look_after):
        Gunicorn(development.settings, options).run()


def _ready(announcement: Announcement, arbiter: Any) -> None:
    """gunicorn's hook, called once the socket listens."""
    announcement.listening(arbiter)
    if os.environ.get("MASKING_TIER") == "intake":
        replace_every_hour(arbiter)


@contextmanager
def regularly(*checks: Callable[[], None]) -> Iterator[None]:
    """Call functions several times a second in the main thread.

    gunicorn's master has no hook that is called regularly, and a child that ends with this process can be started in
    its main thread only. Timers are not inherited, so no worker calls it. A signal calls them, so they import nothing:
    the signal may have interrupted the same import.
    """
    busy = False

    def handle(*_: object) -> None:
        nonlocal busy
        if busy:  # a check waits longer than the interval: without this it would run inside itself, and report twice
            return
        busy = True
        try:
            for check in checks:
                try:
                    check()
                except (SettingsError, OSError) as fault:
                    log.error("background", error=type(fault).__name__, where=error_place(fault))
        finally:
            busy = False

    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, CHECK_SECONDS, CHECK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _try_to_bind(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on.

    gunicorn would try for five seconds before it says so, and the store would run by then.

    Raises:
        CannotListen: why nothing can be served there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
            probe.bind(address)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"port {port} of {host} is taken by another program: "
                "choose another one with --port (make run PORT=9000)"
            ) from None
        raise CannotListen(f"cannot listen at port {port} of {host}: {fault.strerror}") from None
