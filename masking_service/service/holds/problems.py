"""The refusals about holds, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import ProblemText, Text


class HoldExists(AccessError, code="hold-exists"):
    """The name of a hold was used before."""


class HoldEnded(AccessError, code="hold-ended"):
    """The hold was lifted or withdrawn, is being lifted, or another person changed it meanwhile."""


class OwnHold(AccessError, code="own-hold"):
    """The caller proposed this, so another person has to decide."""


class Held(AccessError, code="held"):
    """A legal hold keeps the waybill, so it is not erased."""


HOLD_PROBLEMS: Final[dict[str, ProblemText]] = {
    "held": ProblemText(
        409,
        Text("A legal hold keeps the waybill"),
        Text("The waybill is under a legal hold, so nothing of it is erased."),
        Text("Two people of the privacy office can lift the hold (GET /v1/holds). Erase the waybill after that."),
    ),
    "own-hold": ProblemText(
        403,
        Text("The proposal is the caller's own"),
        Text("The person who proposed to set or to lift a hold cannot decide it."),
        Text("Another person has to do this."),
    ),
    "hold-exists": ProblemText(
        409,
        Text("The name of the hold is taken"),
        Text("A hold of this name was proposed before."),
        Text("Use a new name, or read the existing hold."),
    ),
    "hold-ended": ProblemText(
        409,
        Text("The state of the hold does not allow this"),
        Text("The hold was lifted or withdrawn, is being lifted, or another person changed it meanwhile."),
        Text("Read the hold again. If it has ended, propose a new one."),
    ),
}
