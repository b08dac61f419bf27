"""The shipped rights are exactly those that the service uses."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from masking_service.dev.development import Development
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import assemble
from masking_service.shipped import ROOT
from masking_service.store.client import Store
from masking_service.store.health import every_fault, faults
from masking_service.store.rights import commands
from tests.setups.conftest import PASSWORD, RIGHTS, Company
from tests.store.stores import ask
from tests.web.api import SITE, Api, field, record, results, token
from tests.web.people import COURIER, PRIVACY, SUPERVISOR

ONCE = Retry(NoBackoff(), 0)
CONTAINERS = {"ACL", "CLUSTER", "CONFIG", "XINFO"}
OF_THE_CLIENT = {"cluster|slots", "select"}
"""Sent by redis-py: a cluster's look at its slots, and the number of a database."""

OF_OPERATORS = {"expiretime", "scan", "type"}
"""Sent by `audit verify --store` and some commands of `keys` alone, which run as another user: they list all keys."""


TRIED_OTHERWISE = {"acl|dryrun", "config|get", "select"}
"""Without the first one nothing can be tried; the second has a check of its own; without the third a connection to a
database with a number fails."""


def rights() -> set[str]:
    return set(re.findall(r" \+(\S+)", RIGHTS.read_text()))


def sent(path: Path, known: set[str]) -> Iterator[str]:
    """Return the commands that a Python or Lua file names."""
    if path.suffix == ".lua":
        yield from (name.lower() for name in re.findall(r"redis\.p?call\('(\w+)'", path.read_text()))
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Tuple):
            continue
        words = [each.value for each in node.elts if isinstance(each, ast.Constant)]
        if not words or not isinstance(words[0], bytes) or words[0].decode("latin-1").lower() not in known:
            continue
        name = words[0].decode()
        yield (f"{name}|{words[1].decode()}" if name in CONTAINERS else name).lower()  # type: ignore[union-attr]  # the second word of these


def test_the_service_may_use_exactly_the_commands_that_it_sends(client: redis.Redis) -> None:
    known = {name.decode() for name in ask(client, "COMMAND LIST")}
    files = [*ROOT.glob("masking_service/**/*.py"), *ROOT.glob("masking_service/**/*.lua")]

    used = OF_THE_CLIENT | {name for path in files for name in sent(path, known)}

    assert rights() == used - OF_OPERATORS


def tried() -> set[str]:
    """Return the rights that the service asks for, as an ACL names them."""
    return {"|".join(words[: 2 if words[0] in CONTAINERS else 1]).lower() for words in commands(slotted=True)}


def test_every_shipped_right_is_asked_for() -> None:
    assert tried() == rights() - TRIED_OTHERWISE


@pytest.fixture
def lesser(company: Company) -> Iterator[Any]:
    """Makes a user with the shipped rights and a change, and returns a store with that user."""
    stores = []

    def make(change: str) -> Store:
        shipped = RIGHTS.read_text().split()[2:]
        ask(company.client, "ACL", "SETUSER", "lesser", "reset", *shipped, change, "on", f">{PASSWORD}")
        stores.append(Store(company.url.replace("waybill", "lesser")))
        stores[0].trust()
        return stores[0]

    yield make
    stores[0].close()
    ask(company.client, "ACL", "DELUSER", "lesser")


@pytest.mark.parametrize("right", sorted(tried() - {"asking", "cluster|slots", "info"}))
def test_a_right_that_is_missing_is_named(lesser: Any, right: str) -> None:
    """Without +info nothing is known of a server: `test_wrong_setups.py`."""
    named = [fault.reason for fault in faults(lesser(f"-{right}")) if fault.check == "rights"]

    assert named == [f"the store's user may not do what the service does: it lacks +{right}"]


def test_the_rights_of_a_single_server_need_no_cluster(lesser: Any) -> None:
    assert faults(lesser("-cluster|slots")) == []


def test_where_rights_cannot_be_asked_for_that_is_said_and_the_store_is_ready(lesser: Any) -> None:
    store = lesser("-acl|dryrun")

    assert [(fault.check, fault.weight) for fault in every_fault(store)] == [("rights", "untried")]
    assert faults(store) == []


@pytest.fixture
def service(company: Company, tmp_path: Path) -> Iterator[Api]:
    """A service with the shipped rights on an empty store."""
    ask(company.client, "FLUSHALL")
    ask(company.client, "ACL", "LOG", "RESET")
    with Development({"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": company.url}) as made:
        parts = assemble(made.settings)
    admit_store(parts)
    yield Api(parts)
    parts.store.close()


def test_everything_that_the_service_does_works_with_them(service: Api, company: Company) -> None:
    made = service.tokenize(record(), custody={"site": SITE})[0]["tokens"]
    service.tokenize(record(sender__phone="13900000000"), on_conflict="revise")
    service.tokenize(record(sender__phone="13900000001"))
    service.open_case("D-1", "SF1234567890")
    numbers = [f"SF00000000{number:02}" for number in range(12)]
    service.open_case("D-2", *numbers)
    approved = service.post(SUPERVISOR, "/v1/cases/D-2/approve")
    seen = service.get(COURIER, "/v1/waybills/SF1234567890?profile=courier")
    opened = service.opened(token(made["/sender/phone"]), field("SF1234567890", "/sender/phone"))
    erased = service.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")

    assert (approved.status_code, seen.status_code, erased.status_code) == (200, 200, 200)
    assert [one["value"] for one in opened] == ["13812345678", "13900000000"]
    assert results(service.post(COURIER, "/v1/waybills/view", {"waybills": ["SF1234567890"], "profile": "courier"}))
    assert every_fault(service.parts.store) == []
    assert ask(company.client, "ACL", "LOG") == []


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "another"),
        ("SET", "another", "v"),
        ("GET", "wm"),
        ("EVAL", "return redis.call('GET', 'another')", 0),
        ("EVAL", "return redis.call('FLUSHALL')", 0),
        ("SCRIPT", "FLUSH"),
        ("FUNCTION", "LIST"),
        ("KEYS", "wm:*"),
        ("SCAN", 0),
        ("RANDOMKEY",),
        ("RENAME", "wm:a", "wm:b"),
        ("DUMP", "wm:a"),
        ("RESTORE", "wm:a", 0, "x"),
        ("COPY", "wm:a", "wm:b"),
        ("FLUSHALL",),
        ("FLUSHDB",),
        ("CONFIG", "SET", "appendfsync", "no"),
        ("CONFIG", "REWRITE"),
        ("CONFIG", "RESETSTAT"),
        ("ACL", "LIST"),
        ("ACL", "SETUSER", "waybill", "+@all"),
        ("CLIENT", "LIST"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("CLUSTER", "RESET"),
        ("MONITOR",),
        ("SHUTDOWN",),
        ("SAVE",),
        ("BGREWRITEAOF",),
        ("REPLICAOF", "NO", "ONE"),
        ("PSYNC", "?", -1),
        ("MODULE", "LIST"),
        ("SLOWLOG", "GET"),
        ("PUBLISH", "wm:c", "m"),
        ("SUBSCRIBE", "wm:c"),
        ("SWAPDB", 0, 1),
    ],
    ids=lambda command: " ".join(map(str, command[:2])),
)
def test_whatever_else_is_denied(company: Company, command: tuple[Any, ...]) -> None:
    with (
        redis.Redis.from_url(company.url, protocol=2) as service,
        pytest.raises((redis.exceptions.NoPermissionError, redis.exceptions.ResponseError), match=r"(?i)permission"),
    ):
        service.execute_command(*command)


def test_until_it_is_given_a_password_nobody_is_the_service(company: Company) -> None:
    shipped = RIGHTS.read_text().split()[1:]
    ask(company.client, "ACL", "SETUSER", "shipped", *shipped[1:])
    try:
        with (
            redis.Redis(port=company.port, username="shipped", password=PASSWORD, retry=ONCE) as unknown,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            unknown.ping()
    finally:
        ask(company.client, "ACL", "DELUSER", "shipped")
