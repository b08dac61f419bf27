"""Encrypted connections need the right certificates."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.urls import Tls
from tests import servers
from tests.certificates import Authority
from tests.setups.conftest import FAMILIES, Company
from tests.store import stores
from tests.store.stores import NOW, body, put, read_at


def files(company: Company) -> Tls:
    return Tls(company.authority, company.service.certificate, company.service.key)


def reached(store: Store) -> bool:
    """Whether the store answers."""
    try:
        store.read([(b"GET", b"wm:k")])
    except StoreUnavailable:
        return False
    return True


def works(store: Store) -> bool:
    """Whether a record is written and found again."""
    vault = stores.vault(store)
    stored = put(vault, body())
    return read_at(vault, "default", [(stored.base, 0)], NOW) == [stored.record]


def refused(url: str, tls: Tls) -> tuple[str, str]:
    """Return the word and the detail with which a store is refused."""
    with pytest.raises(StoreUnavailable) as fault:
        stores.admitted(url, tls=tls).read([(b"GET", b"wm:k")])
    return fault.value.reason, fault.value.detail


def test_an_encrypted_connection_with_a_certificate_works(company: Company) -> None:
    assert works(stores.admitted(company.tls_url, tls=files(company)))


def test_a_socket_works(company: Company) -> None:
    assert works(stores.admitted(company.socket_url))


def test_the_ways_lead_to_the_same_store(company: Company) -> None:
    stores.admitted(company.tls_url, tls=files(company)).write([(b"SET", b"wm:k", b"v")])

    others = [stores.admitted(url).read([(b"GET", b"wm:k")]) for url in (company.url, company.socket_url)]

    assert others == [[b"v"], [b"v"]]


def test_whoever_shows_no_certificate_is_refused(company: Company) -> None:
    word, detail = refused(company.tls_url, Tls(company.authority))

    assert word == "tls"
    # In TLS 1.3 the refusal comes after the handshake: it is read, or the next write fails first.
    assert detail in {"tlsv13 alert certificate required", "the server ended the connection"}


def test_a_server_that_another_authority_vouches_for_is_not_believed(company: Company, tmp_path: Path) -> None:
    tls = Tls(Authority(tmp_path, "another").file, company.service.certificate, company.service.key)

    assert refused(company.tls_url, tls) == ("tls", "self-signed certificate in certificate chain")


def test_a_server_at_another_address_than_its_certificate_names_is_not_believed(company: Company) -> None:
    url = company.tls_url.replace(servers.HOST, "localhost")

    assert refused(url, files(company)) == ("tls", "the certificate is for another name or address")


@pytest.mark.parametrize(
    ("since", "told"),
    [(timedelta(hours=-2), "certificate is not yet valid"), (timedelta(days=2), "certificate has expired")],
    ids=["the clock here is two hours behind", "it has expired"],
)
def test_a_certificate_of_another_time_is_told_from_other_faults(
    tmp_path: Path, authority: Authority, since: timedelta, told: str
) -> None:
    own, port = authority.vouch_for("at-another-time", since=since), servers.free_ports(1)[0]
    tls = {"tls_cert_file": own.certificate, "tls_key_file": own.key, "tls_ca_cert_file": authority.file}
    settings = {name: str(path) for name, path in tls.items()}
    node = servers.Node(tmp_path, servers.durable(**settings, tls_port=port), binary=servers.debian("valkey-server"))
    node.start()
    try:
        assert refused(f"rediss://{servers.HOST}:{port}/0", Tls(authority.file)) == ("certificate-time", told)
    finally:
        node.end()


def test_a_file_without_a_certificate_is_named(company: Company, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")

    assert refused(company.tls_url, Tls(tmp_path / "ca.pem")) == ("tls", "no certificate or crl found")


def test_a_batch_as_large_as_they_come_fits_through(company: Company) -> None:
    store = stores.admitted(company.tls_url, tls=files(company))
    values = [b"%d" % number + bytes(2000) for number in range(1000)]
    keys = [b"wm:{%d}" % number for number in range(1000)]

    store.write([(b"SET", key, value) for key, value in zip(keys, values, strict=True)])

    assert store.read([(b"GET", key) for key in keys]) == values


@pytest.fixture(params=FAMILIES)
def encrypted(request: pytest.FixtureRequest, tmp_path: Path, authority: Authority) -> Iterator[Any]:
    """Makes servers with encrypted connections only: `encrypted("cluster")` or `encrypted("sentinel")`."""
    own, port = authority.vouch_for("node"), servers.free_ports(1)[0]
    tls: dict[str, str | int] = {
        "tls-cert-file": str(own.certificate),
        "tls-key-file": str(own.key),
        "tls-ca-cert-file": str(authority.file),
        "tls-replication": "yes",
    }
    started: list[servers.Node] = []

    def start(settings: dict[str, str | int], *arguments: str) -> None:
        node = servers.Node(tmp_path, tls | settings, binary=servers.debian(request.param), arguments=arguments)
        node.client.close()
        node.client = redis.Redis(
            host=servers.HOST,
            port=int(settings["tls-port"]),
            ssl=True,
            ssl_ca_certs=str(authority.file),
            ssl_certfile=str(own.certificate),
            ssl_keyfile=str(own.key),
        )
        started.append(node.start())

    def make(kind: str) -> str:
        if kind == "cluster":
            bus = servers.free_ports(1)[0]
            clustered = servers.durable(cluster_enabled="yes", tls_cluster="yes", cluster_port=bus)
            start({**clustered, "port": 0, "tls-port": port})
            started[0].client.execute_command("CLUSTER ADDSLOTSRANGE", 0, servers.SLOTS - 1)
            servers.wait_until(lambda: servers._cluster_info(started[0])["cluster_state"] == "ok", "the cluster serves")
            return f"redis+cluster://{servers.HOST}:{port}?tls=true"
        start({**servers.durable(), "port": 0, "tls-port": port})
        watch = servers.free_ports(1)[0]
        monitor = {"sentinel monitor mymaster": f"{servers.HOST} {port} 1"}
        start({"port": 0, "tls-port": watch, **monitor}, "--sentinel")
        return f"redis+sentinel://{servers.HOST}:{watch}/mymaster?tls=true"

    yield make
    for node in started:
        node.end()


@pytest.mark.parametrize("kind", ["cluster", "sentinel"])
def test_sentinels_and_clusters_work_over_encrypted_connections(
    encrypted: Any, kind: str, authority: Authority
) -> None:
    own = authority.vouch_for("waybill")
    store = stores.admitted(encrypted(kind), tls=Tls(authority.file, own.certificate, own.key))
    servers.wait_until(lambda: reached(store), "a sentinel's answer within its quarter of a second")

    assert works(store)
