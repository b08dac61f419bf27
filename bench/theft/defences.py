"""What a company does against theft besides the budgets and freezes of its policy.

Whatever decides is the product's own: the keyed sample, the comparison with a ticket's list, the signals and ranks
of the lookout. Here is what surrounds it: keys that follow from a seed, a ticket system, and practices.
"""

import zlib
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec.structs import replace

from bench.theft.workforce import Practices, Workforce
from keys.files import write_secret_file
from keys.keyring import Keyring, TenantKeys
from keys.keyset import algorithm_of, load
from keys.keyset_file import FORMAT, USES, KeysetFile, RootEntry, SecretEntry, check_value, encode, secret_context
from keys.roots import open_roots
from masking_service.service.cases.case_check import Confirmation, Ticket
from masking_service.service.cases.problems import CaseCheckUnavailable, UnknownCaseNumber
from masking_service.service.cases.use import any_in_sample
from masking_service.service.people.principals import DEFAULT_TENANT

CREATED: Final = "2026-01-01"
OUTAGE_SECONDS: Final = 600
"""The ticket system answers, or does not, for so long at a time."""


def write_keyset(path: Path, seed: int) -> None:
    """Write the keyset of a seed, so that the model and the application choose the same sample of waybills."""

    def known(name: str) -> bytes:
        return sha256(f"theft {seed} {name}".encode()).digest()

    root = known("root")
    entry = RootEntry(known("id")[:8].hex(), "active", CREATED, b64encode(root).decode(), check_value(root), CREATED)
    bare = KeysetFile(FORMAT, "development", [entry], [])
    roots, _, _ = open_roots(path, bare, algorithm_of(path, bare.suite))
    secrets = [
        SecretEntry(
            use,
            0,
            "active",
            CREATED,
            b64encode(roots.wrap(known(use), secret_context(use, 0))).decode(),
            check_value(known(use)),
            CREATED,
        )
        for use in USES
    ]
    write_secret_file(path, encode(replace(bare, secrets=secrets)), replace=False)


def keys_of(seed: int) -> TenantKeys:
    """Return the tenant's keys of a seed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "keyset.json"
        write_keyset(path, seed)
        return Keyring(load(path)).tenant(DEFAULT_TENANT)


@dataclass
class Tickets:
    """The ticket system of one company.

    Attributes:
        seed: decides when it does not answer.
        outages: the share of time in which it does not.
        by_assignee: whether only a ticket's assignee opens values.
    """

    seed: int
    outages: float
    by_assignee: bool
    _tickets: dict[str, Ticket] = field(default_factory=dict)
    _confirmed: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def file(self, case: str, numbers: Sequence[str], assignee: str) -> None:
        """Write a ticket for a person, or write it anew."""
        self._tickets[case] = Ticket("", open=True, waybills=[*numbers], assignee=assignee)

    def of(self, case: str) -> Ticket | None:
        """Return a ticket; None without one."""
        return self._tickets.get(case)

    def answers(self, at: int) -> bool:
        """Return whether it answers at a time."""
        return zlib.crc32(f"{self.seed} {at // OUTAGE_SECONDS}".encode()) >= self.outages * 2**32

    def confirm(self, case: str, waybills: Collection[str], officer: str | None, at: int) -> Confirmation:
        """Confirm a case, or raise, as the case check does."""
        if not self.answers(at):
            raise CaseCheckUnavailable
        ticket = self.of(case)
        if ticket is None:
            raise UnknownCaseNumber
        bound = ticket.confirm(case, waybills, officer, by_assignee=self.by_assignee)
        self._confirmed[case, bound if self.by_assignee else None] = at
        return Confirmation(sha256(case.encode()).hexdigest(), bound)

    def confirmed_at(self, case: str, officer: str) -> int:
        """Return when a case was confirmed for an officer last; 0 for never."""
        return self._confirmed.get((case, officer if self.by_assignee else None), 0)


@dataclass(frozen=True)
class Defences:
    """What one company has.

    Attributes:
        practices: None where the company has nothing besides its policy.
        keys: choose the waybills that need approval, where the policy has a sample.
        seed: of the ticket system.
    """

    practices: Practices | None = None
    keys: TenantKeys | None = None
    seed: int = 0
    _sample: dict[tuple[str, int], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, workforce: Workforce, seed: int) -> "Defences":
        """Return the defences that a workforce's practices give its company."""
        return cls(workforce.practices, keys_of(seed), seed)

    def in_sample(self, numbers: Sequence[str], thousandths: int) -> bool:
        """Return whether a case that names these waybills needs approval because of the sample."""
        if not thousandths or self.keys is None:
            return False
        for number in numbers:
            if (number, thousandths) not in self._sample:
                self._sample[number, thousandths] = any_in_sample(self.keys, [number], thousandths)
        return any(self._sample[number, thousandths] for number in numbers)


NONE: Final = Defences()
