"""Explains the codes inside answers: of items, of places in `errors`, and of warnings.

The codes of whole problems are in `problem_texts.py`.
"""

from typing import Final

from masking_service.service.rule_texts import ITEMS, MEMBERS, PLACES
from masking_service.texts import CodeText, Text

_CORRECT: Final = Text("Correct the member that the pointer names. `detail` gives its rule.")
_NO_ACTION: Final = Text("There is nothing to do.")

_ITEMS: Final = {
    "conflict": (
        Text("Other values are stored under this number"),
        Text(
            "Compare the record with its source. Send it with `on_conflict: revise` only if the new values are right."
        ),
    ),
    "erased": (Text("The waybill was erased"), Text("Use another waybill number.")),
    "revision-limit": (
        Text("The waybill has too many revisions"),
        Text("Use a new waybill number, and find out why the record changes so often."),
    ),
    "invalid-waybill-no": (
        Text("The waybill number is not valid"),
        Text("Correct the waybill number and send the record again."),
    ),
    "invalid-text": (
        Text("A text is not valid"),
        Text("Find out which program cuts texts in the middle of a character, and send the record again."),
    ),
    "invalid-type": (
        Text("The value has the wrong type"),
        Text("Send a string, an integer or null there, or name the schema that the record follows."),
    ),
    "nothing-mapped": (
        Text("The schema maps nothing of the record"),
        Text("Check the schema and the names of the members. `detail` names the schemas that would fit."),
    ),
    "too-deep": (Text("The record is nested too deeply"), Text("Send the record with at most 32 levels.")),
    "invalid-item": (
        Text("The item is not valid"),
        Text("Correct the members that `errors` names, and send the item again."),
    ),
    "call-first": (
        Text("Call before you open the phone"),
        Text("Call with POST /v1/calls. The phone can be opened when enough unanswered calls are on record."),
    ),
    "kind-not-allowed": (
        Text("The purpose does not open this kind"),
        Text("GET /v1/me lists what each of your purposes opens. If needed, use a case for a purpose that opens it."),
    ),
}
"""Title and remedy of the codes of items."""
_PLACES: Final = {
    "unknown-country": (Text("The country is not known"), Text("Use one of the codes of the document, such as cn.")),
    "unknown-duty": (Text("The duty is not known"), Text("Use a `duty` of the incident.")),
    "too-many-holds": (Text("There are too many holds"), Text("Lift holds that are not needed any more.")),
    "missing": (Text("A member is missing"), Text("Add the member that the pointer names.")),
    "unknown-member": (Text("A member is unknown"), Text("Check the spelling of its name, or leave it out.")),
    "not-with-token": (
        Text("The member does not go with a token"),
        Text("Leave out the member that the pointer names, or the token."),
    ),
    "unknown-cursor": (
        Text("The place in the list is not known"),
        Text("Use the `next` of an earlier answer, begin at the first page, or look for the entry in the archive."),
    ),
    "invalid-phone": (Text("The phone number is not valid"), Text("Send one whole phone number.")),
    "one-of-two": (Text("The search is not complete"), _CORRECT),
    "wrong-code": (
        Text("The code does not belong to this key"),
        Text("Ask the person to read the code again. If it differs again, deny the key: it may be another person's."),
    ),
    "wrong-hardware": (Text("The policy does not allow this kind of key"), Text("Use a key that the policy allows.")),
    "too-many-decoys": (Text("There are too many decoys"), Text("Remove decoys that are not needed any more.")),
    "no-own-number": (
        Text("The waybill cannot be a seed"),
        Text("Add the phone to `decoys.own_numbers` of the policy (docs/decoys.md), and tokenize the waybill first."),
    ),
}
"""The same of codes of places."""
CODES: Final[dict[str, CodeText]] = {
    **{code: CodeText(title, ITEMS[code], remedy) for code, (title, remedy) in _ITEMS.items()},
    **{code: CodeText(title, PLACES[code], remedy) for code, (title, remedy) in _PLACES.items()},
    "not-allowed": CodeText(
        Text("The roles may not use this"),
        Text("None of the caller's roles may use this profile or purpose."),
        Text("GET /v1/me lists the profiles and purposes of your roles."),
    ),
    "invalid-value": CodeText(
        Text("The value is not allowed"), Text("The value does not follow the rule of this member."), _CORRECT
    ),
    "invalid-length": CodeText(
        Text("The length is not allowed"), Text("The value is too short or too long."), _CORRECT
    ),
    "out-of-range": CodeText(
        Text("The number is out of range"), Text("The number is smaller or larger than allowed."), _CORRECT
    ),
    "unknown-purpose": CodeText(
        Text("The purpose is not known"), Text("The policy has no purpose of this name."), MEMBERS["purpose"]
    ),
    "already-masked": CodeText(
        Text("The value was sent masked"),
        Text("The value was already masked, or was a token. Nothing is stored for it."),
        Text("Send the original value where a token is needed."),
    ),
    "found-in-text": CodeText(
        Text("Personal data was found in a text"),
        Text("A name, a phone, an address, an identity number or other personal data was masked in this text."),
        _NO_ACTION,
    ),
    "unit-not-recognised": CodeText(
        Text("The unit of an address was not recognised"),
        Text(
            "A number in this foreign address may be that of a unit, but its form is not known. A label profile hides "
            "all numbers of the address."
        ),
        Text("Send the unit in a field of its own (kind unit), or with a word such as Apt in front of it."),
    ),
    "unmapped-masked": CodeText(
        Text("An unmapped member was masked"),
        Text("The schema does not map this member. Its name says that it is personal, so its value was masked."),
        Text("Check the spelling of the member, or use a schema that maps it."),
    ),
    "not-listed": CodeText(
        Text("There are more warnings or errors"),
        Text(
            "The record, or the whole answer, has more warnings or errors than an answer lists. "
            "The places that are not listed were masked or refused in the same way."
        ),
        Text("Correct what is listed, and send the record again to see the rest of its errors."),
    ),
}
"""Every code that answers hold and that is no problem of a whole request."""
