"""The answers about incidents."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Time, one_of

Persons = Annotated[int, Meta(ge=0)]


class Wording(Answer):
    """A text in English and Chinese."""

    en: str
    zh: str


class IncidentDuty(Answer):
    """What one law asks, and by when."""

    duty: Annotated[str, Meta(description="COUNTRY/DUTY: what `reported` names.")]
    country: str
    to: Wording
    what: Wording
    source: Annotated[str, Meta(description="The law, as published. No legal advice.")]
    seen: Annotated[str, Meta(description="What was read of it.")]
    deadline: Annotated[Time | None, Meta(description="null: at once, or not running before the incident has ended.")]
    at_once: bool
    binding: Annotated[bool, Meta(description="Whether the law is in force.")]
    overdue: bool
    reported_at: Time | None


class CountryState(Answer):
    """A country of an incident."""

    country: str
    name: Wording
    grade: Annotated[Wording | None, Meta(description="By the number of possible victims; null if no number is known.")]
    form_language: str


class IncidentFile(Answer):
    """A file of a pack, which stays where the pack was made."""

    name: str
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class IncidentState(Answer):
    """An incident: its grade, what is known, and what is due by when."""

    incident: str
    leak: str
    status: Annotated[str, one_of("open", "closed")]
    found_at: Time
    opened_at: Time
    opened_by: str
    closed_at: Time | None
    countries: list[CountryState]
    flags: list[str]
    persons: Persons | None
    possible: Persons | None
    kinds: list[str]
    what: str
    measures: str
    duties: Annotated[list[IncidentDuty], Meta(description="What is due at once first, then the earliest deadline.")]
    files: list[IncidentFile]


class IncidentStates(Answer):
    """The incidents of the tenant, the first opened first."""

    incidents: list[IncidentState]


class FilledForm(Answer):
    """The form of a country, filled with what is known."""

    incident: str
    country: str
    language: str
    text: Annotated[str, Meta(description="Markdown in the authority's language.")]
