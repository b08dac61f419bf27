"""Nothing is written while the clocks differ widely."""

import pytest

from masking_service.service.vault.vault import Vault
from masking_service.store.client import MAX_CLOCK_SECONDS, Clocks, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.health import faults
from tests.store import stores
from tests.store.stores import LATER, NOW


class Machine:
    """Clocks of which one can be set."""

    def __init__(self) -> None:
        self.now, self.passed = float(NOW), 0.0
        self.clocks = Clocks(lambda: self.now, lambda: self.passed)


@pytest.fixture
def vault(store: Store) -> Vault:
    return stores.vault(store)


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.clocks.saw([NOW])
    return machine


def test_nothing_is_held_against_a_clock_of_which_nothing_was_seen() -> None:
    assert Machine().clocks.agree


def test_time_passes_for_both(machine: Machine) -> None:
    machine.now, machine.passed = NOW + 2 * MAX_CLOCK_SECONDS, 2.0 * MAX_CLOCK_SECONDS

    assert machine.clocks.agree


@pytest.mark.parametrize("far", [-1, 1])
def test_a_clock_that_is_set_does_not_agree_at_once(machine: Machine, far: int) -> None:
    machine.now = NOW + far * (MAX_CLOCK_SECONDS + 1)
    before = machine.clocks.agree
    machine.now = NOW + far * MAX_CLOCK_SECONDS

    assert (before, machine.clocks.agree) == (False, True)


@pytest.mark.parametrize("servers", [(NOW - MAX_CLOCK_SECONDS - 1, NOW), (NOW, NOW - MAX_CLOCK_SECONDS - 1)])
def test_the_clock_of_every_server_has_to_agree(machine: Machine, servers: tuple[int, int]) -> None:
    machine.clocks.saw(servers)
    before = machine.clocks.agree
    machine.clocks.saw([NOW, NOW + MAX_CLOCK_SECONDS])

    assert (before, machine.clocks.agree) == (False, True)


def test_nothing_is_written_and_it_is_not_ready_while_they_do_not_agree(store: Store) -> None:
    store.clocks = Clocks(lambda: 0.0)
    found = [fault.check for fault in faults(store)]

    with pytest.raises(StoreUnavailable, match="clock"):
        store.write([(b"SET", b"wm:k", b"v")])
    assert (found, store.read([(b"GET", b"wm:k")])) == (["clock"], [None])


@pytest.mark.parametrize("far", [-1, 1])
def test_a_request_that_began_under_another_clock_changes_nothing(store: Store, vault: Vault, far: int) -> None:
    stores.put(vault, stores.body())
    store.clocks = Clocks(lambda: NOW, lambda: 0.0)  # set right since
    store.clocks.saw([NOW])
    began = NOW + far * (MAX_CLOCK_SECONDS + 1)

    with pytest.raises(StoreUnavailable, match="clock"):
        stores.write(vault, {"SF0000000002": stores.body()}, now=began)
    with pytest.raises(StoreUnavailable, match="clock"):
        stores.erase(vault, stores.NUMBER, now=began, until=LATER)

    found = vault.newest("default", [stores.NUMBER, "SF0000000002"], NOW)
    assert [one is not None for one in found] == [True, False]


def test_one_that_began_a_little_earlier_is_stored(store: Store, vault: Vault) -> None:
    store.clocks = Clocks(lambda: NOW, lambda: 0.0)
    store.clocks.saw([NOW])

    assert stores.put(vault, stores.body(), now=NOW - MAX_CLOCK_SECONDS).created
