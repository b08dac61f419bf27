"""A real nginx with the configuration that is shipped, in front of a service of this machine."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers import HOST, debian, free_ports

ROOT = Path(__file__).parents[1]
SHIPPED = {"masking.conf": ROOT / "deploy" / "nginx.conf", "proxy.conf": ROOT / "helm" / "files" / "proxy.conf"}
MAIN = """user root;
pid {folder}/pid;
error_log {folder}/log/error.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/lib/body;
    proxy_temp_path {folder}/lib/proxy;
    fastcgi_temp_path {folder}/lib/fastcgi;
    uwsgi_temp_path {folder}/lib/uwsgi;
    scgi_temp_path {folder}/lib/scgi;
    access_log {folder}/log/access.log;
    include {folder}/masking.conf;
}}
"""
PLAIN = {"listen 443 ssl": "listen 443", "ssl_certificate": "# ssl_certificate", "ssl_protocols": "# ssl_protocols"}
PLAIN |= {"default 0;": "default 1;"}
"""What makes HTTP of it, for loads that a client with TLS could not send. They all come from one address."""


SPELLINGS = (
    "/metrics",
    "/metrics/",
    "/metrics%2f",
    "/metrics%2F",
    "//metrics",
    "/./metrics",
    "/v1/../metrics",
    "/%6detrics",
    "/METRICS",
    "/metrics?x=1",
    "/metrics;x",
    "/metrics/.",
    "/metrics%09",
    "/metrics%20",
    "/x/%2e%2e/metrics",
    "/metrics//",
    "http://masking.example/metrics",
)
"""Of the path of the metrics: some of these pass a rule of a proxy for the first one."""


class Proxy:
    """nginx with a configuration of deploy/.

    Args:
        folder: an empty one.
        behind: the port of the service or of the desk.
        places: further texts of the configuration, and what takes their place here.
        shipped: the files of the configuration, by their names here.
    """

    def __init__(
        self, folder: Path, behind: int, places: Mapping[str, str] = PLAIN, shipped: Mapping[str, Path] = SHIPPED
    ) -> None:
        self.folder = folder
        (self.port,) = free_ports(1)
        for name in ("log", "lib"):
            (folder / name).mkdir(parents=True)
        here = {
            **places,
            "/etc/masking/proxy.conf": f"{folder}/proxy.conf",
            "/var/log/nginx": f"{folder}/log",
            "127.0.0.1:8080": f"{HOST}:{behind}",
            "127.0.0.1:8081": f"{HOST}:{behind}",
            "listen 443": f"listen {HOST}:{self.port}",
        }
        for name, file in shipped.items():
            text = file.read_text()
            for theirs, ours in here.items():
                text = text.replace(theirs, ours)
            (folder / name).write_text(text)
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
        command = [str(debian("nginx")), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]
        self.process = subprocess.Popen(command, stderr=(folder / "log" / "start").open("wb"))

    def check(self) -> None:
        """Fail where it has ended."""
        assert self.process.poll() is None, (self.folder / "log" / "start").read_text()

    def written(self) -> bytes:
        """All that nginx wrote into any log."""
        return b"".join(file.read_bytes() for file in (self.folder / "log").iterdir())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
