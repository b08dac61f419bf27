"""The forms of `MASKING_REDIS_URL`, and what each of them leads to. What is not known here is refused, not ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, NodesManager
from redis.connection import SSLConnection
from redis.retry import Retry
from redis.sentinel import Sentinel

from masking_service.store.node import TIMEOUT_SECONDS
from masking_service.store.pool import Pool
from masking_service.store.servers import Servers, greet
from masking_service.store.topology import Cluster, OneServer, Route, SentinelPool

SENTINEL: Final = "redis+sentinel"
CLUSTER: Final = "redis+cluster"
FORMS: Final = (
    "redis://host:port/db, rediss://host:port/db, unix:///path/to/socket, "
    "redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port"
)
SENTINEL_SECONDS: Final = 0.25
"""For connecting to a sentinel, and for its answer: there are several, asked one after the other."""
_OPTIONS: Final = {
    "redis": {"db"},
    "rediss": {"db"},
    "unix": {"db"},
    SENTINEL: {"tls", "sentinel_auth"},
    CLUSTER: {"tls"},
}
"""Anything else could take a guard away: a longer time-out, or a certificate that nobody checks."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for encrypted connections: whom to believe, and who this service is.

    Attributes:
        authority: the certificates that sign the servers'; None for the system's own.
        certificate: this service's, for servers that ask for one.
        key: the certificate's private key.
    """

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __bool__(self) -> bool:
        """Whether any file is named."""
        return any((self.authority, self.certificate, self.key))


class UnknownForm(ValueError):
    """The URL cannot be used. Says why, and never repeats any of it: it holds a password."""


def default_replicas(url: str) -> int:
    """How many replicas a write has to reach in this kind of set-up, if nobody says otherwise."""
    return 1 if urlsplit(url).scheme in {SENTINEL, CLUSTER} else 0


def route_to(url: str, tls: Tls, connections: int, servers: Servers) -> Route:
    """What `url` leads to. Nothing is connected yet.

    Args:
        connections: at most this many at once to each server.
        servers: who may be behind it.

    Raises:
        UnknownForm: it has no form that is known here.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in _OPTIONS:
            raise UnknownForm(f"must have the form {FORMS}")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not options.keys() <= _OPTIONS[parts.scheme]:
            known = ", ".join(sorted(_OPTIONS[parts.scheme]))
            raise UnknownForm(f"has an option that is not known here; for {parts.scheme}:// there are: {known}")
        encrypted = parts.scheme == "rediss" or _yes(options, "tls")
        if tls and not encrypted:
            raise UnknownForm("names no encrypted connection, but MASKING_REDIS_CA, _CERT or _KEY is set")
        settings = {**_settings(TIMEOUT_SECONDS), "max_connections": connections, "timeout": TIMEOUT_SECONDS}
        encryption = _encryption(tls) if encrypted else {}
        if parts.scheme == CLUSTER:
            return _cluster(parts, settings, encryption, servers)
        if parts.scheme == SENTINEL:
            return _sentinel(parts, settings, encryption, servers, with_auth=_yes(options, "sentinel_auth"))
        if parts.scheme == "unix" and not parts.path:
            raise UnknownForm("names no socket")
        if parts.scheme != "unix":
            _database(parts.path.strip("/"))
        return OneServer(Pool.from_url(url, **(settings | encryption)), servers)
    except UnknownForm:
        raise
    except ValueError:  # what Python and redis-py say would repeat some of it
        raise UnknownForm("cannot be read: are user and password percent-encoded, and is the port a number?") from None


def _cluster(parts: SplitResult, settings: dict[str, Any], encryption: dict[str, Any], servers: Servers) -> Route:
    if parts.path.strip("/"):
        raise UnknownForm("names a database, and a cluster has only one")
    del settings["retry"]  # redis-py itself tells a cluster's nodes not to try again
    connection = {"connection_class": SSLConnection} if encryption else {}
    settings |= _credentials(parts) | encryption | connection

    def meet(nodes: list[ClusterNode]) -> NodesManager:
        return NodesManager(
            nodes,
            from_url=True,  # its word for: make a pool of this class for every node
            connection_pool_class=Pool,
            dynamic_startup_nodes=False,
            **settings,
        )

    return Cluster(_hosts(parts, 6379), meet, servers)


def _sentinel(
    parts: SplitResult, settings: dict[str, Any], encryption: dict[str, Any], servers: Servers, *, with_auth: bool
) -> Route:
    name, _, database = parts.path.strip("/").partition("/")
    if not name:
        raise UnknownForm("must name what the sentinels watch: redis+sentinel://host:port,host:port/name")
    encryption |= {"ssl": True} if encryption else {}
    watching = _settings(SENTINEL_SECONDS) | (_credentials(parts) if with_auth else {}) | encryption
    sentinel = Sentinel(_hosts(parts, 26379), sentinel_kwargs=watching)
    settings |= _credentials(parts) | encryption | {"db": _database(database)}
    return OneServer(SentinelPool(unquote(name), sentinel, **settings), servers)


def _settings(timeout: float) -> dict[str, Any]:
    return {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
        "redis_connect_func": greet,
    }


def _encryption(tls: Tls) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
    }
    for name, file in (("ssl_ca_certs", tls.authority), ("ssl_certfile", tls.certificate), ("ssl_keyfile", tls.key)):
        if file is not None:
            settings[name] = str(file)
    return settings


def _credentials(parts: SplitResult) -> dict[str, Any]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    given = {"username": unquote(user), "password": unquote(password)}
    return {name: value for name, value in given.items() if value}


def _database(text: str) -> int:
    if not (text or "0").isdecimal():
        raise UnknownForm("names a database that is no number")
    return int(text or 0)


def _hosts(parts: SplitResult, port: int) -> list[tuple[str, int]]:
    hosts = []
    for one in parts.netloc.rpartition("@")[2].split(","):
        address = urlsplit(f"//{one}")
        if not address.hostname:
            raise UnknownForm("names no host, or none between two commas")
        hosts.append((address.hostname, address.port or port))
    return hosts


def _yes(options: Mapping[str, str], name: str) -> bool:
    value = options.get(name, "false")
    if value not in {"true", "false"}:
        raise UnknownForm(f"must say true or false for {name}")
    return value == "true"
