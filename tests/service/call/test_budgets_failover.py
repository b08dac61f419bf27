"""Budgets behind sentinels: what a replica does not have yet was not reserved, and no fail-over gives anything back."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.observability.metrics import Metrics
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.people.rules import Factors
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.keys.known import known_keyring
from tests.service.call.budgets.spending import grant, person
from tests.store import stores
from tests.store.stores import NOW

pytestmark = pytest.mark.server

LIMIT = 60
GRANT = grant({"30d": LIMIT})


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Group]:
    """A primary with two replicas and three sentinels."""
    group = servers.make_sentinel(Path(tmp_path_factory.mktemp("sentinel")))
    yield group
    group.stop()


@pytest.fixture
def budgets(group: servers.Group) -> Budgets:
    store = stores.admitted(group.url, replicas=1)
    return Budgets(store, known_keyring(), Factors(10, 50), random.randbytes, Metrics())


def test_what_no_replica_has_is_not_reserved(group: servers.Group, budgets: Budgets) -> None:
    for replica in group.replicas:
        replica.pause()
    try:
        with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
            budgets.reserve(person("u-1"), GRANT, 1, NOW)
    finally:
        for replica in group.replicas:
            replica.resume()
    servers.wait_until(lambda: all(map(servers._follows, group.replicas)), "the replicas follow again")


def test_a_failover_resets_no_budget(group: servers.Group, budgets: Budgets) -> None:
    """This one comes last: the primary of the module's set-up is gone after it."""
    budgets.reserve(person("u-2"), GRANT, LIMIT, NOW)

    group.primaries[0].kill()

    group.wait_for_promotion()
    servers.wait_until(lambda: _counts(budgets), "the promoted replica counts")
    with pytest.raises(QuotaExceeded):
        budgets.reserve(person("u-2"), GRANT, 1, NOW)


def _counts(budgets: Budgets) -> bool:
    try:
        budgets.reserve(person("u-3"), GRANT, 1, NOW)
    except StoreUnavailable:
        return False
    return True
