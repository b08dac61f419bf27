"""Who is measured: each a server of its own on 127.0.0.1, started here and stopped here by its pid."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


@dataclass
class Contender:
    """A running server: where it listens, and what its requests look like."""

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


def service(folder: Path) -> Contender:
    """The service as `serve --dev` starts it, everything on."""
    port = _free_port()
    command = ["-m", "masking_service", "serve", "--dev", "--port", str(port), "--state-dir", str(folder)]
    process = _start([sys.executable, *command, "--workers", str(WORKERS)], folder / "service.log", {})
    _wait(port, process)
    key = json.loads((folder / "credentials.json").read_text())["label-printer"]
    paths = {"mask": "/v1/mask", "tokenize": "/v1/tokenize"}
    found = Contender("service", port, paths, process)
    found.headers["Authorization"] = f"Bearer {key}"
    return found


def yardstick(folder: Path, redis_url: str) -> Contender:
    """The bare loop, on the same store and with the same number of workers."""
    port = _free_port()
    command = ["-m", "gunicorn", "--no-control-socket", "-k", "gthread", "--threads", "8", "-w", str(WORKERS)]
    environment = {"YARDSTICK_REDIS_URL": redis_url}
    process = _start(
        [sys.executable, *command, "-b", f"127.0.0.1:{port}", "bench.yardstick:app"],
        folder / "yardstick.log",
        environment,
    )
    _wait(port, process)
    return Contender("yardstick", port, {"mask": "/mask", "tokenize": "/tokenize"}, process)


def _start(command: list[str], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **environment})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("a contender ended while it was starting; its log says why")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # until every worker has put itself together
            return
    raise RuntimeError("a contender did not start")
