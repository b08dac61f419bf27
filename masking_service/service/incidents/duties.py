"""What each country's law asks of an incident, and by when. Pure; the countries are data, one file each.

The files give what was published, with its source. They are no legal advice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from masking_service.masking.strict_yaml import read_yaml
from masking_service.masking.timestamps import SECONDS_A_DAY, SECONDS_AN_HOUR, rfc3339
from masking_service.service.incidents.state import IncidentRecord

ALERT_BEFORE: Final = SECONDS_A_DAY
"""The first alert is half of the term before the deadline, and at most this many seconds."""
Flag = Literal["critical", "sensitive", "malicious", "outside", "high_risk"]
Words = Mapping[str, str]
"""A text in English (`en`) and Chinese (`zh`)."""


class LawSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A law, and which texts of or about it were read."""

    text: str
    seen: str


class CountryGrade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grade, from this many persons on."""

    name: Words
    persons: Annotated[int, Meta(ge=0)]


class DutyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A duty as a country's file has it.

    Attributes:
        to, what: to whom what is due.
        source: a key of the country's sources.
        persons: it is due from this many persons on; where the number is not known it is due.
        if_any: or if any of these is so, whatever the number.
        only_if: it is due only if any of these is so.
        hours, days: the term; neither means at once. Days are calendar days, which end at midnight there.
        critical_hours: the term with critical infrastructure.
        malicious_days: the term if it was done on purpose.
        counts_first_day: whether the day of the beginning is the first of the days.
        after: what the term begins with: that the incident was found, or its end.
        in_force: from which day on it binds; None for always.
        form: whether the country's form is for it.
    """

    to: Words
    what: Words
    source: str
    persons: int = 0
    if_any: frozenset[Flag] = frozenset()
    only_if: frozenset[Flag] = frozenset()
    hours: int = 0
    days: int = 0
    critical_hours: int = 0
    malicious_days: int = 0
    counts_first_day: bool = False
    after: Literal["found", "end"] = "found"
    in_force: str | None = None
    form: bool = False


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country, as its file has it. Its days begin and end at `offset` from UTC."""

    name: Words
    offset: str
    form_language: str
    unknown: str
    sources: Mapping[str, LawSource]
    grades: Sequence[CountryGrade]
    duties: Mapping[str, DutyRule]
    form: str


class Duty(msgspec.Struct, frozen=True):
    """A duty of one incident.

    Attributes:
        begins: when its term begins, in Unix seconds; 0 as long as the incident has not ended.
        deadline: in Unix seconds; 0 for at once, or as long as it has not begun.
        binding: whether the law is in force at that time.
        reported_at: in Unix seconds; 0 as long as it is not done.
    """

    country: str
    id: str
    rule: DutyRule
    begins: int
    deadline: int
    binding: bool
    reported_at: int

    @property
    def key(self) -> str:
        """How it is named: `cn/first-report`."""
        return f"{self.country}/{self.id}"

    @property
    def alert_at(self) -> int:
        """When the first alert is due, in Unix seconds; 0 for never."""
        if not self.deadline or self.reported_at:
            return 0
        return self.deadline - min((self.deadline - self.begins) // 2, ALERT_BEFORE)


@cache
def countries() -> Mapping[str, Country]:
    """Return the countries by their code, read from their files."""
    folder = resources.files(__package__).joinpath("countries")
    texts = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in folder.iterdir()}
    return {code: msgspec.convert(read_yaml(text), Country, strict=True) for code, text in sorted(texts.items())}


def grade_of(country: Country, incident: IncidentRecord) -> CountryGrade | None:
    """Return the grade of an incident, by the possible victims; None as long as no number is known."""
    persons = concerned(incident)
    if persons is None:
        return None
    return next(grade for grade in country.grades if persons >= grade.persons)


def concerned(incident: IncidentRecord) -> int | None:
    """Return how many persons may be concerned; None as long as no number is known."""
    known = [number for number in (incident.persons, incident.possible) if number is not None]
    return max(known, default=None)


def duties_of(incident: IncidentRecord) -> list[Duty]:
    """Return what is due in the incident's countries, the earliest deadline first, what is due at once before."""
    found = [
        _duty(code, name, rule, incident)
        for code in incident.countries
        for name, rule in countries()[code].duties.items()
        if _is_due(rule, incident)
    ]
    waiting = 2**40  # the end of the incident is open
    return sorted(found, key=lambda one: (one.deadline if one.begins else waiting, one.key))


def form_of(code: str, incident: IncidentRecord) -> str:
    """Return the country's form, filled with what is known; what is not is said in its language."""
    country = countries()[code]
    grade = grade_of(country, incident)
    duty = next((one for one in duties_of(incident) if one.country == code and one.rule.form), None)
    own = "zh" if country.form_language == "zh" else "en"
    signs = {"zh": ("是", "否"), "ko": ("예", "아니오"), "ja": ("有", "無")}.get(country.form_language, ("yes", "no"))

    def flag(name: Flag) -> str:
        return signs[0] if name in incident.flags else f"{signs[1]} / {country.unknown}"

    known = {
        "name": incident.name,
        "found_at": _there(country, incident.found_at),
        "deadline": _there(country, duty.deadline) if duty and duty.deadline else "-",
        "grade": grade.name[own] if grade else country.unknown,
        "persons": _number(incident.persons, country),
        "possible": _number(incident.possible, country),
        "leak": incident.leak,
        "what": incident.what or country.unknown,
        "kinds": ", ".join(incident.kinds) or country.unknown,
        "measures": incident.measures or country.unknown,
        "files": ", ".join(f"{one.name} SHA-256 {one.sha256[:16]}…" for one in incident.files) or country.unknown,
        **{name: flag(name) for name in ("critical", "sensitive", "malicious", "outside")},
    }
    text = country.form
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value.replace("|", "/"))
    return text


def _is_due(rule: DutyRule, incident: IncidentRecord) -> bool:
    if rule.only_if:
        return not rule.only_if.isdisjoint(incident.flags)
    persons = concerned(incident)
    return persons is None or persons >= rule.persons or not rule.if_any.isdisjoint(incident.flags)


def _duty(code: str, name: str, rule: DutyRule, incident: IncidentRecord) -> Duty:
    begins = incident.found_at if rule.after == "found" else incident.closed_at
    deadline = _deadline(rule, incident, begins, countries()[code]) if begins else 0
    binding = rule.in_force is None or rfc3339(incident.found_at)[:10] >= rule.in_force
    return Duty(code, name, rule, begins, deadline, binding, incident.reported.get(f"{code}/{name}", 0))


def _deadline(rule: DutyRule, incident: IncidentRecord, begins: int, country: Country) -> int:
    """Return the deadline in Unix seconds; 0 for at once."""
    hours = rule.critical_hours if rule.critical_hours and "critical" in incident.flags else rule.hours
    if hours:
        return begins + hours * SECONDS_AN_HOUR
    days = rule.malicious_days if rule.malicious_days and "malicious" in incident.flags else rule.days
    if not days:
        return 0
    there = _local(country, begins)
    after_last = there.date() + timedelta(days=days + (0 if rule.counts_first_day else 1))
    midnight = datetime(after_last.year, after_last.month, after_last.day, tzinfo=there.tzinfo)
    return int(midnight.timestamp()) - 1


def _there(country: Country, at: int) -> str:
    return _local(country, at).strftime("%Y-%m-%d %H:%M %Z")


def _local(country: Country, at: int) -> datetime:
    offset = datetime.strptime(country.offset, "%z").utcoffset()
    return datetime.fromtimestamp(at, timezone(offset or timedelta()))


def _number(persons: int | None, country: Country) -> str:
    return country.unknown if persons is None else f"{persons:,}"
