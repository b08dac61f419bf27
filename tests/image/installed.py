"""The service as the image has it: installed by the script that the Dockerfile runs, started by its CMD and ENV.

A kernel that lets nothing be written replaces the read-only root: the files are made unwritable, and the process
runs without any capability, so that root may not write them either.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests import programs
from tests.e2e.processes import Running, wait_for
from tests.image import dockerfile
from tests.servers import free_ports

PREFIX = "/opt/masking"
CONFINED = ("setpriv", "--no-new-privs", *(("--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()))
BATCH = {
    "records": [{"recipient": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼402室"}}] * 1000
}


def install(target: Path) -> None:
    """Both steps of the script, then no right to write anything."""
    for step in ("requirements", "sources"):
        subprocess.run(
            [str(dockerfile.ROOT / "image" / "install.sh"), step, str(target)],
            env={**os.environ, "PYTHON": sys.executable},
            check=True,
            timeout=100,
        )
    subprocess.run(["chmod", "-R", "a-w", str(target)], check=True)


class Installed:
    """An installation, and a state directory and a temporary one beside it: all that it may write."""

    def __init__(self, target: Path, folder: Path, url: str) -> None:
        self.target = target
        self.folder = folder
        for name in ("state", "tmp"):
            (folder / name).mkdir(mode=0o700)
        (self.port,) = free_ports(1)
        self._environment = {
            **{name: value.replace(PREFIX, str(target)) for name, value in dockerfile.environment().items()},
            "MASKING_STATE_DIR": str(folder / "state"),
            "MASKING_BIND": f"127.0.0.1:{self.port}",
            "MASKING_WORKERS": "2",
            "MASKING_REDIS_URL": url,
            "TMPDIR": str(folder / "tmp"),
        }

    @property
    def workdir(self) -> str:
        return dockerfile.instructions("WORKDIR")[0].replace(PREFIX, str(self.target))

    def run(self, *command: str, **more: str) -> str:
        """One command in a container of the image, to its end; what it prints."""
        return programs.output(*CONFINED, *command, cwd=self.workdir, env=self._environment | more).strip()

    def start(self, ready: str = "/readyz") -> Running:
        """The image's own command, once it is ready."""
        command = [*CONFINED, "env", "-i", f"--chdir={self.workdir}"]
        command += [f"{name}={value}" for name, value in self._environment.items()]
        running = Running([*command, *dockerfile.command()], self.folder, {}, self.port)
        wait_for(lambda: running.status(None, "GET", ready) == 200, "it is ready", 30)
        return running


def another(first: Installed, folder: Path, url: str) -> Installed:
    """A second pod of the set-up, as the chart makes it: links lead to the keyset and to the clients handed out."""
    pod = Installed(first.target, folder, url)
    for name in ("keyset.json", "clients.sealed"):
        (folder / name).write_bytes((first.folder / "state" / name).read_bytes())
        (folder / name).chmod(0o440)
        (folder / "state" / name).symlink_to(folder / name)
    return pod
