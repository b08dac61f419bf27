"""The operations of all capabilities.

A new operation is a row in its capability's `api.py`; a new capability is named here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from masking_service.service.acts import api as acts
from masking_service.service.call.operation import Operation
from masking_service.service.cases import api as cases
from masking_service.service.custody import api as custody
from masking_service.service.decoys import api as decoys
from masking_service.service.devices import api as devices
from masking_service.service.directory import api as directory
from masking_service.service.disclosures import api as disclosures
from masking_service.service.freezes import api as freezes
from masking_service.service.holds import api as holds
from masking_service.service.incidents import api as incidents
from masking_service.service.me import api as me
from masking_service.service.opening import api as opening
from masking_service.service.oversight import api as oversight
from masking_service.service.phone_calls import api as phone_calls
from masking_service.service.proposals import api as proposals
from masking_service.service.restrictions import api as restrictions
from masking_service.service.search import api as search
from masking_service.service.waybills import api as waybills


class PathParameter(NamedTuple):
    """A parameter of a path.

    Attributes:
        shortest: the minimum length.
        converter: how Flask matches it. It has no limits of length: what is too short to be an id is not found by the
            use case, once the caller is known to have the permission.
    """

    description: str
    shortest: int
    example: str
    converter: str = "string"


PATH_PARAMETERS: Final[Mapping[str, PathParameter]] = {
    "waybill_no": PathParameter(
        "A waybill number: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing.",
        6,
        "YT8800212345678",
        "any_but(view)",
    ),
    "ref": PathParameter(
        "The `call` of an earlier answer.", 32, "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh", "any_but(records)"
    ),
    "case": PathParameter("The name of a case.", 1, "D-2026-0001"),
    "hold": PathParameter("The name of a hold.", 1, "H-2026-001"),
    "key": PathParameter("The id of a person's key.", 22, "pXk3Yt0mQmS0n9V2cZ8r4w"),
    "device": PathParameter("The id of a person's device.", 43, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    "incident": PathParameter("The name of an incident.", 1, "I-2026-001"),
    "country": PathParameter("The code of a country of the incident.", 2, "sg"),
    "code": PathParameter("The code of a problem, an item or a warning.", 1, "case-required"),
    "principal": PathParameter(
        "A principal's id, percent-encoded: client/ID, or ALIAS/SUB of an issuer.",
        3,
        "staff/officer-7",
        "path",  # an id holds a slash, which arrives as one however it was sent
    ),
}

GROUPS: Final[Mapping[str, tuple[Operation, ...]]] = {
    "Waybills": (
        *waybills.OPERATIONS,
        *restrictions.OPERATIONS,
        *disclosures.OPERATIONS,
        *custody.OPERATIONS,
        *search.OPERATIONS,
    ),
    "Unmasking": (*opening.OPERATIONS, *cases.OPERATIONS),
    "Calls": phone_calls.OPERATIONS,
    "Oversight": (*freezes.OPERATIONS, *oversight.OPERATIONS, *decoys.OPERATIONS),
    "Incidents": (*incidents.OPERATIONS, *holds.OPERATIONS),
    "Caller": (*me.OPERATIONS, *directory.OPERATIONS),
    "Signatures": (*proposals.OPERATIONS, *acts.OPERATIONS, *devices.OPERATIONS),
}
"""The operations by their tag in the document."""
