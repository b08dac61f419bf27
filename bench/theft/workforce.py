"""The workforce of a simulation, read from YAML and checked whole."""

import math
from pathlib import Path
from typing import Final

import msgspec

DEFAULT: Final = Path(__file__).with_name("workforce.yaml")
PRESENT: Final = 5 / 7
"""The share of days on which a person of the staff works."""
Pair = tuple[int, int]


class _Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class People(_Checked, frozen=True):
    """How many people work in each role."""

    officers: int
    desk: int
    supervisors: int
    couriers: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.officers + self.desk + self.supervisors + self.couriers


class Parcels(_Checked, frozen=True):
    """A courier's parcels."""

    median: float
    sigma: float
    above_600: float
    peak_weeks: tuple[int, ...]
    peak_factor: float
    calls_of: int
    looked_at_again: float


class Desk(_Checked, frozen=True):
    """Contacts of the desk, and the cases that follow."""

    contacts: Pair
    tickets_per_million: tuple[int, ...]
    case_of_two: float
    case_of_several: float
    case_of_many: float
    fields: tuple[float, ...]


class Oddities(_Checked, frozen=True):
    """What goes wrong in honest work."""

    repeated_call: float
    mistyped_number: float
    mistyped_case: float
    returned_case: float
    lost_bag: float
    lost_bag_parcels: Pair
    lost_bag_asked_again: float
    night_shift: float
    covered_night: float
    new_device: float
    new_officer: float
    late_custody: float


class Replay(_Checked, frozen=True):
    """Which person-days are replayed."""

    one_in: int
    seeds: int


class ThievesHave(_Checked, frozen=True):
    """What thieves have beyond a login, and what a record is worth."""

    guess_hits_one_in: int
    stale_numbers: float
    tickets_a_day: int
    own_cases: float
    own_device: bool
    days_by_day: int
    price: tuple[float, float]
    login_a_day: float


class Practices(_Checked, frozen=True):
    """What the company does besides its policy, once it has the defences."""

    tickets_routed: bool
    couriers_have_sites: bool
    decoys_in_lists: float
    ticket_slips: float
    ticket_outages: float
    tickets_closed: float


class Workforce(_Checked, frozen=True):
    """All that the honest work follows from. `workforce.yaml` explains each member."""

    people: People
    couriers_a_site: int
    days: int
    seeds: int
    staff_one_in: int
    companies: int
    parcels: Parcels
    desk: Desk
    oddities: Oddities
    replay: Replay
    thieves: ThievesHave
    practices: Practices

    @classmethod
    def load(cls, path: Path = DEFAULT) -> "Workforce":
        """Read a file; raise ValueError with the path of what is wrong."""
        try:
            return msgspec.yaml.decode(path.read_bytes(), type=cls)
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path}: {error}") from error

    def cases_an_officer(self, rate: int) -> float:
        """Return the mean of the cases that an officer gets in a day."""
        people, desk = self.people, self.desk
        parcels = people.couriers * 6 / 7 * self.parcels.median * math.exp(self.parcels.sigma**2 / 2)
        contacts = people.desk * PRESENT * sum(desk.contacts) / 2
        return min(parcels * rate / 1e6, contacts) / (people.officers * PRESENT)

    def quick(self) -> "Workforce":
        """Return a workforce of a tenth, for a run of seconds."""
        people = People(*(max(count // 10, 2) for count in msgspec.structs.astuple(self.people)))
        return msgspec.structs.replace(
            self, people=people, days=min(self.days, 90), seeds=min(self.seeds, 3), staff_one_in=1
        )
