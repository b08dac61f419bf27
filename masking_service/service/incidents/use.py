"""Opens incidents, notes what becomes known, and closes them. Each change is in the audit log first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, get_args

import msgspec

from masking_service.audit.actions import Action
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.alerts import Alerts
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.call.shapes import is_case_name, line_fault
from masking_service.service.incidents import answers
from masking_service.service.incidents.duties import Duty, Flag, countries, duties_of, form_of, grade_of
from masking_service.service.incidents.problems import IncidentClosed, IncidentExists
from masking_service.service.incidents.state import IncidentLists, IncidentRecord, PackFile
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.principals import service_principal
from masking_service.service.state.once import OnceAWhile

MANAGE: Final = Permission.HOLD_SET
READ: Final = Permission.AUDIT_READ
MAX_TEXT: Final = 500
MAX_PERSONS: Final = 10_000_000_000
MAX_LEAK: Final = 64
"""Characters of what leaked."""
MAX_FILES: Final = 100
WATCH: Final = "incidents"
"""The service principal that an alert names."""
SHORTEST_PAUSE: Final = 15 * 60
"""Seconds between alerts about a deadline, at least; else a quarter of the time to it."""


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes known of an incident. None changes nothing.

    Attributes:
        reported: duties that were done, by their keys, as Unix seconds.
        files: packs, which are added.
    """

    flags: frozenset[str] | None = None
    persons: int | None = None
    possible: int | None = None
    kinds: tuple[str, ...] | None = None
    what: str | None = None
    measures: str | None = None
    reported: Mapping[str, int] = {}
    files: Sequence[PackFile] = ()


@dataclass(frozen=True, slots=True)
class IncidentBook:
    """Changes the incidents of tenants, each recorded first. Who may is for the caller to see to.

    Every call raises StoreUnavailable: the change may be made; look, then make the call again. All but `open` raise
    NotFound for an unknown incident.
    """

    lists: IncidentLists
    recorder: Recorder

    def open(self, context: RequestContext, incident: IncidentRecord, role: str = "") -> IncidentRecord:
        """Open an incident. Its deadlines count from when it was found.

        Raises:
            InvalidRequest: its name, a country or a flag is unknown, or it was found later than now.
            IncidentExists: the name was used before.
        """
        _check_new(incident, context.now)
        fresh = msgspec.structs.replace(
            incident,
            opened_at=context.now,
            opened_by=context.principal.id,
            leak=masked_words(incident.leak.strip()),
            **_texts(incident.what, incident.measures),
        )

        def add(incidents: list[IncidentRecord]) -> list[IncidentRecord]:
            if any(one.name == fresh.name for one in incidents):
                raise IncidentExists
            return [*incidents, fresh]

        self._change(context, Action.INCIDENT_OPEN, fresh.name, role, add)
        return fresh

    def note(self, context: RequestContext, name: str, known: Known, role: str = "") -> IncidentRecord:
        """Note what became known of an open incident.

        Raises:
            IncidentClosed: it was closed; reports can still be noted.
            InvalidRequest: a value is wrong.
        """
        _check_known(known, context.now)

        def update(one: IncidentRecord) -> IncidentRecord:
            unknown = set(known.reported) - {duty.key for duty in duties_of(one)}
            if unknown:
                raise InvalidRequest([("/reported", "unknown-duty")])
            reports_only = known == Known(reported=known.reported)
            if one.closed_at and not reports_only:
                raise IncidentClosed
            said = {
                field: value
                for field in ("flags", "persons", "possible", "kinds")
                if (value := getattr(known, field)) is not None
            }
            return msgspec.structs.replace(
                one,
                **said,
                **_texts(
                    one.what if known.what is None else known.what,
                    one.measures if known.measures is None else known.measures,
                ),
                reported={**one.reported, **known.reported},
                files=(*one.files, *known.files)[-MAX_FILES:],
            )

        return self._update(context, Action.INCIDENT_NOTE, name, role, update)

    def close(self, context: RequestContext, name: str, role: str = "") -> IncidentRecord:
        """Close an incident. Deadlines that count from its end begin. Closing it again changes nothing."""

        def end(one: IncidentRecord) -> IncidentRecord:
            if one.closed_at:
                return one
            return msgspec.structs.replace(one, closed_at=context.now, closed_by=context.principal.id)

        return self._update(context, Action.INCIDENT_CLOSE, name, role, end)

    def _update(
        self,
        context: RequestContext,
        action: Action,
        name: str,
        role: str,
        change: Callable[[IncidentRecord], IncidentRecord],
    ) -> IncidentRecord:
        changed: IncidentRecord

        def change_list(incidents: list[IncidentRecord]) -> list[IncidentRecord]:
            nonlocal changed
            changed = change(named(incidents, name))
            return [changed if one.name == name else one for one in incidents]

        self._change(context, action, name, role, change_list)
        return changed

    def _change(
        self,
        context: RequestContext,
        action: Action,
        name: str,
        role: str,
        change: Callable[[list[IncidentRecord]], list[IncidentRecord]],
    ) -> None:
        prepare = partial(self.lists.prepare, context.principal.tenant, change)
        self.recorder.change(context, action, Stated(role=role, case=name), prepare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responding:
    """Answers to incidents of the caller's tenant, under one policy.

    Every call raises AccessError where the caller may not, NotFound for an unknown incident, and StoreUnavailable or
    IntegrityError where the list cannot be read.
    """

    gate: LiveGate
    book: IncidentBook

    def listed(self, context: RequestContext) -> answers.IncidentStates:
        """Return the incidents, the first opened first: one round trip."""
        return answers.IncidentStates([state_of(one, context.now) for one in self._read(context)])

    def shown(self, context: RequestContext, name: str) -> answers.IncidentState:
        """Return one incident: one round trip."""
        return state_of(named(self._read(context), name), context.now)

    def form(self, context: RequestContext, name: str, country: str) -> answers.FilledForm:
        """Return the form of a country, filled with what is known: one round trip.

        Raises:
            NotFound: the incident does not concern the country.
        """
        incident = named(self._read(context), name)
        if country not in incident.countries:
            raise NotFound
        return answers.FilledForm(name, country, countries()[country].form_language, form_of(country, incident))

    def open(self, context: RequestContext, incident: IncidentRecord) -> answers.IncidentState:
        """Open an incident. Round trips: live permission, read, audit, write. Raises as `IncidentBook.open`."""
        return self._manage(context, Action.INCIDENT_OPEN, incident.name, partial(self.book.open, context, incident))

    def note(self, context: RequestContext, name: str, known: Known) -> answers.IncidentState:
        """Note what became known. Round trips as `open`. Raises as `IncidentBook.note`."""
        return self._manage(context, Action.INCIDENT_NOTE, name, partial(self.book.note, context, name, known))

    def close(self, context: RequestContext, name: str) -> answers.IncidentState:
        """Close an incident. Round trips as `open`. Raises as `IncidentBook.close`."""
        return self._manage(context, Action.INCIDENT_CLOSE, name, partial(self.book.close, context, name))

    def _read(self, context: RequestContext) -> list[IncidentRecord]:
        try:
            self.gate.grant(context.principal, MANAGE)
        except Forbidden:
            self.gate.grant(context.principal, READ)
        return self.book.lists.listed(context.principal.tenant)

    def _manage(
        self, context: RequestContext, action: Action, name: str, change: Callable[[str], IncidentRecord]
    ) -> answers.IncidentState:
        """Return an incident after a change in the caller's role. Where that is refused, the refusal is recorded."""
        with self.book.recorder.record_denials(context, action, Stated(case=name)):
            role = self.gate.grant_live(context.principal, MANAGE).role
            return state_of(change(role), context.now)


def named(incidents: Sequence[IncidentRecord], name: str) -> IncidentRecord:
    """Return the incident of a name. Raises NotFound."""
    for incident in incidents:
        if incident.name == name:
            return incident
    raise NotFound


def state_of(incident: IncidentRecord, now: int) -> answers.IncidentState:
    """Return an incident as it is answered at `now`, in Unix seconds."""
    return answers.IncidentState(
        incident=incident.name,
        leak=incident.leak,
        status="closed" if incident.closed_at else "open",
        found_at=rfc3339(incident.found_at),
        opened_at=rfc3339(incident.opened_at),
        opened_by=incident.opened_by,
        closed_at=rfc3339(incident.closed_at) if incident.closed_at else None,
        countries=[_country(code, incident) for code in incident.countries],
        flags=sorted(incident.flags),
        persons=incident.persons,
        possible=incident.possible,
        kinds=list(incident.kinds),
        what=incident.what,
        measures=incident.measures,
        duties=[_duty(duty, now) for duty in duties_of(incident)],
        files=[answers.IncidentFile(one.name, one.sha256) for one in incident.files],
    )


def _country(code: str, incident: IncidentRecord) -> answers.CountryState:
    country = countries()[code]
    grade = grade_of(country, incident)
    return answers.CountryState(
        country=code,
        name=answers.Wording(**country.name),
        grade=answers.Wording(**grade.name) if grade else None,
        form_language=country.form_language,
    )


def _duty(duty: Duty, now: int) -> answers.IncidentDuty:
    source = countries()[duty.country].sources[duty.rule.source]
    return answers.IncidentDuty(
        duty=duty.key,
        country=duty.country,
        to=answers.Wording(**duty.rule.to),
        what=answers.Wording(**duty.rule.what),
        source=source.text,
        seen=source.seen,
        deadline=rfc3339(duty.deadline) if duty.deadline else None,
        at_once=bool(duty.begins) and not duty.deadline,
        binding=duty.binding,
        overdue=bool(duty.deadline) and duty.deadline < now and not duty.reported_at,
        reported_at=rfc3339(duty.reported_at) if duty.reported_at else None,
    )


def _texts(what: str, measures: str) -> dict[str, str]:
    return {"what": masked_words(what.strip())[:MAX_TEXT], "measures": masked_words(measures.strip())[:MAX_TEXT]}


def _check_new(incident: IncidentRecord, now: int) -> None:
    """Raise InvalidRequest where an incident cannot be opened as it is."""
    wrong = []
    if not is_case_name(incident.name):
        wrong.append(("/incident", "invalid-value"))
    if not incident.countries or not {*incident.countries} <= {*countries()}:
        wrong.append(("/countries", "unknown-country"))
    fault = line_fault(incident.leak, MAX_LEAK)
    if fault:
        wrong.append(("/leak", fault))
    if not 0 < incident.found_at <= now:
        wrong.append(("/found_at", "invalid-value"))
    if wrong:
        raise InvalidRequest(wrong)
    _check_known(Known(incident.flags, incident.persons, incident.possible), now)


def _check_known(known: Known, now: int) -> None:
    """Raise InvalidRequest where something cannot be known as it is."""
    wrong = [
        (f"/{name}", "out-of-range")
        for name in ("persons", "possible")
        if not 0 <= (getattr(known, name) or 0) <= MAX_PERSONS
    ]
    if known.flags is not None and not known.flags <= {*get_args(Flag)}:
        wrong.append(("/flags", "invalid-value"))
    if not {*(known.kinds or ())} <= {*TOKEN_KINDS}:
        wrong.append(("/kinds", "invalid-value"))
    if any(not 0 < at <= now for at in known.reported.values()):
        wrong.append(("/reported", "invalid-value"))
    if wrong:
        raise InvalidRequest(wrong)


@dataclass(frozen=True, slots=True)
class DeadlineWatch:
    """Raises the alert `incident-deadline` before each deadline of an incident, until the report is noted.

    Of all workers one raises it.
    """

    lists: IncidentLists
    once: OnceAWhile
    alerts: Alerts

    def check(self, tenants: Iterable[str], now: int) -> None:
        """Raise the alerts due at `now`, Unix seconds: one round trip a tenant, and one for each deadline that is near.

        Raises:
            StoreUnavailable, IntegrityError: some incidents could not be read.
        """
        for tenant in tenants:
            principal = service_principal(WATCH, tenant)
            for incident in self.lists.listed(tenant):
                for duty in duties_of(incident):
                    if duty.alert_at and now >= duty.alert_at:
                        what = f"deadline {incident.name} {duty.key}"
                        pause = max(SHORTEST_PAUSE, (duty.deadline - duty.alert_at) // 4)
                        if self.once.is_first(principal, what, pause):
                            self.alerts.raise_alert("incident-deadline", principal)
