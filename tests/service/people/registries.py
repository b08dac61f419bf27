"""Changes to a registry of clients, and what it holds."""

from collections.abc import Callable

from masking_service.service.people.clients import ApiKey, ClientRegistry, Clients
from tests.keys.known import known_bytes
from tests.store.stores import NOW


def adding(name: str) -> Callable[[Clients], Clients]:
    return lambda clients: clients.add(name, "label-printer", ApiKey.new(known_bytes(name), NOW))


def names(registry: ClientRegistry) -> list[str]:
    return [client.id for client in registry.clients]
