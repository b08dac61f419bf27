"""Tests the rotation of the pepper of API keys."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keys import keyset
from keys.keyring import Keyring
from masking_service.rotation.rotate import rotate_clients
from masking_service.service.call.call import Authenticator
from masking_service.service.people.clients import ApiKey, ClientRegistry, Clients
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.issuers import Issuers
from tests.rotation.processes import Killed, Process, coordinator, countdown
from tests.service.people.registries import adding
from tests.store import stores
from tests.store.stores import NOW

TEXT = "wbk_" + "A" * 43
KEY = bytes(32)


class Front:
    """A process that knows its callers by API key; `learn` is its background run."""

    def __init__(self, process: Process, folder: Path) -> None:
        self.process = process
        folder.mkdir(exist_ok=True)
        self.registry = ClientRegistry(process.store, process.keyring, folder, os.urandom)
        self._authenticator = Authenticator(self.registry, Issuers({}, {}), process.keyring)

    def learn(self) -> None:
        self.process.look()
        self.registry.refresh()

    def knows(self) -> bool:
        """Whether the API key names its client."""
        try:
            principal = self._authenticator.authenticate(f"Bearer {TEXT}", "127.0.0.1", NOW)
        except Unauthenticated:
            return False
        return principal.id == "client/printer"


@pytest.fixture
def front(process: Process, tmp_path: Path) -> Front:
    front = Front(process, tmp_path / "front")
    digest = process.keyring.api_key_digest(KEY, 0)
    stores.change(front.registry, lambda known: known.add("printer", "label-printer", ApiKey.new(digest, NOW)))
    return front


def rotated(path: Path, url: str, front: Front, step: Callable[[], object] = lambda: None) -> int:
    """Run the command while the process follows."""

    def follow() -> None:
        step()
        front.learn()
        assert front.knows()

    with coordinator(path, url, step=follow) as mine:
        registry = ClientRegistry(mine.store, mine.keyring, path.parent, os.urandom)
        return rotate_clients(mine, registry, lambda change: stores.change(registry, change))


def test_an_api_key_is_known_at_every_step_of_a_rotation(path: Path, url: str, front: Front) -> None:
    assert front.knows()

    assert rotated(path, url, front) == 1

    assert front.knows()
    front.learn()
    assert front.knows()
    assert (front.registry.clients.pepper, front.process.keyring.keyset.active["client"]) == (1, 1)


def test_the_old_pepper_finds_no_client_after_a_rotation(path: Path, url: str, front: Front, old_keyset: Path) -> None:
    rotated(path, url, front)
    front.learn()

    with pytest.raises(Unauthenticated) as refused:
        front.registry.clients.authenticate(Keyring(keyset.load(old_keyset)).api_key_digest(KEY, 0), "127.0.0.1", NOW)
    assert refused.value.reason == "unknown-key"


def test_an_api_key_keeps_its_id(path: Path, url: str, front: Front) -> None:
    (before,) = front.registry.clients

    rotated(path, url, front)
    rotated(path, url, front)

    front.learn()
    (after,) = front.registry.clients
    assert [key.id for key in after.keys] == [key.id for key in before.keys]
    assert [key.digest for key in after.keys] != [key.digest for key in before.keys]
    assert len(front.registry.clients.revoke_key("printer", before.keys[0].id).to_state()["clients"][0]["keys"]) == 0


def test_a_client_that_is_added_after_a_rotation_is_known(path: Path, url: str, front: Front) -> None:
    rotated(path, url, front)
    front.learn()
    other = os.urandom(32)
    digest = front.process.keyring.api_key_digest(other, front.registry.clients.pepper)
    stores.change(front.registry, lambda known: known.add("second", "label-printer", ApiKey.new(digest, NOW)))

    rotated(path, url, front)

    front.learn()
    newest = front.process.keyring.api_key_digest(other, front.registry.clients.pepper)
    assert front.registry.clients.authenticate(newest, "127.0.0.1", NOW).id == "client/second"
    assert front.knows()


def test_an_interrupted_rotation_continues_with_the_same_pepper(path: Path, url: str, front: Front) -> None:
    killed = 0
    for left in range(40):
        try:
            rotated(path, url, front, countdown([left]))
        except Killed:
            killed += 1
        else:
            break

    front.learn()
    assert killed > 1
    assert front.knows()
    assert [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "client"] == ["retired", "active"]


def test_a_registry_without_a_pepper_is_stored_as_before() -> None:
    assert adding("printer")(Clients()).to_state().keys() == {"version", "clients"}
