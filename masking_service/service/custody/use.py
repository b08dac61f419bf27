"""Moves custody as the tracking system reports scans.

The answer is the same for known and unknown numbers. Every move is recorded
before it is written: the audit log is the trail of the parcel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.waybill import normalised
from masking_service.service.call.call import Gate
from masking_service.service.call.items import INVALID_ITEM, Fault, unknown_members
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.custody import answers
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import principal_id, site_codes
from masking_service.service.search.state import Indexed, every_entry, findable_of
from masking_service.service.vault.vault import FoundWaybill, Vault

INVALID_WAYBILL_NO: Final = "invalid-waybill-no"
_MEMBERS: Final = frozenset({"waybill_no", "site", "courier"})


@dataclass(frozen=True, slots=True)
class _Move:
    """A normalised waybill number, and its new custody."""

    number: str
    custody: Custody


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCustody:
    """Moves custody, under one policy."""

    policy: Policy
    gate: Gate
    keyring: Keyring
    vault: Vault
    watch: DecoyWatch
    custodies: Custodies
    recorder: Recorder

    def __call__(self, context: RequestContext, items: Sequence[Any]) -> list[answers.Moved | answers.InvalidMove]:
        """Set the custody of each waybill; the last item of a number counts.

        Round trips: one to read (two where a waybill was revised), one for the audit, one to write, and one after it
        where a search index by site is kept. It comes last, because a search drops what the custody does not confirm.

        Args:
            items: ``{"waybill_no": …, "site": …, "courier": …}`` each; site and courier may be absent or null.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable: some may be moved; the same call can be made again.
        """
        tenant = context.principal.tenant
        with self.recorder.record_denials(context, Action.CUSTODY_MOVE):
            grant = self.gate.grant(context.principal, Permission.CUSTODY_MOVE)
        asked = [_read(item) for item in items]
        moves = [one for one in asked if isinstance(one, _Move)]
        numbers = [move.number for move in moves]
        bases = self.keyring.tenant(tenant).bases(numbers)
        self.watch.notice(context, bases, freeze=False)  # what is scanned was printed by anyone
        found = self.vault.newest(tenant, numbers, context.now)
        last = {known.base: (move, known) for known, move in zip(found, moves, strict=True) if known is not None}
        custodies = [move.custody for move, _ in last.values()]
        ends = [known.record.expires_at for _, known in last.values()]
        moved = self.custodies.prepare(tenant, [*last], custodies, ends)
        entry = self.recorder.record(
            context,
            Action.CUSTODY_MOVE,
            Outcome.DONE if last else Outcome.NOT_FOUND,
            Stated(role=grant.role),
            items=[
                ItemOutcome(
                    base,
                    Outcome.DONE if known else Outcome.NOT_FOUND,
                    site=move.custody.site,
                    courier=move.custody.courier,
                )
                for base, known, move in zip(bases, found, moves, strict=True)
            ],
            sealed=moved.sealed,
        )
        with self.recorder.take_back_on_failure(entry):
            moved.write()
        if self.policy.search(tenant).last4:
            self._move_entries(context, [*last.values()])
        return [answers.Moved(one.number) if isinstance(one, _Move) else _refused(one) for one in asked]

    def _move_entries(self, context: RequestContext, moves: Sequence[tuple[_Move, FoundWaybill]]) -> None:
        """Let parcels be found at their new sites, and at the old ones no more: one round trip."""
        before: list[Indexed] = []
        after: list[Indexed] = []
        for move, known in moves:
            held = self.custodies.open(context.principal.tenant, known.custody)
            found_by = findable_of(known.record, phone=False)
            if held is not None:
                # Erasing looks at the last site only, so nothing of a revised waybill may stay at others.
                before += every_entry(move.number, known.base, known.earlier, held.site)
                before.append(known.indexed(move.number, found_by.at(held.site)))
            after.append(known.indexed(move.number, found_by.at(move.custody.site)))
        self.vault.search.replace(context.principal.tenant, before, after, context.now)


def _read(item: Any) -> _Move | list[Fault]:
    """Return the move, or everything that is wrong with the item."""
    if not isinstance(item, dict):
        return [("", INVALID_ITEM)]
    faults = unknown_members(item, _MEMBERS)
    number = normalised(item.get("waybill_no"))
    if number is None:
        faults.append(("/waybill_no", INVALID_WAYBILL_NO))
    site, courier = item.get("site"), item.get("courier")
    try:
        site_codes([site] if site is not None else [])
    except ValueError:
        faults.append(("/site", "invalid-value"))
    try:
        if courier is not None:
            principal_id(courier)
    except ValueError:
        faults.append(("/courier", "invalid-value"))
    return faults if faults or number is None else _Move(number, Custody(site, courier))


def _refused(faults: list[Fault]) -> answers.InvalidMove:
    code = INVALID_WAYBILL_NO if faults[0][1] == INVALID_WAYBILL_NO else INVALID_ITEM
    places = [answers.MoveFault(pointer, fault) for pointer, fault in faults]
    return answers.InvalidMove(answers.InvalidMoveError(code, places))
