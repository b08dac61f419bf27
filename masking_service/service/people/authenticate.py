"""Finds the principal of a bearer credential: an API key or a JWT."""

from typing import Protocol

from keys.errors import KeysetError
from keys.keyring import Keyring
from masking_service.service.people.clients import KEY_PREFIX, Clients, key_bytes
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.principals import Principal
from masking_service.store.errors import StoreUnavailable


class KnownClients(Protocol):
    """The API clients, as this process knows them.

    Attributes:
        clients: the newest registry seen.
        known: whether any was read.
    """

    clients: Clients
    known: bool


class Authenticator:
    """Authenticates machine clients and the people of configured issuers."""

    def __init__(self, registry: KnownClients, issuers: Issuers, keyring: Keyring) -> None:
        self._registry = registry
        self._issuers = issuers
        self._keyring = keyring

    def authenticate(self, authorization: str | None, address: str, now: int) -> Principal:
        """Return the principal of an Authorization header.

        `address` is the caller's IP address, `now` Unix seconds.

        Raises:
            Unauthenticated: the credential is not valid.
            StoreUnavailable: no registry of clients was seen yet, neither a snapshot nor the store's; or
                (``old-keyset``) this process lacks a pepper of it.
            IssuerUnavailable: the issuer's keys cannot be had now.
        """
        scheme, _, credential = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("no-credential")
        if credential.startswith(KEY_PREFIX):
            if not self._registry.known:
                raise StoreUnavailable("clients-unknown")
            clients = self._registry.clients  # read once: it says which pepper its digests have
            try:
                digest = self._keyring.api_key_digest(key_bytes(credential), clients.pepper)
            except KeysetError:
                raise StoreUnavailable("old-keyset") from None
            return clients.authenticate(digest, address, now)
        return self._issuers.authenticate(credential, now)
