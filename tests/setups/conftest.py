"""Servers as companies run them: users, sockets, TLS."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests import servers
from tests.certificates import Authority, Certificate
from tests.store.stores import ask

RIGHTS = Path(__file__).parents[2] / "examples" / "redis.acl"
FAMILIES = ("redis-server", "valkey-server")
PASSWORD = "service-password"


@dataclass(frozen=True)
class Company:
    """One server, its URL, and a client with all rights."""

    family: str
    port: int
    tls_port: int
    socket: Path
    authority: Path
    service: Certificate
    client: redis.Redis

    @property
    def url(self) -> str:
        return f"redis://waybill:{PASSWORD}@{servers.HOST}:{self.port}/0"

    @property
    def socket_url(self) -> str:
        return f"unix://waybill:{PASSWORD}@{self.socket}"

    @property
    def tls_url(self) -> str:
        return f"rediss://waybill:{PASSWORD}@{servers.HOST}:{self.tls_port}/0"


def administered(folder: Path, users: str, family: str, **settings: str | int) -> servers.Node:
    """Start a server with these users, and a client of its administrator."""
    file = folder / "users.acl"
    file.write_text(f"{users}\nuser admin on >admin ~* &* +@all\n", encoding="ascii")
    node = servers.Node(folder, servers.durable(aclfile=str(file), **settings), binary=servers.debian(family))
    node.client.close()
    node.client = redis.Redis(host=servers.HOST, port=node.port, username="admin", password="admin", socket_timeout=2)
    return node.start()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session", params=FAMILIES)
def company(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[Company]:
    """A server with the shipped rights and no default user."""
    folder = tmp_path_factory.mktemp("company")
    tls_port, _ = servers.free_ports(2)
    own = authority.vouch_for("store")
    node = administered(
        folder,
        f"user default off ~* &* +@all\n{RIGHTS.read_text()}",
        request.param,
        unixsocket=str(folder / "s"),
        tls_port=tls_port,
        tls_cert_file=str(own.certificate),
        tls_key_file=str(own.key),
        tls_ca_cert_file=str(authority.file),
    )
    ask(node.client, "ACL", "SETUSER", "waybill", f">{PASSWORD}")
    service = authority.vouch_for("waybill")
    yield Company(request.param, node.port, tls_port, folder / "s", authority.file, service, node.client)
    node.end()
