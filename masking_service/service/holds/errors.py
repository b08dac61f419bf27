"""The refusals about holds."""

from masking_service.service.people.errors import AccessError


class HoldExists(AccessError, code="hold-exists"):
    """The name of a hold was used before."""


class HoldEnded(AccessError, code="hold-ended"):
    """The hold was lifted or withdrawn, is being lifted, or another person changed it meanwhile."""


class OwnHold(AccessError, code="own-hold"):
    """The caller proposed this, so another person has to decide."""
