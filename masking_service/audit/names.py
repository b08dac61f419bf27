"""The names of codes in entries, for the documents and the desk. A role or purpose of one's own policy has none."""

from typing import Final

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.kinds.table import TABLE
from masking_service.texts import Text

ROLES: Final = {
    "label-printer": Text("label printer"),
    "tracking": Text("tracking system"),
    "courier": Text("courier"),
    "service-desk": Text("service desk"),
    "dispute-officer": Text("dispute officer"),
    "supervisor": Text("supervisor"),
    "privacy-officer": Text("privacy officer"),
    "auditor": Text("auditor"),
    "overseer": Text("overseer"),
}
PURPOSES: Final = {
    "dispute": Text("dispute"),
    "redelivery": Text("redelivery"),
    "regulator": Text("request of an authority"),
}
KINDS: Final = {kind.name: kind.title for kind in TABLE.values()}
ITEM_OUTCOMES: Final = {
    "kind-not-allowed": Text("kind not allowed"),
    "call-first": Text("call first"),
    "answered": Text("answered"),
    "unanswered": Text("not answered"),
}
"""Of items only."""
OUTCOMES: Final = {each.value: each.text for each in Outcome} | ITEM_OUTCOMES
ACTIONS: Final = {each.value: each.text for each in Action}
