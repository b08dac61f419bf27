"""The names of codes in entries, for the documents and the desk. A role or purpose of one's own policy has none."""

from typing import Final

from masking_service.audit.actions import Action
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
KINDS: Final = {
    "name": Text("name"),
    "phone": Text("phone"),
    "address": Text("address"),
    "unit": Text("unit and room"),
    "email": Text("e-mail address"),
}
OUTCOMES: Final = {
    "released": Text("released"),
    "done": Text("done"),
    "not-found": Text("not found"),
    "forbidden": Text("forbidden"),
    "frozen": Text("frozen"),
    "quota-exceeded": Text("budget spent"),
    "case-not-open": Text("case not open"),
    "own-case": Text("own case"),
    "own-hold": Text("own hold"),
    "held": Text("held"),
    "restricted": Text("restricted"),
    "kind-not-allowed": Text("kind not allowed"),
    "signature-required": Text("signature needed"),
    "signature-invalid": Text("signature not valid"),
}
ACTIONS: Final = {each.value: each.text for each in Action}
