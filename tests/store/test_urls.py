"""Parsing the store's URL: unknown forms are refused, not repeated."""

from pathlib import Path
from typing import Any

import pytest

from masking_service.store import urls
from masking_service.store.client import Store
from masking_service.store.urls import SentinelDial, Tls, UnknownForm, default_replicas
from tests.every import every

NO_FILES = Tls()
FILES = Tls(Path("ca.pem"), Path("service.pem"), Path("service.key"))


def dial_of(store: Store) -> Any:
    (node,) = store._route.owners()
    return node.connections.dial


def settings(url: str, tls: Tls = NO_FILES) -> dict[str, Any]:
    """Return the settings of connections to the server."""
    dial = dial_of(Store(url, tls=tls))
    return {**(dial.primary if isinstance(dial, SentinelDial) else dial).settings}


def watched(url: str, tls: Tls = NO_FILES) -> list[dict[str, Any]]:
    """What redis-py is told about the sentinels."""
    dial = dial_of(Store(url, tls=tls))
    return [sentinel.connection_pool.connection_kwargs for sentinel in dial.sentinel.sentinels]


def test_a_server_is_reached_with_its_user_password_and_database() -> None:
    said = settings("redis://app:p%40ss@store:7000/3")

    assert [said[name] for name in ("host", "port", "username", "password", "db")] == ["store", 7000, "app", "p@ss", 3]


def test_an_encrypted_server_has_to_show_a_certificate_for_its_name() -> None:
    said = settings("rediss://store")

    assert (said["ssl_cert_reqs"], said["ssl_check_hostname"]) == ("required", True)


def test_an_encrypted_connection_uses_the_files() -> None:
    said = settings("rediss://store", FILES)

    assert [said[f"ssl_{name}"] for name in ("ca_certs", "certfile", "keyfile")] == [
        "ca.pem",
        "service.pem",
        "service.key",
    ]


def test_sentinels_are_asked_for_the_name_and_the_password_is_for_the_servers() -> None:
    url = "redis+sentinel://app:pass@one:1,two,[::1]:3/our%20store/2"
    said = settings(url)
    addresses = [(each["host"], each["port"], each.get("password")) for each in watched(url)]

    assert (dial_of(Store(url)).name, said["username"], said["password"], said["db"]) == ("our store", "app", "pass", 2)
    assert addresses == [("one", 1, None), ("two", 26379, None), ("::1", 3, None)]


def test_nodes_of_a_cluster_may_have_ipv6_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "Cluster", lambda nodes, dial: nodes)

    nodes: Any = urls.route_to("redis+cluster://:pass@one,[::1]:7001,[2001:db8::2]?tls=true", NO_FILES)

    assert nodes == [("one", 6379), ("::1", 7001), ("2001:db8::2", 6379)]


def test_sentinels_may_want_the_same_password() -> None:
    said = watched("redis+sentinel://:pass@one/m?sentinel_auth=true")

    assert [each["password"] for each in said] == ["pass"]


def test_with_tls_the_connections_to_sentinels_are_encrypted_too() -> None:
    (said,) = watched("redis+sentinel://one/m?tls=true", FILES)

    assert (said["ssl_ca_certs"], said["ssl_cert_reqs"]) == ("ca.pem", "required")


def test_every_connection_gives_up_after_half_a_second() -> None:
    urls = ("redis://store", "unix:///tmp/s", "redis+sentinel://one/m")

    assert {settings(url)["socket_timeout"] for url in urls} == {0.5}


@every(
    ("url", "replicas"),
    [
        ("redis://store", 0),
        ("rediss://store", 0),
        ("unix:///tmp/s", 0),
        ("redis+sentinel://one/m", 1),
        ("redis+cluster://one", 1),
        ("", 0),
    ],
)
def test_where_there_are_replicas_one_has_to_have_a_write(url: str, replicas: int) -> None:
    assert default_replicas(url) == replicas


SECRETS = ("hunter2", "passw0rd")


@every(
    "url",
    [
        "",
        "http://:hunter2@store",
        "store:6379",
        "redis+nothing://:hunter2@store",
        "redis://:hunter2@store?socket_timeout=60",
        "rediss://:hunter2@store?ssl_cert_reqs=none",
        "redis://:pa?hunter2@store",
        "redis://:hunter2/passw0rd@store",
        "redis://:hunter2@store/names",
        "redis://[::1",
        "unix://",
        "redis+sentinel://:hunter2@one,two",
        "redis+sentinel://:hunter2@one,,two/m",
        "redis+sentinel://:hunter2@one/m/x",
        "redis+sentinel://:hunter2@one:x/m",
        "redis+sentinel://:hunter2@one/m?tls=perhaps",
        "redis+cluster://",
        "redis+cluster://:hunter2@one/1",
        "redis+cluster://:hunter2@one?sentinel_auth=true",
        "redis+cluster://:hunter2@one,[::1",
        "redis://:hunter2@one\N{ACCOUNT OF}",
    ],
)
def test_anything_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UnknownForm) as fault:
        Store(url)

    assert not any(secret in str(fault.value) for secret in SECRETS)
    assert fault.value.__suppress_context__ or fault.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    ["redis://:hunter2@[::1", "redis://:hunter2@one\N{ACCOUNT OF}"],
    ids=["half a bracket", "not a host's letter"],
)
def test_a_url_that_cannot_be_read_has_no_replicas_and_is_not_repeated(url: str) -> None:
    assert default_replicas(url) == 0


@pytest.mark.parametrize("url", ["redis://store", "unix:///tmp/s", "redis+cluster://one", "redis+sentinel://one/m"])
def test_files_for_encryption_on_a_connection_without_are_refused(url: str) -> None:
    with pytest.raises(UnknownForm, match="encrypted"):
        Store(url, tls=FILES)


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@store", "redis+sentinel://:hunter2@one/m", "redis+cluster://:hunter2@one"]
)
def test_a_store_shows_no_password(url: str) -> None:
    store = Store(url)

    assert "hunter2" not in repr(store) + repr(vars(store)) + repr(vars(store._route))
