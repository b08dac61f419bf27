"""The refusals about incidents, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import ProblemText, Text


class IncidentExists(AccessError, code="incident-exists"):
    """The name of an incident was used before."""


class IncidentClosed(AccessError, code="incident-closed"):
    """The incident was closed, so nothing but reports is noted of it."""


INCIDENT_PROBLEMS: Final[dict[str, ProblemText]] = {
    "incident-exists": ProblemText(
        409,
        Text("The name of the incident is taken"),
        Text("An incident of this name was opened before."),
        Text("Use a new name, or read the existing incident."),
    ),
    "incident-closed": ProblemText(
        409,
        Text("The incident is closed"),
        Text("Only reports can be added to a closed incident."),
        Text("If there is new information, open a new incident."),
    ),
}
