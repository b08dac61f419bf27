"""The rules of requests and items, and what a refusal says of them."""

import re
from collections.abc import Iterator
from typing import Final

from masking_service.service.call.errors import Places
from masking_service.texts import Language, Text

_OF_CODE_ONLY: Final = frozenset(
    {"unknown-member", "not-with-token", "nothing-mapped", "invalid-text", "too-deep", "too-large"}
)
"""Codes of places for which the rule of the member says nothing."""

MAX_RULES: Final = 5
"""Rules in one detail: a request may be wrong at a thousand places."""
_PROFILE: Final = Text("name one of your profiles (GET /v1/me lists them)")
_CASE: Final = Text("a case number is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first")
_WAYBILL_NO: Final = Text("a waybill number is 6 to 40 of A-Z 0-9 -, and no phone or identity number of a person")
_PRINCIPAL: Final = Text(
    "a principal's id is client/ID for an API client, or ALIAS/SUB for a person of an issuer, such as staff/officer-7"
)
_TEXT: Final = Text("1 to 500 characters, not only blanks")
_SITE: Final = Text("a site code is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first")
_PHONE: Final = Text("a phone number of 7 to 15 digits")
_SHORT: Final = Text("1 to 64 characters")
_BASE64: Final = Text("base64url without padding")
_YES: Final = Text("`yes`, or leave it out")
_REFERENCE: Final = Text("1 to 128 characters")
_SECONDS_OF_CALL: Final = Text("whole seconds, at most 86,400")
_TIME: Final = Text("a day such as 2026-11-24, a time such as 2026-11-24T08:00:00Z, or Unix seconds")

MEMBERS: Final[dict[str, Text]] = {
    "": Text("this has to be a JSON object of the described shape"),
    "records": Text("an array of at most 1,000 records"),
    "schema": Text("name a schema that the OpenAPI document lists"),
    "profile": _PROFILE,
    "replace": Text("`mask` or `token`"),
    "on_conflict": Text("`reject` or `revise`"),
    "if_unavailable": Text("`fail` or `mask`"),
    "custody": Text("an object with a `site`"),
    "site": _SITE,
    "phone": _PHONE,
    "last4": Text("four digits"),
    "courier": _PRINCIPAL,
    "items": Text("an array of objects; their members and the maximum number are in the OpenAPI document"),
    "purpose": Text("name a purpose of the policy (GET /v1/me lists those of your roles)"),
    "case": _CASE,
    "waybills": Text("an array of waybill numbers; the maximum number is in the OpenAPI document"),
    "waybill": _WAYBILL_NO,
    "waybill_no": _WAYBILL_NO,
    "token": Text("a token of an answer to POST /v1/tokenize"),
    "field": Text("a JSON Pointer inside the record, such as /recipient/phone"),
    "officer": _PRINCIPAL,
    "principal": _PRINCIPAL,
    "reason": _TEXT,
    "note": Text("a string of at most 500 characters"),
    "opened_by": _PRINCIPAL,
    "expires_in": Text("whole seconds, at least 1 and at most what the policy allows"),
    "why": Text("a string"),
    "incident": Text("1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"),
    "found_at": Text("a time that is past, such as 2026-11-24T08:00:00Z, or a day"),
    "countries": Text("an array of at least one country code: cn, eu, in, jp, kr, sg"),
    "flags": Text("an array of `critical`, `sensitive`, `malicious`, `outside` and `high_risk`"),
    "leak": Text("what leaked, in 1 to 64 printable characters"),
    "persons": Text("a whole number of persons, at most 10,000,000,000"),
    "possible": Text("a whole number of persons, at most 10,000,000,000"),
    "hold": Text("1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"),
    "kind": Text("`phantom` or `seed`"),
    "status": Text("`open`, `pending`, `denied`, `closed` or `expired`"),
    "after": Text("the `next` of an earlier answer"),
    "from": _TIME,
    "to": _TIME,
    "by": Text("`principal` or `action`"),
    "per": Text("`hour` or `day`"),
    "order": Text("`oldest` or `newest`"),
    "limit": Text("a whole number from 1 to 1,000"),
    "for": Text("`mask`"),
    "action": Text("name an action that the OpenAPI document lists"),
    "act": Text("name an act that the OpenAPI document lists"),
    "signed": Text("the members of `Signed`, each in base64url"),
    "credential": Text("the key as the browser made it, for these options"),
    "code": Text("the ten characters on the enrolling screen"),
    "name": Text("1 to 64 printable characters"),
    "key": Text("the id of a key, as an answer gives it"),
    "device": Text("the id of a device, as an answer gives it"),
    "options": Text("the `options` of an earlier answer"),
    "invitation": Text("an invitation, as the operator's command printed it"),
    "authenticator_data": _BASE64,
    "client_data": _BASE64,
    "signature": _BASE64,
    "done": Text("`yes` or `no`"),
    "mine": _YES,
    "opened": _YES,
    "counts": _YES,
    "sort": Text("`ends`, `case`, `waybills` or `with`"),
    "outcome": Text("name an outcome that the OpenAPI document lists"),
    "role": _SHORT,
    "what": Text("a string"),
    "measures": Text("a string"),
    "kinds": Text("an array of kinds that get tokens, such as `name`"),
    "reported": Text("an object that gives a time for each COUNTRY/DUTY"),
    "ref": _REFERENCE,
    "id": _REFERENCE,
    "at": Text("Unix seconds, a whole number"),
    "seconds": _SECONDS_OF_CALL,
    "rang": _SECONDS_OF_CALL,
    "answered": Text("`true` or `false`"),
}
"""What a member of a request has to be."""

PLACES: Final[dict[str, Text]] = {
    "missing": Text("this member is required"),
    "unknown-member": Text("there is no such member"),
    "not-allowed": Text("none of your roles may use it"),
    "not-with-token": Text("send either a token, or a waybill_no and a field"),
    "unknown-cursor": Text("no page of this list ends there; older entries of the log are in the archive only"),
    "unknown-purpose": MEMBERS["purpose"],
    "invalid-waybill-no": _WAYBILL_NO,
    "unknown-country": MEMBERS["countries"],
    "unknown-duty": Text("a duty of this incident, COUNTRY/DUTY"),
    "too-many-holds": Text("there can be 1,000 holds at a time"),
    "too-many-decoys": Text("there can be 10,000 decoys"),
    "no-own-number": Text(
        "a seed is a waybill of your tenant whose recipient's or sender's phone is on the policy's list of own numbers"
    ),
    "invalid-phone": _PHONE,
    "wrong-code": Text("the code does not belong to this key"),
    "wrong-hardware": Text("the policy requires a key that cannot leave its device, or a model that it names"),
    "one-of-two": Text("send either `phone`, or both `last4` and `site`"),
    "several-waybills": Text("use a schema with one waybill in each record"),
}
"""What is said of a place by its code, before the rule of its member."""

ITEMS: Final[dict[str, Text]] = {
    "conflict": Text(
        "Other values are stored under this waybill number. Send on_conflict: revise if the new values are right."
    ),
    "erased": Text("The waybill was erased. Its number cannot be used again for one retention period."),
    "revision-limit": Text("The waybill has 16 revisions and takes no more. Use a new waybill number."),
    "unavailable": Text(
        "The waybill is known, but the record cannot be compared with the stored one at present. Send it again later."
    ),
    "quota-exceeded": Text("The budget for records of known waybills is spent. Send this record again later."),
    "invalid-waybill-no": Text(
        "A waybill number is 6 to 40 of A-Z 0-9 -, after trimming and upper-casing, and no phone or identity number of "
        "a person."
    ),
    "invalid-text": Text(
        "A string in the record has half of a surrogate pair (such as \\ud800 alone), which is not a character. Send "
        "whole characters."
    ),
    "invalid-type": Text(
        "The schema expects another type at the named place: a string, an integer or null for a value, an object or an "
        "array around values. Correct it, or name the record's own schema."
    ),
    "nothing-mapped": Text(
        "The record has no value that the schema maps, or only values that came in masked. Nothing was stored, and the "
        "waybill number was not used up."
    ),
    "too-deep": Text("The record has more than 32 levels. Send it with fewer."),
    "too-large": Text(
        "The record has more than 10,000 values, or it or its batch takes too much work. Send smaller ones."
    ),
    "invalid-item": Text("The item does not have the described members."),
    "call-first": Text(
        "The purpose opens a phone only after unanswered calls to it. Call through a privacy number first."
    ),
    "restricted": Text("The waybill is restricted: the policy names the purposes that open it."),
    "kind-not-allowed": Text("The purpose does not open this kind of value."),
}
"""Why an item failed, where a person may have to act. `not-found` has no text."""

LOOK_PERSONAL: Final = Text("These members look like a person's, and no schema maps them here: {members}.")
FITTING: Final = Text("These schemas would fit: {schemas}.")
"""What is added for a record that another schema maps."""


CASE_STATES: Final[dict[str, Text]] = {
    "unknown": Text("There is no case of this number."),
    "pending": Text("The case is waiting for approval."),
    "denied": Text("The case was denied."),
    "closed": Text("The case is closed."),
    "expired": Text("The case has expired."),
    "ticket-closed": Text("The ticket system does not confirm the case any more."),
    "other-purpose": Text("The case was opened for another purpose."),
    "other-officer": Text("The case names another officer."),
}
"""Why a case opens nothing: said to callers who may read the case."""

ARCHIVE_UNAVAILABLE: Final = Text("The archive of the audit log does not answer, and only it has these entries.")
"""Why older entries of the log cannot be read."""
KEY_PROVIDER_UNAVAILABLE: Final = Text(
    "The HSM or key server of the root key does not answer now, and this call needs it. Nothing was acknowledged."
)
"""Why nothing can be stored or opened under a data key that is not in memory."""
NOT_ARCHIVED: Final = Text(
    "The audit log in the store is not being archived and deleted, and nearly fills it. Until it is, actions that need "
    "an audit entry are refused. Nothing was done."
)
"""Why actions are refused while the witness does not run."""
COMMON_BUDGET: Final[dict[str, Text]] = {
    "role": Text(
        "All people of the role together have used up their common budget for this window. Nothing was released. "
        "`{setting}` in the policy sets this budget."
    ),
    "tenant": Text(
        "All people of the tenant together have used up their common budget for this window. Nothing was released. "
        "`{setting}` in the policy sets this budget."
    ),
}
"""Why a caller is refused whose own budget has room."""
TOO_MUCH_AT_ONCE: Final = Text(
    "This call needs more than the whole budget of a window, so waiting does not help. Nothing was released. "
    "Send several calls of at most {at_most} each."
)
"""Why a call is refused that no budget ever has room for."""


def with_rules(happened: Text, errors: Places, language: Language) -> str:
    """What happened, and the rules of the first places at fault."""
    sentences = [happened.in_language(language)]
    for pointer, code in errors[:MAX_RULES]:
        rules = [text.in_language(language) for text in _rules(pointer, code)]
        if rules:
            place = pointer or "(whole)"
            sentences.append(f"{place}：{'；'.join(rules)}。" if language == "zh" else f"{place}: {'; '.join(rules)}.")
    return ("" if language == "zh" else " ").join(sentences)


def _rules(pointer: str, code: str) -> Iterator[Text]:
    """The rules of one place: of its code, and of the member that it names."""
    of_code = PLACES.get(code)
    if of_code is not None:
        yield of_code
    of_member = MEMBERS.get(re.split("[/:]", pointer)[-1])
    if code == "invalid-type" and pointer:  # a record's own member may be named like one of a request
        of_member = None
    if of_member is not None and of_member is not of_code and code not in _OF_CODE_ONLY:
        yield of_member
