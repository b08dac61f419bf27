"""A thief at work: where cases come from, what is taken, and when someone notices."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, Literal

from bench.theft.columns import Columns
from bench.theft.lookout import Lookout
from bench.theft.model import Service
from bench.theft.steps import DAY, Done, is_known, person
from bench.theft.work import HOUR, known
from bench.theft.workforce import PRESENT, Practices, Workforce
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal

DAILY: Final = 30
"""Days of a theft that the lookout reads one by one: it takes long, and a week more changes little by then."""
HONEST_APPROVER: Final = person("supervisor-approver", "supervisor")
Login = Literal["own", "rented", "forged"]
"""Whose sign-in a thief uses: an own one, one that an officer rents out, or one that the issuer's key made."""
RENTER: Final = "the renter's"
"""The device of a person who rents a login or forges one. All others act from those that they use for honest work."""


@dataclass
class Heist:
    """A thief at work, with what is taken and who takes part.

    Attributes:
        queue: how many own cases an officer gets in a day.
        honest: what honest people did, for the lookout.
        ring: everyone who is in it. A freeze, an alert or a place on the lookout's list of one of them ends it.
        approver: decides the cases of the ring that wait, and notices nothing.
        taken: when, and how many records.
        login_days: days on which each rented login was used.
        approval_at: when a person outside the ring had one of its cases to decide for the first time.
    """

    name: str
    seed: int
    service: Service
    workforce: Workforce
    random: Random
    begin: int
    end: int
    queue: float = 0.0
    honest: Columns | None = None
    ring: list[Principal] = field(default_factory=list)
    approver: Principal = HONEST_APPROVER
    taken: list[tuple[int, int]] = field(default_factory=list)
    login_days: set[tuple[str, int]] = field(default_factory=set)
    detected_at: int | None = None
    approval_at: int | None = None
    _cases: int = 0
    _closing: list[tuple[int, str]] = field(default_factory=list)
    _used: Counter[str] = field(default_factory=Counter)
    _lookout: Lookout | None = None

    @property
    def policy(self) -> Policy:
        """The policy that the thief knows."""
        return self.service.policy

    @property
    def practices(self) -> Practices | None:
        """What the company does besides its policy; None without defences."""
        return self.service.defences.practices

    def can_sign(self, login: Login) -> bool:
        """Return whether openings through a login are signed, or need not be.

        By remote control of the officer's own device a PIN can be typed, and no key be touched.
        """
        signed = self.policy.rules.signed
        if signed is None or "detokenize" not in signed.acts or login == "own":
            return True
        return login == "rented" and not self.workforce.thieves.own_device and signed.hardware != "touch"

    def member(self, role: str, number: int = 0) -> Principal:
        """Return a member of the ring."""
        who = person(f"thief-{self.name}-{role}-{number}", role)
        self.ring.append(who)
        return who

    def days(self, count: int = 10**6) -> Iterator[int]:
        """Yield the first second of each day until the end, or until the theft is noticed; reviews come after each."""
        if self.practices is not None:
            log = self.honest.renamed(self._colleagues()) if self.honest else None
            self._lookout = Lookout(self.service, log)
        for begin in range(self.begin, min(self.end, self.begin + count * DAY), DAY):
            if self.noticed():
                return
            self._close(begin)
            yield begin
            self._review(begin + DAY)
        self.noticed()

    def noticed(self) -> bool:
        """Return whether a freeze, an alert or the lookout has named the ring, and keep when that was."""
        ids = {who.id for who in self.ring}
        found = [freeze.since for freeze in self.service.frozen.values() if freeze.id in ids]
        found += [one.at for one in self.service.reviews if one.who in ids and one.why != "case-pending"]
        if found and self.detected_at is None:
            self.detected_at = min(found)
        return self.detected_at is not None

    def _colleagues(self) -> dict[str, str]:
        """Return by the id of an honest colleague the member of the ring who does the same work."""
        stems = {"dispute-officer": "officer", "service-desk": "desk", "supervisor": "supervisor"}
        ranks: Counter[str] = Counter()
        found = {}
        for who in self.ring:
            stem = stems.get(who.roles[0])
            if stem is not None:
                found[f"dev/{stem}-{ranks[stem]}"] = who.id
                ranks[stem] += 1
        return found

    def _close(self, begin: int) -> None:
        """Close the cases whose tickets end on a day: as many as honest ones."""
        for at, case in self._closing:
            if at == begin and case in self.service.cases:
                self.service.close(at, case)

    def _review(self, at: int) -> None:
        """Run the lookout: each day in the first month of a theft, then once a week."""
        day = (at - self.begin) // DAY
        if self._lookout is not None and self.service.written and (day <= DAILY or day % 7 == 0):
            self._lookout.run(at)

    def open_case(self, opener: Principal, at: int, numbers: list[str]) -> str | None:
        """Open a case of the ring; return its name, None where it is refused.

        Where the ticket system is asked, a case is about one parcel, and the ring has a few tickets a day. Where only
        the assignee opens values, the ring can use those that are assigned to one of its officers.
        """
        officers = [who for who in self.ring if "dispute-officer" in who.roles]
        if self.service.tickets is None:
            return self._open(opener, at, numbers, officers[0])
        day = f"ring {at // DAY}"
        while self._used[day] < self.workforce.thieves.tickets_a_day:
            self._used[day] += 1
            officer = self._assigned(officers)
            if officer is not None:
                return self._open(opener, at, numbers[:1], officer)
        return None

    def _assigned(self, officers: Sequence[Principal]) -> Principal | None:
        """Return which of these officers gets a ticket, None for another one."""
        if self.service.by_assignee and self.practices is not None and self.practices.tickets_routed:
            present = max(round(self.workforce.people.officers * PRESENT), len(officers))
            drawn = self.random.randrange(present)
            return officers[drawn] if drawn < len(officers) else None
        return officers[0]

    def honest_case(self, at: int, count: int, officer: Principal, login: Login = "own") -> str | None:
        """Return a case that people of the desk opened and that names so many waybills; None where there is none.

        Where only the assignee opens values there are only the officer's own, and they are no theft of that officer.
        """
        opener = person(f"desk-{self.random.randrange(self.workforce.people.desk)}", "service-desk")
        if not self.service.by_assignee:
            return self._open(opener, at - HOUR, known(count, self.random), officer)
        own = self.queue * self.workforce.thieves.own_cases
        self._used[f"{officer.id} {at // DAY}"] += 1
        if login == "own" or self._used[f"{officer.id} {at // DAY}"] > own:
            return None
        return self._open(opener, at - HOUR, known(1, self.random), officer)

    def _open(self, opener: Principal, at: int, numbers: list[str], officer: Principal) -> str | None:
        self._cases += 1
        name = f"T-{self.name}-{self.seed}-{self._cases}"
        if self.practices is not None and self.service.tickets is not None:
            self.service.tickets.file(name, numbers, officer.id)
            if self.random.random() < self.practices.tickets_closed:
                self._closing.append(((at // DAY + self.random.randrange(2, 6)) * DAY, name))
        done = self.service.open_case(opener, at, name, numbers)
        if done.outcome == "pending":
            if opener in self.ring and self.approver not in self.ring and self.approval_at is None:
                self.approval_at = at
            self.service.decide(self.approver, at, name, "approve")
        return name if done.outcome in ("open", "pending") else None

    def take(self, officer: Principal, at: int, case: str, login: Login = "own") -> Done:
        """Open the phone of each waybill of a case, as its officer if it names one of the ring."""
        if not self.can_sign(login):
            return Done("signature-required")
        opening = self.service.cases[case].opening
        officer = next((who for who in self.ring if who.id == opening.officer), officer)
        numbers = list(opening.waybills)
        if login == "forged" or (login == "rented" and self.workforce.thieves.own_device):
            officer = replace(officer, device=RENTER)
        done = self.service.detokenize(officer, at, case, numbers, [*filter(is_known, numbers)])
        if done.released:
            self.taken.append((at, done.released))
            if login == "rented":
                self.login_days.add((officer.id, at // DAY))
        return done

    def counted(self) -> list[tuple[int, int]]:
        """Return when and how many records were taken before the theft was noticed."""
        return [(at, count) for at, count in self.taken if self.detected_at is None or at <= self.detected_at]

    def records(self, *, approvals_notice: bool = False) -> int:
        """Return what was taken before the theft was noticed, if one likes by a person who had a case to approve."""
        until = self.approval_at if approvals_notice else None
        return sum(count for at, count in self.counted() if until is None or at <= until)
