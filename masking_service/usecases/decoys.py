"""Plants decoys, lists them, and tells who saw a seed whose phone rang.

Planting marks waybills that are stored like all others, and looks none up.
Audit entries of decoys name no waybill, or a reader of the log would know them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from masking_service.access.decoys import MAX_DECOYS, Decoy, Kind
from masking_service.access.disclosures import Called, Opened
from masking_service.access.policy import Grant
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.usecases.answers import decoys as answers
from masking_service.usecases.recorder import DONE, RequestContext, Stated
from masking_service.usecases.results import NOT_FOUND
from masking_service.usecases.use_case import UseCase

PLANT: Final = "decoy:plant"
MIN_DIGITS: Final = 7
MAX_DIGITS: Final = 15
"""Digits of a phone number (ITU-T E.164)."""
AT_ONCE: Final = 1_000
"""Waybills read in one round trip."""


class Planting(UseCase):
    """Plants and removes decoys of the caller's tenant, under one policy."""

    def listed(self, context: RequestContext) -> answers.Decoys:
        """Return the decoys, the first planted first.

        Round trips: live permission, audit, list, hits.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable, IntegrityError: the list cannot be read.
        """
        grant, _ = self._grant(context, "decoy-list")
        self.audit.record(context, "decoy-list", DONE, Stated(role=grant.role))
        tenant = context.principal.tenant
        planted = self.decoys.listed(tenant)
        hits = self.decoys.hits(tenant, [decoy.waybill_no for decoy in planted])
        return answers.Decoys(
            [
                answers.Decoy(
                    waybill_no=decoy.waybill_no,
                    kind=decoy.kind,
                    planted_at=rfc3339(decoy.planted_at),
                    planted_by=decoy.planted_by,
                    hits=hit.times,
                    last_hit=rfc3339(hit.last) if hit.last else None,
                    heard_at=rfc3339(decoy.heard_at) if decoy.heard_at else None,
                )
                for decoy, hit in zip(planted, hits, strict=True)
            ]
        )

    def plant(self, context: RequestContext, waybills: Sequence[Any], kind: Kind) -> answers.Planted:
        """Mark waybills as decoys.

        One that is marked already stays as it is.

        Round trips: live permission, two to read, audit, two to write.

        Raises:
            AccessError: the caller may not.
            InvalidRecord: a number is malformed, or there would be more than `MAX_DECOYS`.
            StoreUnavailable: some may be marked; the same call can be made again.
        """
        grant, _ = self._grant(context, "decoy-plant")
        numbers = _numbers(waybills)

        def add(planted: list[Decoy]) -> list[Decoy]:
            known = {decoy.waybill_no for decoy in planted}
            new = [Decoy(number, kind, context.now, context.principal.id) for number in numbers if number not in known]
            if len(planted) + len(new) > MAX_DECOYS:
                raise InvalidRecord((("/waybills", "too-many-decoys"),))
            return planted + new

        return answers.Planted(len(self._change(context, "decoy-plant", grant, add)))

    def remove(self, context: RequestContext, waybills: Sequence[Any]) -> answers.Planted:
        """Take the mark off waybills.

        Raises as `plant`; the answer is the same for those without one.
        """
        grant, _ = self._grant(context, "decoy-remove")
        numbers = set(_numbers(waybills))

        def take_off(planted: list[Decoy]) -> list[Decoy]:
            return [decoy for decoy in planted if decoy.waybill_no not in numbers]

        return answers.Planted(len(self._change(context, "decoy-remove", grant, take_off)))

    def heard(self, context: RequestContext, phone: str) -> answers.Heard:
        """Note that the phone of seeds rang; return who saw seeds that rang, those who saw most of them first.

        A phone of no seed counts as a miss, so that this is no way to guess the phone of a waybill.

        Args:
            phone: in any spelling.

        Raises:
            AccessError: the caller may not.
            InvalidRecord: it is no phone number.
            StoreUnavailable, IntegrityError: nothing is answered; the same call can be made again.
        """
        grant, missed = self._grant(context, "decoy-heard")
        digits = _digits(phone)
        if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
            raise InvalidRecord((("/phone", "invalid-phone"),))
        rang = self._with_phone(context, digits)
        self.freezing.count_misses(context, missed, [bool(rang)])
        if not rang:
            self.audit.record(context, "decoy-heard", NOT_FOUND, Stated(role=grant.role))
            return answers.Heard([], 0, [])

        def note(planted: list[Decoy]) -> list[Decoy]:
            return [
                msgspec.structs.replace(decoy, heard_at=decoy.heard_at or context.now)
                if decoy.waybill_no in rang
                else decoy
                for decoy in planted
            ]

        heard = [decoy.waybill_no for decoy in self._change(context, "decoy-heard", grant, note) if decoy.heard_at]
        return answers.Heard(rang, len(heard), self._ranked(context.principal.tenant, heard))

    def _grant(self, context: RequestContext, action: str) -> tuple[Grant, int]:
        with self.audit.record_denials(context, action):
            return self.gate.grant_live(context.principal, PLANT)

    def _change(
        self, context: RequestContext, action: str, grant: Grant, change: Callable[[list[Decoy]], list[Decoy]]
    ) -> list[Decoy]:
        """Change the list; return the new one."""
        changed: list[Decoy] = []

        def noted(planted: list[Decoy]) -> list[Decoy]:
            changed[:] = change(planted)
            return changed

        written = False
        while not written:  # again where the list was changed meanwhile
            prepared = self.decoys.prepare(context.principal.tenant, noted)
            entry = self.audit.record(context, action, DONE, Stated(role=grant.role), sealed=prepared.sealed)
            with self.audit.take_back_on_failure(entry):
                written = prepared.write()
        return changed

    def _with_phone(self, context: RequestContext, digits: str) -> list[str]:
        """Return the seeds whose records hold this phone."""
        tenant = context.principal.tenant
        seeds = [decoy.waybill_no for decoy in self.decoys.listed(tenant) if decoy.kind == "seed"]
        rang = []
        for at in range(0, len(seeds), AT_ONCE):
            numbers = seeds[at : at + AT_ONCE]
            for number, found in zip(numbers, self.vault.newest(tenant, numbers, context.now), strict=True):
                fields = found.record.content()[1] if found is not None else []
                phones = [_digits(str(value)) for place, value in fields if place.kind == "phone"]
                if any(digits in one for one in phones):
                    rang.append(number)
        return rang

    def _ranked(self, tenant: str, waybills: Sequence[str]) -> list[answers.SeedSeen]:
        """Return who saw these seeds, those who opened most of them first."""
        opened: dict[str, set[str]] = defaultdict(set)
        viewed: dict[str, set[str]] = defaultdict(set)
        last: dict[str, int] = {}
        for at in range(0, len(waybills), AT_ONCE):
            numbers = waybills[at : at + AT_ONCE]
            shown = self.disclosures.of(tenant, self.keyring.tenant(tenant).bases(numbers))
            for number, one in ((number, one) for number, of_one in zip(numbers, shown, strict=True) for one in of_one):
                if isinstance(one, Called):
                    continue  # a number was bound, and none was seen
                (opened if isinstance(one, Opened) else viewed)[one.principal].add(number)
                last[one.principal] = max(one.at, last.get(one.principal, 0))
        seen = [
            answers.SeedSeen(who, len(opened.get(who, ())), len(viewed.get(who, ())), rfc3339(at))
            for who, at in last.items()
        ]
        return sorted(seen, key=lambda one: (-one.opened, -one.viewed, one.principal))


def _numbers(waybills: Sequence[Any]) -> list[str]:
    numbers: dict[str, None] = {}
    errors = []
    for at, waybill_no in enumerate(waybills):
        try:
            numbers[normalise_waybill_no(waybill_no)] = None
        except ValueError:
            errors.append((f"/waybills/{at}", "invalid-waybill-no"))
    if not waybills:
        errors.append(("/waybills", "invalid-length"))
    if errors:
        raise InvalidRecord(tuple(errors))
    return list(numbers)


def _digits(phone: str) -> str:
    """Return the digits of a phone number, without China's country code."""
    digits = "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", phone)))
    for code in ("0086", "86"):
        if digits.startswith(code) and len(digits) - len(code) == len("13812345678"):
            return digits.removeprefix(code)
    return digits
