"""The forms of `MASKING_REDIS_URL`, and what each of them leads to. What is not known here is refused, not ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import SSLConnection
from redis.retry import Retry
from redis.sentinel import Sentinel

from masking_service.vault.node import TIMEOUT_SECONDS
from masking_service.vault.routes import Cluster, OneServer, Route, SentinelPool

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


def default_replicas(url: str) -> int:
    """How many replicas a write has to reach in this kind of set-up, if nobody says otherwise."""
    return 1 if urlsplit(url).scheme in {SENTINEL, CLUSTER} else 0


def route_to(url: str, tls: Tls, connections: int) -> Route:
    """What `url` leads to. Nothing is connected yet.

    Args:
        connections: at most this many at once to each server.

    Raises:
        ValueError: it has no form that is known here. Says why, and never repeats the URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in _OPTIONS:
        raise ValueError(f"must have the form {FORMS}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - _OPTIONS[parts.scheme]:
        raise ValueError(f"has an option that is not known here: {', '.join(sorted(unknown))}")
    settings = _settings(TIMEOUT_SECONDS)
    if parts.scheme not in {SENTINEL, CLUSTER}:
        encryption = _encryption(tls) if parts.scheme == "rediss" else {}
        pool = redis.BlockingConnectionPool.from_url(url, **settings, **encryption, **_pool(connections))
        return OneServer(pool)
    settings |= _credentials(parts)
    encryption = _encryption(tls) if _yes(options, "tls") else {}
    if parts.scheme == CLUSTER:
        if parts.path.strip("/"):
            raise ValueError("names a database, and a cluster has only one")
        del settings["retry"]  # a cluster's nodes are told not to try again by redis-py itself
        connection = {"connection_class": SSLConnection} if encryption else {}
        return Cluster(_hosts(parts, 6379), {**settings, **encryption, **connection, **_pool(connections)})
    name, _, database = parts.path.strip("/").partition("/")
    if not name or not (database or "0").isdecimal():
        raise ValueError("must name what the sentinels watch: redis+sentinel://host:port,host:port/name/db")
    watch = _settings(SENTINEL_SECONDS) | (_credentials(parts) if _yes(options, "sentinel_auth") else {})
    if encryption:
        encryption["ssl"] = True
    sentinel = Sentinel(_hosts(parts, 26379), sentinel_kwargs={**watch, **encryption})
    return OneServer(
        SentinelPool(unquote(name), sentinel, db=int(database or 0), **settings, **encryption, **_pool(connections))
    )


def _settings(timeout: float) -> dict[str, Any]:
    return {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
    }


def _pool(connections: int) -> dict[str, Any]:
    return {"max_connections": connections, "timeout": TIMEOUT_SECONDS}


def _encryption(tls: Tls) -> dict[str, Any]:
    settings: dict[str, Any] = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    for name, file in (("ssl_ca_certs", tls.authority), ("ssl_certfile", tls.certificate), ("ssl_keyfile", tls.key)):
        if file is not None:
            settings[name] = str(file)
    return settings


def _credentials(parts: SplitResult) -> dict[str, Any]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    given = {"username": unquote(user), "password": unquote(password)}
    return {name: value for name, value in given.items() if value}


def _hosts(parts: SplitResult, port: int) -> list[tuple[str, int]]:
    hosts = []
    for one in parts.netloc.rpartition("@")[2].split(","):
        address = urlsplit(f"//{one}")
        if not address.hostname:
            raise ValueError("names no host between two commas")
        hosts.append((address.hostname, address.port or port))
    return hosts


def _yes(options: Mapping[str, str], name: str) -> bool:
    value = options.get(name, "false")
    if value not in {"true", "false"}:
        raise ValueError(f"must say true or false for {name}")
    return value == "true"
