"""The refusals about incidents."""

from masking_service.service.people.errors import AccessError


class IncidentExists(AccessError, code="incident-exists"):
    """The name of an incident was used before."""


class IncidentClosed(AccessError, code="incident-closed"):
    """The incident was closed, so nothing but reports is noted of it."""
