"""Checks the signature of an act in the act's own call, for every use case that takes signatures.

A signature is good for one call. It is checked against today's policy and the keys
as they are in the store now, and used up before anything is opened or changed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from keys.assertions import unb64
from keys.authenticators import Assertion, Signing, verify
from keys.errors import IntegrityError
from keys.keyring import Keyring, TenantKeys
from keys.public_keys import b64
from masking_audit.format import entries
from masking_service.masking.errors import InvalidRecord
from masking_service.observability.alerts import Alerts
from masking_service.service.acts.deeds import Deed, statement
from masking_service.service.acts.state import Keyholders, KeyUse, PersonKey
from masking_service.service.acts.tickets import ActTicket, Tickets
from masking_service.service.call.budgets import Budgets, Nonce
from masking_service.service.call.errors import SignatureInvalid, SignatureRequired
from masking_service.service.call.recorder import UNSIGNED, RequestContext, SignatureProof
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.people.signed_rules import SignedRule
from masking_service.store.client import Store
from masking_service.store.pipeline import Question


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signature of an act, as a call carries it; each member in base64url."""

    act: str
    key: str
    authenticator_data: str
    client_data: str
    signature: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A signature that a call brought, before it is checked; None where the act needs none.

    Attributes:
        keys: the person's approved keys, live.
        uses: of the key that the call names.
        nonce: uses the signature up.
    """

    keys: Question[tuple[PersonKey, ...]]
    uses: Question[list[KeyUse | None]]
    nonce: Nonce
    ticket: ActTicket
    assertion: Assertion


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Checks signatures, under one policy; `rule` is None where the policy has no section on them."""

    rule: SignedRule | None
    tickets: Tickets
    store: Store
    keyring: Keyring
    keyholders: Keyholders
    freezes: Freezes
    budgets: Budgets
    alerts: Alerts

    def expect(self, context: RequestContext, act: SignedAct, given: Signed | None) -> Expected | None:
        """Return the signature of a call, for `verify` or `verify_and_spend`; None if none is brought or needed.

        No round trip. To be called once the caller is authorised, and before anything is looked up.

        Raises:
            SignatureRequired: the act needs a signature, or one that is made anew.
            SignatureInvalid: it cannot be one.
            StoreUnavailable: where it would be used up is not known.
        """
        try:
            if given is None:
                if self.needs(act):
                    raise SignatureRequired
                return None
            if self.rule is None:
                raise SignatureInvalid("the policy asks for no signatures")
            principal = context.principal
            keys = self.keyring.tenant(principal.tenant)
            ticket, nonce = self.tickets.take(keys, principal, "act", given.act, context.now)
            try:
                parts = [
                    unb64(one) for one in (given.key, given.authenticator_data, given.client_data, given.signature)
                ]
            except ValueError:
                raise SignatureInvalid("a signature is malformed") from None
            return Expected(
                self.keyholders.keys_question(principal.tenant, principal.id),
                self.keyholders.use_question(principal.tenant, [given.key]),
                nonce,
                ticket,
                Assertion(*parts),
            )
        except Exception:
            self.freezes.refuse(context.principal)  # a freeze is told first
            raise

    def keys(self, context: RequestContext, expected: Expected | None) -> TenantKeys:
        """Return the tenant's keys, with the hash secret of what was signed."""
        return self.keyring.tenant(context.principal.tenant, None if expected is None else expected.ticket.hashes)

    def check_fields(self, expected: Expected | None, count: int) -> None:
        """Refuse more fields than one signature opens. Raises InvalidRecord."""
        if expected is not None and self.rule is not None and count > self.rule.fields_at_most:
            raise InvalidRecord((("/items", "too-many-items"),))

    def needs(self, act: SignedAct) -> bool:
        """Return whether the policy asks for a signature of this act."""
        return self.rule is not None and act in self.rule.acts

    def verify(
        self,
        context: RequestContext,
        frozen: Question[int],
        expected: Expected | None,
        deed: Callable[[], Deed],
        *questions: Question[Any],
    ) -> tuple[int, SignatureProof]:
        """Ask whether the caller is frozen, and `questions`; then check the signature: one round trip.

        It is not used up: a call that spends a budget takes its nonce together with that.

        Args:
            frozen: see `LiveGate.grant_and_freeze_question`.
            deed: called once the questions are answered.

        Returns:
            How many items in a row opened nothing until now; and the proof, UNSIGNED without a signature.

        Raises:
            Frozen: the principal is frozen now.
            SignatureInvalid: it is not valid for this.
            IntegrityError: the person's keys in the store were changed.
        """
        self.store.ask(frozen, *questions, *_questions(expected))
        missed = frozen.answer()
        return missed, self._verify(context, expected, deed)

    def verify_and_spend(
        self,
        context: RequestContext,
        frozen: Question[int],
        expected: Expected | None,
        deed: Callable[[], Deed],
        *questions: Question[Any],
    ) -> SignatureProof:
        """As `verify`, for an act that spends no budget: the signature is used up, also if it is not valid.

        Raises:
            SignatureInvalid: also if it was used before.
        """
        nonce = expected.nonce if expected is not None else None
        spent = self.budgets.spend_once_question(context.principal, context.now, nonce)
        self.store.ask(frozen, spent, *questions, *_questions(expected))
        frozen.answer()
        spent.answer()
        return self._verify(context, expected, deed)

    def _verify(self, context: RequestContext, expected: Expected | None, made: Callable[[], Deed]) -> SignatureProof:
        if expected is None or self.rule is None:
            return UNSIGNED
        deed = made()
        tenant = context.principal.tenant
        revoked, roles = self.freezes.revoked(tenant), context.principal.roles
        named = expected.assertion.credential
        key = next((one for one in expected.keys.answer() if unb64(one.credential) == named), None)
        if key is None or not key.good_in(roles) or not usable(self.rule, key, revoked, context.now):
            raise SignatureInvalid("the person has no such key that may sign in these roles")
        ticket = expected.ticket
        keys = self.keys(context, expected)
        said = statement(deed, keys, context.principal, self.rule.rp_id, ticket.nonce, ticket.at)
        try:
            counter = verify(expected.assertion, unb64(key.cose), signing(self.rule, said))
        except IntegrityError as fault:
            raise SignatureInvalid(str(fault)) from None
        (last,) = expected.uses.answer()
        if last is not None and counter and counter <= last.counter:
            self.alerts.raise_alert("key-cloned", context.principal)  # parallel calls overtake: never more than that
        _, told, client, signed = map(b64, expected.assertion)
        mine = entries.Signature(b64(said), key.public_key, told, client, signed)
        use = KeyUse(max(counter, last.counter if last is not None else 0), context.now)
        noted = self.keyholders.use_field(tenant, key.credential, use)
        return SignatureProof((mine, *key.approvals), (noted,), keys.hashes)


def _questions(expected: Expected | None) -> Sequence[Question[Any]]:
    return () if expected is None else (expected.keys, expected.uses)


def usable(rule: SignedRule, key: PersonKey, revoked: frozenset[str], now: int) -> bool:
    """Return whether a key may sign now, under this rule."""
    fit = {"any": True, "no-sync": not key.synced, "touch": key.model in rule.models}[rule.hardware]
    return fit and not key.revoked_at and key.id not in revoked and now >= key.works_from


def signing(rule: SignedRule, said: bytes) -> Signing:
    """Return where and for what a signature over a statement is accepted."""
    return Signing(hashlib.sha256(said).digest(), rule.rp_id, rule.origins)


Signature = Annotated[
    Signed,
    Meta(
        description="The signature of the caller's own key over exactly this act, where the policy asks for one; "
        "see POST /v1/acts. It is good for one call."
    ),
]
MAX_HEADER: Final = 4096


def from_header(value: str) -> Signed | None:
    """Return the signature in the header `Signed-Act`, for calls without a body; None where there is none.

    Raises:
        SignatureInvalid: it is not base64url of the JSON of a signature.
    """
    if not value:
        return None
    try:
        return msgspec.json.decode(unb64(value) if len(value) <= MAX_HEADER else b"", type=Signed)
    except (ValueError, msgspec.MsgspecError):
        raise SignatureInvalid("the header Signed-Act is malformed") from None
