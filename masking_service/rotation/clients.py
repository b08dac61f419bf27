"""Rotates the pepper of API keys.

The new pepper hashes what the old one gave, so every stored digest changes at once and every API key stays valid.
An old pepper alone tells nothing about a digest.
"""

from collections.abc import Callable

from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.rotate import rotate
from masking_service.service.people.clients import Clients
from masking_service.service.people.registry import ClientRegistry

Change = Callable[[Callable[[Clients], Clients]], None]
"""Changes the registry of clients: logged before it is made."""


def rotate_clients(coordinator: Coordinator, registry: ClientRegistry, change: Change) -> int:
    """Rotate the pepper, or continue. No API key changes.

    Returns:
        The number of API keys whose digest has the new pepper: all.

    Raises:
        KeysError: the keyset cannot be used or changed.
        ProcessesBehindError: a running process did not follow; no digest has a pepper that it lacks.
        StoreUnavailable: run it again.
    """
    keyring = coordinator.keyring
    coordinator.finish_last_change()
    registry.refresh()
    if registry.clients.pepper == keyring.keyset.active["client"]:
        rotate(coordinator, "client", before_activation=coordinator.require_hosts)
    newest = keyring.keyset.active["client"]
    change(lambda known: known.repeppered(lambda one: keyring.repeppered(one, known.pepper, newest), newest))
    registry.refresh()
    return sum(len(client.keys) for client in registry.clients)
