"""Says where the service is served, once it is ready."""

import json
import os
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

import click

from masking_service.runtime.state_files import ADDRESS

ANSWER_SECONDS: Final = 0.5
NOT_READY_SECONDS: Final = 3.0
"""A start is not reported as a fault for so long."""


class Announcement:
    """Announces one serving process. Keeps its address in the state directory while it serves."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / ADDRESS
        self._owner = os.getpid()
        self._url = ""
        self._since = 0.0
        self._ready = False
        self._reported = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the address, but not where a worker ends: it leaves the same `with` as the master."""
        if os.getpid() == self._owner:
            self._file.unlink(missing_ok=True)

    def listening(self, arbiter: Any) -> None:
        """gunicorn's hook, called once the socket listens."""
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        self._url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._since = time.monotonic()
        self._file.write_bytes(f"{self._url}\n".encode("ascii"))

    def check(self) -> None:
        """Print one line once the service is ready, and before that why it is not, if it takes long."""
        if self._ready or not self._url:
            return
        reason = not_ready(self._url)
        if not reason:
            self._ready = True
            click.echo(f"ready at {self._url}")
        elif not self._reported and time.monotonic() - self._since > NOT_READY_SECONDS:
            self._reported = True
            click.echo(f"not ready yet: {self._url} masks; {reason}", err=True)


def not_ready(url: str, timeout: float = ANSWER_SECONDS) -> str:
    """Return why the service at an address is not ready; empty if it is. `timeout` in seconds, of the answer."""
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        faults = json.loads(answer.read()).get("faults", [])
    except (OSError, HTTPException, ValueError):
        return "nothing answers"
    finally:
        connection.close()
    return "; ".join(f"{fault['check']}: {fault['reason']}" for fault in faults)
