"""A thief at work: where cases come from, what is taken, and when someone notices."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from bench.theft.lookout import Lookout, renamed
from bench.theft.model import Service
from bench.theft.steps import DAY, Done, is_known, person
from bench.theft.work import HOUR, known
from bench.theft.workforce import Practices, Workforce
from masking_service.access.policy import Policy
from masking_service.access.principals import Principal
from masking_service.audit.lookout.history import Row

DAILY: Final = 30
"""Days of a theft that the lookout reads one by one: it takes long, and a week more changes little by then."""
RENTER: Final = "the renter's"
"""The device of a person who rents a login. All others act from devices that they also use for honest work."""


@dataclass
class Heist:
    """A thief at work, with what is taken and who takes part.

    Attributes:
        queue: how many own cases an officer gets in a day.
        honest: what honest people did, for the lookout.
        ring: everyone who is in it. A review that names one of them ends it.
        own_approver: whether the ring's own supervisor decides its cases, so that a pending case is no detection.
        taken: when, and how many records.
        login_days: days on which each rented login was used.
    """

    name: str
    seed: int
    service: Service
    workforce: Workforce
    random: Random
    begin: int
    end: int
    queue: float = 0.0
    honest: Sequence[Row] = ()
    ring: list[Principal] = field(default_factory=list)
    own_approver: bool = False
    taken: list[tuple[int, int]] = field(default_factory=list)
    login_days: set[tuple[str, int]] = field(default_factory=set)
    detected_at: int | None = None
    _cases: int = 0
    _closing: list[tuple[int, str]] = field(default_factory=list)
    _used: Counter[str] = field(default_factory=Counter)
    _lookout: Lookout | None = None
    _reviewed: int = 0

    @property
    def policy(self) -> Policy:
        """The policy that the thief knows."""
        return self.service.policy

    @property
    def practices(self) -> Practices | None:
        """What the company does besides its policy; None without defences."""
        return self.service.defences.practices

    def member(self, role: str, number: int = 0) -> Principal:
        """Return a member of the ring."""
        who = person(f"thief-{self.name}-{role}-{number}", role)
        self.ring.append(who)
        return who

    def days(self, count: int = 10**6) -> Iterator[int]:
        """Yield the first second of each day until the end, or until the theft is noticed; reviews come after each."""
        if self.practices is not None:
            self._lookout = Lookout(self.service, renamed(self.honest, self._colleagues()))
        for begin in range(self.begin, min(self.end, self.begin + count * DAY), DAY):
            if self.noticed():
                return
            self._close(begin)
            yield begin
            self._review(begin + DAY)
        self.noticed()

    def noticed(self) -> bool:
        """Return whether a freeze or a review has named the ring, and keep when that was."""
        ids = {who.id for who in self.ring}
        found = [freeze.since for freeze in self.service.frozen.values() if freeze.id in ids]
        found += [
            review.at
            for review in self.service.reviews
            if review.who in ids and not (review.why == "case-pending" and self.own_approver)
        ]
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
        day, written = (at - self.begin) // DAY, len(self.service.written)
        if self._lookout is not None and written > self._reviewed and (day <= DAILY or day % 7 == 0):
            self._lookout.run(at)
            self._reviewed = written

    def open_case(self, opener: Principal, at: int, numbers: list[str]) -> str | None:
        """Open a case of the ring; return its name, None where it is refused.

        Where the ticket system is asked, a case is about one parcel, and the ring has a few tickets a day.
        """
        tickets = self.service.tickets
        if tickets is not None:
            numbers = numbers[:1]
            self._used[f"ring {at // DAY}"] += 1
            if self._used[f"ring {at // DAY}"] > self.workforce.thieves.tickets_a_day:
                return None
        return self._open(opener, at, numbers, None)

    def honest_case(self, at: int, count: int, officer: Principal, *, rented: bool = False) -> str | None:
        """Return a case that people of the desk opened and that names so many waybills; None where there is none.

        Where each case names its officer there are only the officer's own, and they are no theft unless the login is
        rented.
        """
        opener = person(f"desk-{self.random.randrange(self.workforce.people.desk)}", "service-desk")
        if self.practices is None or not self.practices.cases_name_officer:
            return self._open(opener, at - HOUR, known(count, self.random), None)
        own = self.queue * self.workforce.thieves.own_cases
        self._used[f"{officer.id} {at // DAY}"] += 1
        if not rented or self._used[f"{officer.id} {at // DAY}"] > own:
            return None
        return self._open(opener, at - HOUR, known(1, self.random), officer)

    def _open(self, opener: Principal, at: int, numbers: list[str], officer: Principal | None) -> str | None:
        self._cases += 1
        name = f"T-{self.name}-{self.seed}-{self._cases}"
        if self.practices is not None and self.service.tickets is not None:
            self.service.tickets.file(name, numbers)
            if self.random.random() < self.practices.tickets_closed:
                self._closing.append(((at // DAY + self.random.randrange(2, 6)) * DAY, name))
        done = self.service.open_case(opener, at, name, numbers, officer)
        return name if done.outcome in ("open", "pending") else None

    def take(self, officer: Principal, at: int, case: str, *, rented: bool = False) -> Done:
        """Open the phone of each waybill of a case."""
        numbers = list(self.service.cases[case].opening.waybills)
        if rented and self.workforce.thieves.own_device:
            officer = replace(officer, device=RENTER)
        done = self.service.detokenize(officer, at, case, numbers, [*filter(is_known, numbers)])
        if done.released:
            self.taken.append((at, done.released))
            if rented:
                self.login_days.add((officer.id, at // DAY))
        return done

    def records(self) -> int:
        """Return what was taken before the theft was noticed."""
        return sum(count for at, count in self.taken if self.detected_at is None or at <= self.detected_at)
