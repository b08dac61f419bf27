"""The refusals of searches, and the text of their problem."""

from typing import Final

from masking_service.service.people.errors import NotInPolicy
from masking_service.texts import ProblemText, Text


class NoSearchIndex(NotInPolicy):
    """The tenant's policy keeps no index for this search."""

    detail = Text("The policy keeps no index for this search.")


class TooMany(Exception):
    """A search finds more waybills than one answer shows. None is shown."""


SEARCH_PROBLEMS: Final[dict[str, ProblemText]] = {
    "too-many": ProblemText(
        422,
        Text("Too many waybills were found"),
        Text("The search finds more than 20 waybills, so none is shown."),
        Text("Search for the whole phone number, or ask for the waybill number and view it."),
    )
}
