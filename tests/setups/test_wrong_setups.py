"""Wrong set-ups are named with a remedy; masking goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from masking_service.dev.development import Development
from masking_service.runtime.background import Background
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.store.urls import default_replicas
from tests import servers
from tests.e2e.processes import invoke
from tests.setups.conftest import PASSWORD, RIGHTS, Company
from tests.store.stores import ask
from tests.web.api import Api, record
from tests.web.people import PRINTER

WORDS = RIGHTS.read_text().split()[2:]
NOBODY_BELIEVES = "another-password"


@pytest.fixture
def made(company: Company, tmp_path: Path) -> Settings:
    """A right set-up: keys, a snapshot of clients, and its store."""
    ask(company.client, "FLUSHALL")
    with Development({"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": company.url}) as development:
        parts = assemble(development.settings)
    admit_store(parts)
    parts.store.close()
    return parts.settings


@contextmanager
def started(made: Settings, url: str, replicas: int | None = None) -> Iterator[Parts]:
    """Start a process of that set-up on another address."""
    parts = assemble(
        replace(made, redis_url=url, redis_replicas=default_replicas(url) if replicas is None else replicas)
    )
    background = Background(parts, lambda _: None)
    background.start()
    try:
        yield parts
    finally:
        background.stop()
        parts.store.close()


def found(made: Settings, url: str, replicas: int | None = None) -> dict[str, str]:
    """Return the failed checks of `/readyz`.

    Labels go on meanwhile, and nothing is acknowledged.
    """
    with started(made, url, replicas) as parts:
        api = Api(parts)
        answers = [api.post(PRINTER, path, {"records": [record()]}) for path in ("/v1/mask", "/v1/tokenize")]
        ready = api.get(None, "/readyz")

    assert [answer.status_code for answer in (*answers, ready)] == [200, 503, 503]
    assert PASSWORD not in ready.get_data(as_text=True)
    return {fault["check"]: f"{fault['reason']}. Fix: {fault['remedy']}" for fault in ready.get_json()["faults"]}


def doctor(made: Settings, url: str) -> str:
    """Return what `doctor` prints, in one line."""
    done = invoke("doctor", "--state-dir", made.state_dir, MASKING_REDIS_URL=url)
    assert done.exit_code == 1
    assert PASSWORD not in done.output
    return " ".join(done.output.split())


@contextmanager
def setting(client: redis.Redis, name: str, value: str) -> Iterator[None]:
    before = dict(ask(client, "CONFIG", "GET", name))
    ask(client, "CONFIG", "SET", name, value)
    yield
    ask(client, "CONFIG", "SET", name, next(iter(before.values())))


@pytest.mark.parametrize(
    ("name", "value", "check", "words"),
    [
        ("appendfsync", "everysec", "appendfsync", "Fix: CONFIG SET appendfsync always"),
        ("appendonly", "no", "aof_enabled", "Fix: CONFIG SET appendonly yes"),
        ("maxmemory-policy", "allkeys-lru", "maxmemory_policy", "Fix: CONFIG SET maxmemory-policy noeviction"),
        ("maxmemory-policy", "volatile-ttl", "maxmemory_policy", "Fix: CONFIG SET maxmemory-policy noeviction"),
        ("maxmemory", "1", "writes", "memory is full, and it takes no writes. Fix: CONFIG SET maxmemory"),
        ("min-replicas-to-write", "1", "writes", "fewer replicas are connected"),
    ],
)
def test_a_wrong_setting_of_the_server(
    made: Settings, company: Company, name: str, value: str, check: str, words: str
) -> None:
    with setting(company.client, name, value):
        assert words in found(made, company.url)[check]
        assert words in doctor(made, company.url)


@pytest.mark.parametrize(
    ("rights", "check", "words"),
    [
        (["+@read", "+info", "+config|get", "+select", "~*"], "writes", "user may not do what the service does"),
        ([*WORDS, "resetkeys", "~other:*"], "writes", "Fix: give it the rights of examples/redis.acl"),
        ([*WORDS, "-config|get"], "appendfsync", "Fix: ACL SETUSER name +config|get"),
        ([*WORDS, "-info"], "info", "Fix: ACL SETUSER name +info"),
    ],
    ids=["that reads only", "of another prefix", "that sees no settings", "that is told nothing"],
)
def test_a_user_with_too_few_rights(
    made: Settings, company: Company, rights: list[str], check: str, words: str
) -> None:
    ask(company.client, "ACL", "SETUSER", "lesser", "reset", *rights, "on", f">{PASSWORD}")
    url = company.url.replace("waybill", "lesser")
    try:
        assert words in found(made, url)[check]
        assert words in doctor(made, url)
    finally:
        ask(company.client, "ACL", "DELUSER", "lesser")


@pytest.mark.parametrize("right", ["xadd", "hset", "sadd", "setrange", "expireat", "zadd"])
def test_a_right_that_is_first_needed_later_is_named_at_once(made: Settings, company: Company, right: str) -> None:
    ask(company.client, "ACL", "SETUSER", "lesser", "reset", *WORDS, f"-{right}", "on", f">{PASSWORD}")
    url = company.url.replace("waybill", "lesser")
    try:
        with started(made, url) as parts:
            ready = Api(parts).get(None, "/readyz")
        printed = doctor(made, url)
    finally:
        ask(company.client, "ACL", "DELUSER", "lesser")

    assert (ready.status_code, "rights" in [fault["check"] for fault in ready.get_json()["faults"]]) == (503, True)
    assert f"it lacks +{right}. Fix: give it the rights of examples/redis.acl" in printed


@pytest.mark.parametrize("right", ["-eval", "-evalsha"])
def test_a_user_that_may_run_no_scripts_is_told_before_the_first_release(
    made: Settings, company: Company, right: str
) -> None:
    ask(company.client, "ACL", "SETUSER", "lesser", "reset", *WORDS, right, "on", f">{PASSWORD}")
    try:
        assert "Fix: give it the rights of examples/redis.acl" in doctor(made, company.url.replace("waybill", "lesser"))
    finally:
        ask(company.client, "ACL", "DELUSER", "lesser")


ADDRESSES: dict[str, tuple[Callable[[Company], str], str]] = {
    "a wrong password": (
        lambda company: company.url.replace(PASSWORD, NOBODY_BELIEVES),
        "does not know this user and password (password). Fix: correct them in MASKING_REDIS_URL",
    ),
    "no password": (
        lambda company: f"redis://{servers.HOST}:{company.port}/0",
        "does not know this user and password (password)",
    ),
    "a cluster's address": (
        lambda company: company.url.replace("redis:", "redis+cluster:").removesuffix("/0"),
        "the store is not a cluster (no-cluster). Fix: begin MASKING_REDIS_URL with redis://",
    ),
    "an address of sentinels": (
        lambda company: company.url.replace("redis:", "redis+sentinel:").replace("/0", "/mymaster?sentinel_auth=true"),
        "what answers is not a sentinel (no-sentinel)",
    ),
    "TLS to a plain port": (
        lambda company: company.url.replace("redis:", "rediss:"),
        "no encrypted connection to the store can be made (tls: no answer in the handshake). Fix: see that",
    ),
    "a plain connection to a port for TLS": (
        lambda company: company.url.replace(str(company.port), str(company.tls_port)),
        "the store does not answer (connection)",
    ),
    "a database that is not there": (
        lambda company: company.url.replace("/0", "/99"),
        "no database of that number (database)",
    ),
    "an unknown host": (
        lambda company: company.url.replace(servers.HOST, "store.invalid"),
        "name of the store's host is not known here (unknown-host)",
    ),
    "a closed port": (
        lambda company: company.url.replace(str(company.port), str(servers.free_ports(1)[0])),
        "the store does not answer (connection)",
    ),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wrong_address(made: Settings, company: Company, address: str) -> None:
    url, words = ADDRESSES[address][0](company), ADDRESSES[address][1]

    assert words in found(made, url)["store"]
    assert words in doctor(made, url)


def test_a_replica_in_the_primarys_place(made: Settings, company: Company, tmp_path: Path) -> None:
    following = servers.durable(replicaof=f"{servers.HOST} {company.port}", masteruser="admin", masterauth="admin")
    replica = servers.Node(tmp_path, following, binary=servers.debian(company.family)).start()
    try:
        assert "primary, not a replica. Fix: let MASKING_REDIS_URL name the primary" in found(made, replica.url)["role"]
        assert "primary, not a replica" in doctor(made, replica.url)
    finally:
        replica.end()


def test_replicas_that_are_not_there(made: Settings, company: Company) -> None:
    assert "Fix: start the missing replicas" in found(made, company.url, replicas=1)["replicas"]


def test_sentinels_that_watch_something_else(
    made: Settings, company: Company, make_sentinel: Callable[..., servers.Group]
) -> None:
    group = make_sentinel(binary=servers.debian(company.family))
    wrong_name, a_sentinel = group.url.replace("mymaster", "another"), group.sentinels[0].url

    assert "no sentinel names a primary (no-primary)" in found(made, wrong_name)["store"]
    assert "SENTINEL MASTERS" in doctor(made, wrong_name)
    assert "what answers is a sentinel" in found(made, a_sentinel)["mode"]
    assert "begin MASKING_REDIS_URL with redis+sentinel://" in doctor(made, a_sentinel)


def test_one_node_of_a_cluster_as_if_it_were_all(
    made: Settings, company: Company, make_cluster: Callable[..., servers.Group]
) -> None:
    node = make_cluster(1, 0, servers.debian(company.family)).primaries[0].url

    assert "one node of a cluster" in found(made, node)["mode"]
    assert "begin it with redis+cluster://" in doctor(made, node)
