"""Says in a sentence what a person is about to sign."""

from collections.abc import Mapping
from typing import Final

from masking_service.service.acts.deeds import Deed
from masking_service.texts import Language, Text

TEXTS: Final[Mapping[str, tuple[Text, Text]]] = {
    "detokenize": (
        Text("Open 1 field of case {case} ({purpose})"),
        Text("Open {count} fields of case {case} ({purpose})"),
    ),
    "case-open": (
        Text("Open case {case} ({purpose}) for 1 waybill"),
        Text("Open case {case} ({purpose}) for {count} waybills"),
    ),
    "case-approve": (Text("Approve case {case}"),) * 2,
    "case-deny": (Text("Deny case {case}"),) * 2,
    "case-close": (Text("Close case {case}"),) * 2,
    "erase": (Text("Erase 1 waybill"), Text("Erase {count} waybills")),
    "freeze": (Text("Freeze {subject}"),) * 2,
    "unfreeze": (Text("Unfreeze {subject}"),) * 2,
    "decoy-plant": (Text("Plant decoys"),) * 2,
    "decoy-list": (Text("List the decoys"),) * 2,
    "decoy-remove": (Text("Remove decoys"),) * 2,
    "unrestrict": (Text("End the restriction of 1 waybill"), Text("End the restriction of {count} waybills")),
    "hold-set": (Text("Set the hold {case}"),) * 2,
    "hold-lift": (Text("Lift the hold {case}"),) * 2,
    "key-approve": (Text("Approve a key of {subject}"),) * 2,
    "key-deny": (Text("Deny a key of {subject}"),) * 2,
    "key-revoke": (Text("Revoke a key of {subject}"),) * 2,
    "device-approve": (Text("Approve a device of {subject}"),) * 2,
    "device-deny": (Text("Deny a device of {subject}"),) * 2,
    "device-revoke": (Text("Revoke a device of {subject}"),) * 2,
}
"""For one, and for several."""


def sentence(deed: Deed, language: Language) -> str:
    """Return what a deed is, in a sentence. It names no waybill."""
    count = len(deed.about)
    text = TEXTS[deed.act][count != 1]
    told = text.filled(count=count, case=deed.case or "-", purpose=deed.purpose or "-", subject=deed.subject)
    return told.in_language(language)
