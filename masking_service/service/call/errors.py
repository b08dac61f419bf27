"""The refusals of use cases that are not about who is calling."""

from collections.abc import Sequence
from typing import Final

Places = Sequence[tuple[str, str]]
"""A place (a JSON Pointer inside the body, ``query:NAME`` or ``path:NAME``) and a code, for each fault."""


class NotFound(Exception):
    """Unknown, another tenant's, outside custody, erased or expired: the caller is not told which.

    Attributes:
        places: what of the request cannot name anything, if that is so.
    """

    code: Final = "not-found"

    def __init__(self, places: Places = ()) -> None:
        super().__init__()
        self.places = places


class InvalidRequest(Exception):
    """A request whose members have the wrong values.

    Attributes:
        places: which, and why.
    """

    code: Final = "invalid-request"

    def __init__(self, places: Places) -> None:
        super().__init__()
        self.places = places


class UnknownSchema(Exception):
    """There is no schema of that name."""


class SeveralWaybills(Exception):
    """A record of that schema holds several waybills: it can be masked, not tokenized."""


class TooMany(Exception):
    """A search finds more waybills than one answer shows.

    None is shown.
    """
