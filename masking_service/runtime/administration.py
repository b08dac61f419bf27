"""Opens the store and the registry of API clients for an operator, outside a serving process."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import msgspec

from keys.errors import KeysError
from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring, open_store
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import recognise
from masking_service.service.acts.state import Key, Keyholders, KeyRegistry, KeyRequest, PersonKey, Request, as_approved
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import NOTHING_STATED, Recorder, RequestContext, Stated
from masking_service.service.devices.state import RANDOM_BYTES, Device, DeviceRequest, Devices, invite, read_invitation
from masking_service.service.freezes.state import Freezes
from masking_service.service.oversight.auditing import end
from masking_service.service.people.clients import ClientRegistry, Clients
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import CLIENT_ALIAS, DEFAULT_TENANT, service_principal
from masking_service.service.phone_calls.state import NUMBERS_AT_ONCE, Callers
from masking_service.service.state.sealed import TenantState
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.genesis import check
from masking_service.store.health import uphold

State = TypeVar("State", bound=TenantState)


@dataclass(frozen=True, slots=True)
class OpenRegistries:
    """The registries of clients and callers, opened by an operator. Changes are logged before they are made."""

    settings: Settings
    policy: Policy
    keyring: Keyring
    registry: ClientRegistry
    store: Store
    recorder: Recorder
    checkpoints: Checkpoints

    @property
    def tenants(self) -> set[str]:
        """Every tenant that clients and policy name."""
        return {DEFAULT_TENANT, *self.policy.tenants, *(client.tenant for client in self.registry.clients)}

    def change(self, action: Action, client_id: str, change: Callable[[Clients], Clients]) -> None:
        """Change the registry.

        Raises:
            StoreUnavailable: it may or may not be changed; look, then make it again. Nothing is changed where the store
                would lose it (``not-durable``): a client that was revoked would be let in again.
            ClientError: `change` refused.
        """
        subject = f"{CLIENT_ALIAS}/{client_id}" if client_id else ""
        operator = self.operator(DEFAULT_TENANT)
        self.recorder.change(operator, action, Stated(subject=subject), lambda: self.registry.prepare(change))

    def state(self, kind: type[State]) -> State:
        """Return the sealed state of this class, such as `Holds`."""
        return kind(self.store, self.keyring, os.urandom)

    def keys_of(
        self, registry: KeyRegistry[Key, Request], tenant: str, principal: str
    ) -> tuple[tuple[Key, ...], frozenset[str]]:
        """Return a person's approved keys of one sort, and the ids of all that are revoked in the tenant."""
        held, freezes = self.store.answer(registry.keys_question(tenant, principal)), self.state(Freezes)
        freezes.refresh([tenant])
        return held, freezes.revoked(tenant)

    def waiting_keys(self, registry: KeyRegistry[Key, Request], tenant: str) -> tuple[Request, ...]:
        """Return the keys of one sort that wait for approval in a tenant."""
        return self.store.answer(registry.requests_question(tenant, clock()))

    def approve_key(self, tenant: str, request: KeyRequest, by: str) -> PersonKey | None:
        """Approve a key that waits; it signs from now on. None if a second operator has to approve it, too.

        Raises:
            StoreUnavailable: it may be approved; look, then approve it again.
        """
        operator = self.operator(tenant)
        signed = self.policy.rules.signed
        if signed is not None and signed.operators > 1 and request.operator in ("", by):
            vouched = msgspec.structs.replace(request, operator=by)
            prepare = partial(self.state(Keyholders).prepare_request, tenant, vouched)
            self.recorder.change(operator, Action.KEY_VOUCH, Stated(subject=request.principal), prepare)
            return None
        key = as_approved(PersonKey, request, operator.principal.id, (), operator.now, works_from=operator.now)
        self._approve(self.state(Keyholders), operator, request.principal, key)
        return key

    def approve_device(self, tenant: str, request: DeviceRequest) -> None:
        """Approve a device that waits; it proves calls from now on. Raises as `approve_key`."""
        operator = self.operator(tenant)
        device = as_approved(Device, request, operator.principal.id, (), operator.now)
        self._approve(self.state(Devices), operator, request.principal, device)

    def invite_device(self, tenant: str, principal: str, phone: str) -> str:
        """Return a new invitation, with which a device of a person is approved as it enrols.

        Args:
            phone: the number from which the person calls; empty where none is known.

        Raises:
            StoreUnavailable: none was made.
        """
        operator = self.operator(tenant)
        self.recorder.record(operator, Action.DEVICE_INVITE, Outcome.DONE, Stated(subject=principal))
        return invite(self.keyring.tenant(tenant), principal, phone, os.urandom(RANDOM_BYTES), operator.now)

    def invitation_id(self, tenant: str, principal: str, text: str) -> str:
        """Return the id of a person's invitation.

        Raises:
            SignatureInvalid: it is another person's, was not made here, or is too old.
        """
        return read_invitation(self.keyring.tenant(tenant), principal, text, self.operator(tenant).now).id

    def uninvite(self, tenant: str, principal: str, invitation: str) -> None:
        """Take an invitation back: no device enrols with it any more. Raises as `approve_key`."""
        prepare = partial(self.state(Freezes).prepare_revocation, tenant, invitation)
        self.recorder.change(self.operator(tenant), Action.DEVICE_REVOKE, Stated(subject=principal), prepare)

    def _approve(self, registry: KeyRegistry[Key, Request], operator: RequestContext, principal: str, key: Key) -> None:
        tenant = operator.principal.tenant
        self.recorder.change(
            operator,
            Action(f"{registry.name}-approve"),
            Stated(subject=principal),
            lambda: registry.prepare_key(tenant, principal, key),
            lambda: registry.prepare_settled(tenant, key.id, operator.now),
        )

    def revoke_key(self, registry: KeyRegistry[Key, Request], tenant: str, principal: str, key: Key) -> None:
        """Revoke a key: it is good for nothing from now on. Raises as `approve_key`."""
        freezes, operator = self.state(Freezes), self.operator(tenant)
        revoked = msgspec.structs.replace(key, revoked_at=key.revoked_at or operator.now)
        self.recorder.change(
            operator,
            Action(f"{registry.name}-revoke"),
            Stated(subject=principal),
            lambda: freezes.prepare_revocation(tenant, key.id),
            lambda: registry.prepare_key(tenant, principal, revoked),
        )

    def unfreeze(self, tenant: str, principal: str) -> None:
        """Unfreeze a principal, and reset the counts. Raises as `approve_key`."""
        prepare = partial(self.state(Freezes).prepare_unfreeze, tenant, principal)
        self.recorder.change(self.operator(tenant), Action.THAW, Stated(subject=principal), prepare)

    def operator(self, tenant: str) -> RequestContext:
        """Return the context of what an operator does. Raises StoreUnavailable: the store would not keep it."""
        uphold(self.store)
        return RequestContext(service_principal("command-line", tenant), "", clock())

    def import_callers(self, tenant: str, numbers: Mapping[str, str | None]) -> None:
        """Put numbers on file, by principal, and remove those that are None.

        Raises:
            StoreUnavailable: some of them may be on file; the same numbers can be given again.
        """
        operator, callers = self.operator(tenant), self.state(Callers)
        each = iter(numbers.items())
        while some := dict(islice(each, NUMBERS_AT_ONCE)):
            prepare = partial(callers.prepare, tenant, some)
            self.recorder.change(operator, Action.CALLERS_IMPORT, NOTHING_STATED, prepare)


@contextmanager
def opened_store(settings: Settings, keyring: Keyring | None) -> Iterator[Store]:
    """The store of a set-up, for one command. Whether it keeps what it acknowledges is not looked at.

    Args:
        keyring: the keyset that it must belong to. None for a command that does not check it, or checks it itself.

    Raises:
        SettingsError, StoreUnavailable, WrongStore: why it cannot be used.
    """
    store = open_store(settings)
    store.trust()
    try:
        if keyring is not None:
            check(store, keyring)
        yield store
    finally:
        store.close()


@contextmanager
def opened_registry(settings: Settings, *, may_claim: bool = False) -> Iterator[OpenRegistries]:
    """The registry of API clients in the store, once it is seen whose store it is.

    An empty store is marked as this keyset's only with `may_claim`: a command that looks changes nothing.
    """
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    with opened_store(settings, None) as store:
        if may_claim:
            uphold(store)
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        recognise(store, keyring, checkpoints, may_claim=may_claim)
        registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
        registry.load_snapshot()
        registry.refresh()
        log = AuditLog(store, keyring.audit_signer, os.urandom, time.time)
        try:
            recorder = Recorder(log, Denials(log, clock), keyring, policy.digest, None)
            yield OpenRegistries(settings, policy, keyring, registry, store, recorder, checkpoints)
        finally:
            with suppress(StoreUnavailable, KeysError, WrongStore):  # then it looks as if the command had been killed
                end(log, checkpoints)
