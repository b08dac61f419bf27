"""Restricts waybills to the purposes that the policy names for them, and ends that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.waybill import normalised
from masking_service.service.acts import deeds
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.answers import Answer, WaybillNo
from masking_service.service.call.call import LiveGate
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.people.permissions import Permission
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.restrictions.state import Restrictions
from masking_service.service.vault.vault import Vault
from masking_service.service.waybills.answers import WaybillNotFound, not_found


class RestrictedWaybill(Answer):
    """Whether a waybill is restricted now."""

    waybill_no: WaybillNo
    restricted: bool


Restriction = RestrictedWaybill | WaybillNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictWaybills:
    """Restricts waybills and ends their restriction, under one policy."""

    gate: LiveGate
    vault: Vault
    restrictions: Restrictions
    signatures: Signatures
    recorder: Recorder

    def change(
        self, context: RequestContext, waybills: Sequence[Any], signed: Signed | None = None, *, action: Action
    ) -> list[Restriction]:
        """Restrict waybills to the purposes that the policy names, or end that. Again, it changes nothing for readers.

        Round trips: live permission, one to read (two if one was revised), audit, one to write.

        Args:
            waybills: as they were sent.
            action: RESTRICT or UNRESTRICT.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable: some may be changed; the same call can be made again.
        """
        with self.recorder.record_denials(context, action):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.WAYBILL_ERASE)
            ending = action is Action.UNRESTRICT
            signature = self.signatures.expect(context, SignedAct.UNRESTRICT, signed) if ending else None
            keys = self.signatures.keys(context, signature)
            proof = self.signatures.verify_and_spend(
                context, frozen, signature, lambda: deeds.unrestricting(keys, waybills)
            )
        tenant, restricted = context.principal.tenant, action is Action.RESTRICT
        numbers = [normalised(one) for one in waybills]
        known = [number for number in dict.fromkeys(numbers) if number is not None]
        newest = dict(zip(known, self.vault.newest(tenant, known, context.now), strict=True))
        found = [one for one in newest.values() if one is not None]
        if restricted:
            change = self.restrictions.prepare(tenant, found, context.principal.id, context.now)
        else:
            change = self.restrictions.prepare_end(tenant, found)
        outcomes = [Outcome.DONE if newest[number] is not None else Outcome.NOT_FOUND for number in known]
        items = [ItemOutcome(base, outcome) for base, outcome in zip(keys.bases(known), outcomes, strict=True)]
        entry = self.recorder.record(
            context,
            action,
            Outcome.DONE if found else Outcome.NOT_FOUND,
            Stated(role=grant.role, signed=proof),
            items=items or [ItemOutcome(None, Outcome.NOT_FOUND)],
            sealed=change.sealed,
        )
        with self.recorder.take_back_on_failure(entry):
            change.write()
        return [
            RestrictedWaybill(number, restricted)
            if number is not None and newest[number] is not None
            else not_found(sent, Outcome.NOT_FOUND)
            for sent, number in zip(waybills, numbers, strict=True)
        ]
