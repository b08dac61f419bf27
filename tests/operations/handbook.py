"""The commands of the three operations pages, what they must print, and a simulated machine that runs them."""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.processes import environment
from tests.servers import HOST, debian, free_ports

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / name for name in ("installation.md", "operations.md", "incidents.md")]
HERE = Path(__file__).parent
FOLDERS = (
    *("/etc/masking", "/etc/redis", "/etc/nginx", "/etc/prometheus", "/etc/systemd/system", "/etc/hosts"),
    *("/opt/masking", "/var/lib/", "/var/log/nginx", "/var/backups", "/usr/local/bin", "/usr/local/src"),
)
"""Folders of the machine; a test puts them below another root."""
PLAYED = {
    "systemctl": f'exec {sys.executable} {HERE / "systemctl.py"} "$@"',
    "runuser": 'shift 3; exec "$@"',
    "useradd": ":",
    "apt-get": ":",
    "chown": ":",
    "journalctl": 'cat "$PLAYED_SYSTEM/journal/$2"',
    "nginx": 'exec "$REAL_NGINX" -c "$PLAYED_ROOT/etc/nginx/nginx.conf" -p "$PLAYED_ROOT" "$@"',
    # Replaces an interpreter with pip: tests/image/ installs the packages for real.
    "python-with-pip": '[ "$2" != venv ] || { mkdir -p "${@: -1}"; rmdir "${@: -1}"; ln -s "$REAL_VENV" "${@: -1}"; }',
}
UNITS = {
    "redis-server": "Type=notify\nExecStart={redis} /etc/redis/redis.conf --supervised systemd --daemonize no",
    "nginx": "Type=exec\nExecStart={nginx} -c /etc/nginx/nginx.conf -p {root} -g 'daemon off;'",
}
"""As Debian's packages have them."""
NGINX = """user root;
pid /var/lib/nginx/pid;
error_log /var/log/nginx/error.log;
events {
    worker_connections 768;
}
http {
    client_body_temp_path /var/lib/nginx/body;
    proxy_temp_path /var/lib/nginx/proxy;
    fastcgi_temp_path /var/lib/nginx/fastcgi;
    uwsgi_temp_path /var/lib/nginx/uwsgi;
    scgi_temp_path /var/lib/nginx/scgi;
    access_log /var/log/nginx/access.log;
    include /etc/nginx/conf.d/*.conf;
}
"""
PARTS = (
    "keys",
    "masking_service",
    "masking_audit",
    "masking_files",
    "masking_console",
    "examples",
    "deploy",
    "image",
    "helm",
)
MEANWHILE = {
    # Other clients exist, whose rows are above and below the page's client.
    "## Add, change and retire a client": "for one in a-tracking z-tracking; do "
    "masking clients add $one --role tracking >/dev/null 2>&1; done",
    # A previous upgrade and an interrupted one have left their folders.
    "## Upgrade": "mkdir -p /opt/masking-old/app /opt/masking-new/app/left",
    "## Restore": 'ask "$(token a-1 auditor)" /v1/audit/checkpoint >/dev/null; sleep 2',
}
"""Commands that run before a chapter."""
_BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$|^(##+ [^\n]*)$", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """A block of commands, and the last lines that it must print."""

    chapter: str
    commands: str
    printed: list[str] = field(default_factory=list)


def steps() -> list[Step]:
    """Return every block of commands, in order."""
    found: list[Step] = []
    chapter = ""
    for language, content, heading in _BLOCK.findall("\n".join(page.read_text() for page in PAGES)):
        if heading:
            chapter = heading
        elif language == "bash":
            found.append(Step(chapter, content))
        else:
            found[-1].printed = content.splitlines()
    return found


class Machine:
    """A root folder with the folders of Debian's packages, and a home with a release."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.home = folder / "home"
        self.checkout = self.root / "usr/local/src/waybill-masking"
        self.system = folder / "system"
        ports = free_ports(7)
        self.store, self.service, self.tls, self.metrics, self.desk, self.archive, self.plain = ports
        for made in ("etc/nginx/conf.d", "etc/systemd/system", "var/lib/redis", "var/lib/nginx", "var/log/nginx"):
            (self.root / made).mkdir(parents=True)
        (self.root / "etc/hosts").touch()
        for made in ("units", "journal", "pids"):
            (self.system / made).mkdir(parents=True)
        self._pack()
        self._play()
        (self.root / "etc/nginx/nginx.conf").write_text(self.placed(NGINX))

    def placed(self, text: str) -> str:
        """Replace folders and addresses in a text by those of this machine."""
        for name in FOLDERS:
            text = re.sub(rf"(?<![\w.]){re.escape(name)}", f"{self.root}{name}", text)
        for theirs, ours in (
            ("redis.example:6380", f"{HOST}:{self.store}"),
            ("tls-port 6380", f"tls-port {self.store}"),
            ("bind 0.0.0.0", f"bind {HOST}"),
            ("DNS:redis.example", f"IP:{HOST}"),
            ("127.0.0.1:8080", f"{HOST}:{self.service}"),
            ("127.0.0.1:9080", f"{HOST}:{self.metrics}"),
            ("127.0.0.1:8081", f"{HOST}:{self.desk}"),
            ("127.0.0.1:8090", f"{HOST}:{self.archive}"),
            ("audit serve ", f"audit serve --port {self.archive} "),
            ("listen 443", f"listen {HOST}:{self.tls}"),
            ("listen 80;", f"listen {HOST}:{self.plain};"),
        ):
            text = text.replace(theirs, ours)
        return text

    def displaced(self, text: str) -> str:
        """Replace this machine's folders and addresses by those of the page."""
        return text.replace(str(self.root), "").replace(f"{HOST}:{self.service}", "127.0.0.1:8080")

    def variables(self) -> dict[str, str]:
        return environment(
            PATH=f"{self.root}/usr/local/bin:{os.environ['PATH']}",
            PLAYED_SYSTEM=str(self.system),
            PLAYED_ROOT=str(self.root),
            REAL_NGINX=str(shutil.which("nginx")),
            REAL_VENV=sys.prefix,
            PYTHON="python-with-pip",
            CURL_HOME=str(self.system),
        )

    def run(self, found: list[Step]) -> list[str]:
        """Run the steps in one shell until one fails, and return what each printed."""
        script = ["set -euo pipefail"]
        seen = ""
        for number, step in enumerate(found):
            if step.chapter != seen and step.chapter in MEANWHILE:
                script.append(self.placed(MEANWHILE[step.chapter]))
            seen = step.chapter
            script.append(f"exec >'{self.system}/printed-{number}' 2>&1\n{self.placed(step.commands)}")
        done = subprocess.run(
            ["bash", "-c", "\n".join(script)], cwd=self.home, env=self.variables(), timeout=400, check=False
        )
        printed = [self._printed(number) for number in range(len(found))]
        last = max((number for number, text in enumerate(printed) if text is not None), default=0)
        assert done.returncode == 0, f"{found[last].chapter}\n{found[last].commands}\n{printed[last]}"
        return [text or "" for text in printed]

    def stop(self) -> None:
        """Stop every process that was started here."""
        for file in (self.system / "pids").iterdir():
            pid = int(file.read_text())
            try:
                os.killpg(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue

    def _printed(self, number: int) -> str | None:
        file = self.system / f"printed-{number}"
        return self.displaced(file.read_text()) if file.exists() else None

    def _pack(self) -> None:
        """Put a release into the home, whose files of deploy/ are those of this machine."""
        release = self.home / "waybill-masking"
        release.mkdir(parents=True)
        for name in PARTS:
            shutil.copytree(ROOT / name, release / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("wsgi.py", "gunicorn.conf.py", "policy.yaml", "LICENSE", "requirements.txt"):
            shutil.copy(ROOT / name, release)
        for file in (release / "deploy").iterdir():
            file.write_text(self.placed(file.read_text()))
        shutil.make_archive(str(release), "gztar", self.home, release.name)
        shutil.rmtree(release)

    def _play(self) -> None:
        programs = self.root / "usr/local/bin"
        programs.mkdir(parents=True)
        for name, commands in PLAYED.items():
            (programs / name).write_text(f"#!/bin/bash\n{commands}\n")
            (programs / name).chmod(0o755)
        for name, unit in UNITS.items():
            made = unit.format(redis=debian("redis-server"), nginx=debian("nginx"), root=self.root)
            (self.system / "units" / f"{name}.service").write_text(self.placed(f"[Service]\n{made}\n"))
        (self.system / ".curlrc").write_text(f'noproxy = "*"\nconnect-to = "masking.example:443:{HOST}:{self.tls}"\n')
