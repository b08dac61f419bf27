"""Simulates systemctl for the operations pages, where systemd does not run: starts what a unit says.

A mock: the sandbox of a unit is not played, and its user only where that user exists. What is started is real.
"""

import configparser
import os
import pwd
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["PLAYED_SYSTEM"])
"""Holds `units`, `journal` and `pids`."""
ROOT = Path(os.environ["PLAYED_ROOT"])
UNITS = (ROOT / "etc/systemd/system", FOLDER / "units", ROOT / "usr/lib/systemd/system")
SECONDS = 30.0


class Unit:
    """One unit file, and its process."""

    def __init__(self, name: str) -> None:
        file = next(found for folder in UNITS if (found := folder / f"{name}.service").is_file())
        parser = configparser.RawConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds upper case
        parser.read(file)
        self.service = parser["Service"]
        self.journal = FOLDER / "journal" / name
        self.pid_file = Path(self.service.get("PIDFile", str(FOLDER / "pids" / name)))
        self.user = self._user()

    def _user(self) -> pwd.struct_passwd | None:
        """The user that the unit names, if there is one."""
        try:
            return pwd.getpwnam(self.service.get("User", ""))
        except KeyError:
            return None

    def _prepare(self) -> None:
        """Make the unit's folders for its user."""
        for kind, place in (("StateDirectory", "var/lib"), ("RuntimeDirectory", "run")):
            if self.user and (name := self.service.get(kind)):
                (ROOT / place / name).mkdir(exist_ok=True, mode=int(self.service.get(f"{kind}Mode", "755"), 8))
                os.chown(ROOT / place / name, self.user.pw_uid, self.user.pw_gid)

    def pid(self) -> int | None:
        """The process, if it runs."""
        try:
            pid = int(self.pid_file.read_text())
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return None
        return None if state == "Z" else pid

    def start(self) -> None:
        """Start it; a unit that notifies has started when it says so."""
        if self.pid():
            return
        environment = dict(os.environ)
        for pair in shlex.split(self.service.get("Environment", "")):
            name, _, value = pair.partition("=")
            environment[name] = value
        if file := self.service.get("EnvironmentFile"):
            lines = Path(file).read_text().splitlines()
            environment |= {line.partition("=")[0]: line.partition("=")[2] for line in lines if line}
        self._prepare()
        ready = FOLDER / "notify"
        ready.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(str(ready))
            ready.chmod(0o777)
            notified.settimeout(SECONDS)
            with self.journal.open("ab") as journal:
                process = subprocess.Popen(
                    shlex.split(self.service["ExecStart"]),
                    cwd=self.service.get("WorkingDirectory", "/"),
                    env=environment | {"NOTIFY_SOCKET": str(ready)},
                    stdin=subprocess.DEVNULL,
                    stdout=journal,
                    stderr=journal,
                    start_new_session=True,
                    umask=int(self.service.get("UMask", "022"), 8),
                    **self._identity(),
                )
            if self.service.get("Type") == "forking":
                process.wait(SECONDS)
                return
            self.pid_file.write_text(str(process.pid))
            while self.service.get("Type") == "notify" and b"READY=1" not in notified.recv(4096):
                pass

    def _identity(self) -> dict[str, Any]:
        """As whom it is started: its user, where that is another one than this process's."""
        if self.user is None or self.user.pw_uid == os.getuid():
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS
        while self.pid() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.pid() is None, "it did not end"

    def reload(self) -> None:
        """Let it read its configuration anew; one that does not run is started."""
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGHUP)
        else:
            self.start()


def main(verb: str, *words: str) -> None:
    """What a call of systemctl does."""
    units = [Unit(word) for word in words if not word.startswith("-")]
    for unit in units:
        match verb:
            case "start" | "enable":
                unit.start()
            case "stop":
                unit.stop()
            case "restart":
                unit.stop()
                unit.start()
            case "try-restart":
                if unit.pid():
                    unit.stop()
                    unit.start()
            case "reload":
                unit.reload()
            case "status":
                print("active (running)" if unit.pid() else "failed")
                sys.exit(0 if unit.pid() else 3)
            case _:
                sys.exit(f"not played: {verb}")


if __name__ == "__main__":
    main(*sys.argv[1:])
