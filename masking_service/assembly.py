"""The one place where the parts are put together: settings in, use cases out. Nothing here decides anything."""

import os
from dataclasses import dataclass
from typing import Final

from keys import keyset, selftest
from keys.keyring import Keyring
from keys.process import forbid_core_dumps
from masking_service.access.authenticate import Authenticator
from masking_service.access.budgets import Budgets
from masking_service.access.cases import Cases
from masking_service.access.custody import Custodies
from masking_service.access.issuers import Issuers
from masking_service.access.policy import Policy
from masking_service.access.registry import ClientRegistry
from masking_service.audit.log import AuditLog
from masking_service.casework import Casework
from masking_service.journal import Journal
from masking_service.schemas import load_schemas
from masking_service.service import Service
from masking_service.settings import Settings, SettingsFault
from masking_service.unmask import Unmask
from masking_service.vault.connection import Store
from masking_service.vault.genesis import WrongStore, check, claim
from masking_service.vault.vault import Vault

DEVELOPMENT_ISSUER_KEY: Final = "dev-issuer.pem"


class WrongPurpose(Exception):
    """Keys that were made for development in production, or the reverse."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a front, HTTP or command line, needs."""

    settings: Settings
    keyring: Keyring
    policy: Policy
    store: Store
    registry: ClientRegistry
    authenticator: Authenticator
    service: Service
    unmask: Unmask
    casework: Casework


def open_keyring(settings: Settings) -> Keyring:
    """The keys that the settings name, after the known-answer tests.

    Raises:
        KeyFault: they cannot be used.
        WrongPurpose: they were made for the other kind of set-up.
    """
    forbid_core_dumps()
    selftest.run()
    keyring = Keyring(keyset.load(settings.keyset))
    wanted = "development" if settings.development else "production"
    if keyring.made_for != wanted:
        raise WrongPurpose(f"{settings.keyset}: was made for {keyring.made_for}; this set-up needs keys for {wanted}")
    return keyring


def assemble(settings: Settings) -> Parts:
    """Put a process together. Reads files and connects to nothing, so that it works while the store is down (R6).

    Raises:
        KeyFault, WrongPurpose, PolicyError, DefinitionError, SettingsFault: what is wrong with the set-up, in words.
    """
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    schemas = load_schemas(settings.schemas)
    issuers = Issuers.load(policy, settings.policy.parent)
    if settings.development:
        issuers = issuers.with_development((settings.state_dir / DEVELOPMENT_ISSUER_KEY).read_bytes())
    store = open_store(settings)
    registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
    registry.load_snapshot()
    vault = Vault(store, keyring, os.urandom)
    cases = Cases(store, keyring, os.urandom)
    budgets = Budgets(store, keyring, policy.rules.factors, os.urandom)
    journal = Journal(AuditLog(store, os.urandom), keyring, policy.digest)
    return Parts(
        settings=settings,
        keyring=keyring,
        policy=policy,
        store=store,
        registry=registry,
        authenticator=Authenticator(registry, issuers, keyring),
        service=Service(
            policy=policy,
            schemas=schemas,
            keyring=keyring,
            vault=vault,
            custodies=Custodies(store, keyring, os.urandom),
            budgets=budgets,
            journal=journal,
        ),
        unmask=Unmask(
            policy=policy,
            keyring=keyring,
            vault=vault,
            cases=cases,
            budgets=budgets,
            journal=journal,
            check_sign_in=issuers.check_unmasking,
        ),
        casework=Casework(policy=policy, keyring=keyring, cases=cases, budgets=budgets, journal=journal),
    )


def admit_store(parts: Parts) -> None:
    """Let the parts use their store, once it is seen to be theirs.

    Raises:
        StoreUnavailable: it does not answer; nobody uses it until it does and this is called again.
        WrongStore: it is another's.
    """
    if not parts.store.admitted:
        visitor = open_store(parts.settings)
        visitor.admit()
        try:
            claim(visitor, parts.keyring, os.urandom)
        finally:
            visitor.close()
        parts.store.admit()


def watch_store(parts: Parts) -> None:
    """Admit the store if it is not yet, else see that it is still the one that was admitted.

    A store that was emptied or exchanged under a running process is shut for good: what would be sealed now with
    the data keys in memory, nobody could open later. The process has to be started anew.

    Raises:
        StoreUnavailable: it does not answer.
        WrongStore: it is another's, or lost its mark.
    """
    if not parts.store.admitted and not parts.store.shut:
        admit_store(parts)
    try:
        check(parts.store, parts.keyring)
    except WrongStore:
        parts.store.shut_for_good()
        raise


def open_store(settings: Settings) -> Store:
    """The way to the store that the settings name; connects to nothing yet.

    Raises:
        SettingsFault: no store is named, or not in a way that is known here.
    """
    if not settings.redis_url:
        raise SettingsFault("MASKING_REDIS_URL must say where the store is")
    try:
        return Store(settings.redis_url, replicas=settings.redis_replicas)
    except ValueError:
        raise SettingsFault("MASKING_REDIS_URL must begin with redis://, rediss:// or unix://") from None
