"""Parses `MASKING_REDIS_URL`. Forms and options that are not known are refused, not ignored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, Connection, SSLConnection, parse_url
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from masking_service.store.cluster import Cluster
from masking_service.store.connection import TIMEOUT_SECONDS, Address, Node, OneServer, Route, Watched, pack

SENTINEL: Final = "redis+sentinel"
CLUSTER: Final = "redis+cluster"
FORMS: Final = (
    "redis://host:port/db, rediss://host:port/db, unix:///path/to/socket, "
    "redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port"
)
SENTINEL_SECONDS: Final = 0.25
"""For connecting to a sentinel, and for its answer: several are asked one after the other."""
_REPLICATION: Final = pack((b"INFO", b"replication"))
_OPTIONS: Final = {
    "redis": {"db"},
    "rediss": {"db"},
    "unix": {"db"},
    SENTINEL: {"tls", "sentinel_auth"},
    CLUSTER: {"tls"},
}
"""Other options could remove a protection: a longer time-out, or a certificate that is not checked."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for encrypted connections.

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
    """The URL cannot be used. Says why, and never repeats any part of it: it holds a password."""


def default_replicas(url: str) -> int:
    """Return how many replicas a write must reach by default in this kind of set-up."""
    return 1 if _names_several_hosts(url) else 0


def user_of(url: str) -> str:
    """Return the name of the user in a URL; without one, connections are the default user's."""
    servers = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]  # urlsplit takes one host only
    return unquote(servers.rpartition("@")[0].partition(":")[0]) or "default"


@dataclass(frozen=True, repr=False)
class AddressDial:
    """Makes connection objects for one address, or for whichever is given.

    Attributes:
        kind: the class of the connections.
        settings: its arguments. They may hold a password, so they are in no repr.
    """

    kind: Callable[..., AbstractConnection]
    settings: Mapping[str, Any]

    def __call__(self) -> AbstractConnection:
        """Return a connection object."""
        return self.kind(**self.settings)

    def to(self, address: Address) -> AbstractConnection:
        """Return a connection object to another address."""
        host, port = address
        return self.kind(**self.settings, host=host, port=port)


class SentinelDial:
    """Makes connection objects for the primary that sentinels name.

    Attributes:
        name: what the sentinels watch.
        sentinel: asks them.
        primary: makes connection objects to an address.
    """

    def __init__(self, name: str, sentinel: Sentinel, primary: AddressDial) -> None:
        self.name = name
        self.sentinel = sentinel
        self.primary = primary
        self._replicas: dict[Address, Node] = {}
        self._now: Address | None = None
        self._before: Address | None = None

    def __call__(self) -> AbstractConnection:
        """Return a connection object. Raises RedisError where no sentinel names a primary.

        A sentinel that still names the primary of before, as `ask` has found, is not followed: that one may take writes
        for seconds, which too few replicas confirm.
        """
        address = self._find()
        return self.primary.to(self._now if self._now and address == self._before else address)

    def ask(self) -> Watched:
        """Return the primary and how many replicas could be promoted. Raises RedisError.

        One sentinel says both: another one may already have, or not yet have, gone over to a promoted primary, and the
        count of the one with the primary of the other may be too low. Replicas are asked for first: where the primary
        changes meanwhile, the count is too high for a second, and not too low.
        """
        found = self._asked()
        if found.primary != self._now:
            self._before, self._now = self._now, found.primary
        return found

    def _asked(self) -> Watched:
        """Return what the first sentinel says that tells of primary and replicas; else a primary without a count."""
        for sentinel in tuple(self.sentinel.sentinels):  # in the order in which they are asked for the primary
            try:
                promotable = sum(map(self._could_be_promoted, sentinel.sentinel_slaves(self.name)))
                masters: Any = sentinel.sentinel_masters()
            except RedisError:
                continue
            state = masters.get(self.name)
            if state and self.sentinel.check_master_state(state, self.name):
                return Watched((state["ip"], state["port"]), promotable)
        return Watched(self._find(), None)

    def _find(self) -> Address:
        host, port = self.sentinel.discover_master(self.name)
        return host, port

    def _could_be_promoted(self, replica: Mapping[str, Any]) -> bool:
        """Return whether a replica is up for the sentinel, and follows the primary.

        What the sentinel knows of that may be ten seconds old, so the replica is asked, too. One that says that it is a
        primary was just promoted, or is an old primary: then the sentinel's word counts. A replica that is only
        `disconnected` is up: a promotion closes the other sentinels' connections to it for an instant.
        """
        if replica["is_sdown"] or replica["is_odown"] or not replica["slave-priority"]:
            return False
        said = self._said_by((replica["ip"], replica["port"]))
        if b"role:slave" in said:
            return b"master_link_status:up" in said
        return bool(replica["master-link-status"] == "ok")

    def _said_by(self, address: Address) -> bytes:
        """Return what a replica says of its replication; nothing if it does not answer."""
        node = self._replicas.setdefault(address, Node(lambda: self.primary.to(address), 1))
        try:
            (reply,) = node.receive(node.send(_REPLICATION), 1, SENTINEL_SECONDS, monotonic() + SENTINEL_SECONDS)
        except RedisError:
            return b""
        return reply if isinstance(reply, bytes) else b""


def route_to(url: str, tls: Tls) -> Route:
    """Return what `url` leads to. Nothing is connected yet. Raises UnknownForm: it has no form that is known here."""
    try:
        parts = _split(url)
        options = _options(parts)
        encrypted = parts.scheme == "rediss" or _yes(options, "tls")
        if tls and not encrypted:
            raise UnknownForm("names no encrypted connection, but MASKING_REDIS_CA, _CERT or _KEY is set")
        settings = _settings(TIMEOUT_SECONDS) | (_encryption(tls) if encrypted else {})
        kind: type[Connection] = SSLConnection if encrypted else Connection
        if parts.scheme == CLUSTER:
            return _cluster(parts, settings, kind)
        if parts.scheme == SENTINEL:
            dial = _sentinel(parts, settings, tls, kind, with_auth=_yes(options, "sentinel_auth"))
            return OneServer(Node(dial), dial.ask)
        return _one_server(parts, url, settings)
    except UnknownForm:
        raise
    except ValueError:  # what Python and redis-py say would repeat some of it
        raise UnknownForm("cannot be read: are user and password percent-encoded, and is the port a number?") from None


def _options(parts: SplitResult) -> dict[str, str]:
    """Return the options of a URL. Raises UnknownForm: its scheme or an option is unknown."""
    if parts.scheme not in _OPTIONS:
        raise UnknownForm(f"must have the form {FORMS}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not options.keys() <= _OPTIONS[parts.scheme]:
        known = ", ".join(sorted(_OPTIONS[parts.scheme]))
        raise UnknownForm(f"has an unknown option; {parts.scheme}:// supports {known}")
    return options


def _cluster(parts: SplitResult, settings: dict[str, Any], kind: type[Connection]) -> Cluster:
    if parts.path.strip("/"):
        raise UnknownForm("names a database, and a cluster has only one")
    return Cluster(_hosts(parts, 6379), AddressDial(kind, settings | _credentials(parts)).to)


def _one_server(parts: SplitResult, url: str, settings: dict[str, Any]) -> OneServer:
    if parts.scheme == "unix" and not parts.path:
        raise UnknownForm("names no socket")
    if parts.scheme != "unix":
        _database(parts.path.strip("/"))
    found = parse_url(url)
    return OneServer(Node(AddressDial(found.pop("connection_class", Connection), found | settings)))


def _names_several_hosts(url: str) -> bool:
    return url.partition("://")[0].lower() in {SENTINEL, CLUSTER}


def _split(url: str) -> SplitResult:
    """Return the parts of a URL, also where several hosts are named.

    Python 3.13 refuses an IPv6 host (`[::1]`) among several, so `urlsplit` does not get to see them.
    """
    if not _names_several_hosts(url):
        return urlsplit(url)
    scheme, _, rest = url.partition("://")
    hosts = re.split("[/?#]", rest, maxsplit=1)[0]
    return urlsplit(f"{scheme}://{rest[len(hosts) :]}")._replace(netloc=hosts)


def _sentinel(
    parts: SplitResult, settings: dict[str, Any], tls: Tls, kind: type[Connection], *, with_auth: bool
) -> SentinelDial:
    name, _, database = parts.path.strip("/").partition("/")
    if not name:
        raise UnknownForm("must name what the sentinels watch: redis+sentinel://host:port,host:port/name")
    watching = _settings(SENTINEL_SECONDS) | (_credentials(parts) if with_auth else {})
    if kind is SSLConnection:
        watching |= _encryption(tls) | {"ssl": True}
    sentinel = Sentinel(_hosts(parts, 26379), sentinel_kwargs=watching)
    primary = AddressDial(kind, settings | _credentials(parts) | {"db": _database(database)})
    return SentinelDial(unquote(name), sentinel, primary)


def _settings(timeout: float) -> dict[str, Any]:
    return {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
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
