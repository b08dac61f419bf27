"""The order of every call of the API.

1. `Authenticator`: who is calling, by the credential. Nothing of the request was read but its head.
2. `Admission.admit`: the operation's row names the permissions. A caller who has none of them is refused, with an
   audit entry, before the body is decoded, and learns nothing of its shape.
3. `http` decodes body and query into the shapes of the row.
4. The use case of the row, under the policy that admitted the call. It refuses what needs no look-up: `LiveGate` for
   the purpose, the profile and a missing case; then `expect` of `Signatures`, or of `DeviceProofs` where the grant asks
   for a device's proof.
5. One exchange with the store asks for the freeze, for what the proof is held against, and for what can be asked with
   them. The freeze is answered first, then the proof: by `LiveGate.ask`, or by `verify` or `verify_and_spend` of
   `Signatures`.
6. One that opens values (`opening`, a view in full) goes on: decoys among what is named freeze the caller; the
   authority: sign-in, case or custody; the budget (`budgets`), reserved together with reading the records; what opened
   nothing is counted (`freezes`); then `recorder.record`, which makes the audit entry durable; and last
   `Recorded.release`, without which no answer can hold a value. A view reads before it looks for decoys.

A call that is wrong in several ways is told the first of these: the credential; a freeze; the permission; the shape
of the request; the purpose or the profile; a case that is missing; a signature or device proof that is missing; one
that is not valid; the sign-in; the case; the budget. What needs no look-up comes first, and no one is asked to sign a
call that would be refused for what it lacks. A freeze that this process has not read yet, at most two seconds old, is
told together with the person's keys, before a signature that is not valid.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, NoReturn, Protocol, TypeVar

from keys.errors import KeysetError
from keys.keyring import Keyring
from masking_service.service.call.errors import CaseRequired
from masking_service.service.call.operation import Operation
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.people.clients import KEY_PREFIX, Clients, key_bytes
from masking_service.service.people.errors import Forbidden, Frozen, Unauthenticated
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import Principal, sound_principal
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Question

UseCase = TypeVar("UseCase")
Reserved = TypeVar("Reserved")
Device = TypeVar("Device")


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
        """Return the principal of an Authorization header. `address` is the caller's IP address, `now` Unix seconds.

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


class FreezeCheck(Protocol):
    """Knows who is frozen."""

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen if the principal is known to be frozen."""
        ...


class LiveFreezeCheck(FreezeCheck, Protocol):
    """Also reads from the store who is frozen now."""

    def freeze_question(self, principal: Principal) -> Question[int]:
        """Return the question whether the principal is frozen now.

        Its answer raises Frozen, or is how many items in a row opened nothing until now.
        """
        ...

    def refuse_live(self, principal: Principal) -> int:
        """As the answer to `freeze_question`: at most one round trip."""
        ...


class Gate:
    """Grants permissions under one policy, by the freezes that this process has read.

    Args:
        policy: what roles may do.
        freezes: who may do nothing.
    """

    def __init__(self, policy: Policy, freezes: FreezeCheck) -> None:
        self._policy = policy
        self._freezes = freezes

    def grant(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> Grant:
        """Return a permission's grant, without a round trip.

        A freeze counts when this process has read it, within two seconds.

        Raises:
            Frozen: the principal is frozen.
            Forbidden, ProfileRequired, PurposeRequired: see `Policy.grant`.
        """
        self._freezes.refuse(principal)
        return self._policy.grant(principal, permission, profile=profile, purpose=purpose)

    def refuse_frozen(self, principal: Principal) -> None:
        """Refuse a principal whom this process knows to be frozen. No round trip. Raises Frozen."""
        self._freezes.refuse(principal)

    def require(self, principal: Principal, permissions: Sequence[str]) -> None:
        """Refuse a caller who has none of these permissions.

        Profiles and purposes do not matter. It grants nothing, and a caller who has one may still be frozen.

        Raises:
            Forbidden: no role has one of them.
            Frozen: the same, and the principal is frozen.
        """
        with self.frozen_first(principal):
            if not any(self._policy.permits(principal, permission) for permission in permissions):
                raise Forbidden

    @contextmanager
    def frozen_first(self, principal: Principal) -> Iterator[None]:
        """Replace whatever is raised inside by Frozen, where this process knows that the principal is frozen.

        A frozen caller learns nothing else.
        """
        try:
            yield
        except Exception:
            self._freezes.refuse(principal)
            raise


class CheckedCall(NamedTuple, Generic[Device, Reserved]):
    """A call of a caller who is not frozen, with a valid proof or without one.

    Attributes:
        missed: how many items in a row opened nothing until now.
        device: which proved the call; None without a proof.
        reserved: of the budget.
    """

    missed: int
    device: Device | None
    reserved: Reserved


class LiveGate(Gate):
    """A gate that also reads from the store whether a principal is frozen now.

    Args:
        policy: what roles may do.
        freezes: who may do nothing.
        store: what is asked.
    """

    _freezes: LiveFreezeCheck

    def __init__(self, policy: Policy, freezes: LiveFreezeCheck, store: Store) -> None:
        super().__init__(policy, freezes)
        self._freezes = freezes
        self._store = store

    def grant_and_freeze_question(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> tuple[Grant, Question[int]]:
        """Return a grant that may show a value, and the question whether the principal is frozen now.

        Use the grant only after the answer to the question, which raises Frozen (`LiveFreezeCheck.freeze_question`).

        Raises:
            Frozen, Forbidden, ProfileRequired, PurposeRequired: as in `grant`.
        """
        with self.frozen_first(principal):
            granted = self._policy.grant(principal, permission, profile=profile, purpose=purpose)
        return granted, self._freezes.freeze_question(principal)

    def ask(
        self,
        frozen: Question[int],
        device: Question[Device] | None,
        budget: Question[Reserved],
        *questions: Question[Any],
    ) -> CheckedCall[Device, Reserved]:
        """Ask whether the caller is frozen, for the device that proves the call, a budget, and `questions`.

        One round trip. Errors are raised in this order: the freeze, the proof, the budget. The caller answers
        `questions`.

        Args:
            frozen: see `grant_and_freeze_question`.
            device: see `DeviceProofs.expect`; None for a call that needs no proof.
            budget: takes the proof's nonce, too.

        Raises:
            Frozen: the principal is frozen now.
            SignatureInvalid: the proof is not by a device of the person any more, or was used before.
            QuotaExceeded: the budget is spent.
            StoreUnavailable, IntegrityError: one of them cannot be told.
        """
        self._store.ask(frozen, budget, *questions, *([device] if device else []))
        return CheckedCall(frozen.answer(), device.answer() if device else None, budget.answer())  # in this order

    def refuse_without_case(self, principal: Principal, proves: bool, notice: Callable[[], None]) -> NoReturn:
        """Refuse a call that needs a case and names none.

        Args:
            proves: whether the policy requires a signature or a device proof of this call. If so, decoys are ignored,
                because anyone with the person's access token could have sent it. No round trip.
            notice: reports the decoys among the waybills that the call names. It is called only if `proves` is false,
                and after the freeze was read from the store: at most one round trip.

        Raises:
            Frozen, CaseRequired: always one of the two.
        """
        if proves:
            self._freezes.refuse(principal)
        else:
            self._freezes.refuse_live(principal)
            notice()
        raise CaseRequired

    def grant_live(self, principal: Principal, permission: str) -> Grant:
        """Return the grant of a caller who is not frozen now: at most one round trip.

        Raises:
            Frozen, Forbidden, ProfileRequired, PurposeRequired: as in `grant`.
            StoreUnavailable, IntegrityError: it cannot be told whether the principal is frozen.
        """
        granted, _ = self.grant_and_freeze_question(principal, permission)
        self._freezes.refuse_live(principal)
        return granted


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets calls in, under one policy.

    Attributes:
        authenticator: finds out who is calling.
        gate: grants what the policy allows.
        recorder: None at an intake host, whose operations have no name in the audit log.
    """

    authenticator: Authenticator
    gate: Gate
    recorder: Recorder | None

    @contextmanager
    def admit(self, operation: Operation, context: RequestContext, path: Mapping[str, str]) -> Iterator[None]:
        """Admit a call; what is done inside decodes its request, of whose faults a frozen caller is told nothing.

        Refuses a caller whose roles lack the operation's permissions, or who is not signed in as it needs.

        Args:
            path: the parameters of the path: the entry of a refusal names the case or the principal in it.

        Raises:
            Forbidden, Frozen: the refusal is in the audit log, where the operation has a name there.
            StoreUnavailable: the refusal may not be in the log.
        """
        principal = context.principal
        try:
            if operation.permissions:
                self.gate.require(principal, operation.permissions)
            if operation.signed_in and principal.source != "jwt":
                raise Forbidden
            with nullcontext() if operation.tells_freeze else self.gate.frozen_first(principal):
                yield
        except (Forbidden, Frozen) as refusal:
            if operation.audited_as and self.recorder:
                subject = principal.id if operation.signed_in else sound_principal(path.get("principal", ""))
                stated = Stated(case=path.get("case"), subject=subject)
                self.recorder.record_denial(context, operation.audited_as, refusal.code, stated)
            raise


class UseCases:
    """The use cases of one policy. They are exchanged as a whole when the policy changes.

    Attributes:
        policy: what the roles may do.
        admission: lets calls in.
    """

    def __init__(self, policy: Policy, admission: Admission, use_cases: Mapping[type, Any]) -> None:
        self.policy = policy
        self.admission = admission
        self._use_cases = use_cases

    def of(self, kind: type[UseCase]) -> UseCase:
        found: UseCase = self._use_cases[kind]
        return found
