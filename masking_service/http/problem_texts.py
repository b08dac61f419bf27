"""The texts of all problems.

A text is a constant. It names rules and never a value, and it says nothing about anyone.
"""

from typing import Final

from masking_service.service.acts.problems import SIGNATURE_PROBLEMS
from masking_service.service.cases.problems import CASE_PROBLEMS
from masking_service.service.devices.proofs import DEVICE_PROBLEMS
from masking_service.service.holds.problems import HOLD_PROBLEMS
from masking_service.service.incidents.problems import INCIDENT_PROBLEMS
from masking_service.service.phone_calls.problems import CALL_PROBLEMS
from masking_service.service.restrictions.state import RESTRICTION_PROBLEMS
from masking_service.service.search.problems import SEARCH_PROBLEMS
from masking_service.texts import ASK_OPERATOR, SEND_AGAIN, ProblemText, Text

PROBLEMS: Final[dict[str, ProblemText]] = {
    "invalid-json": ProblemText(
        400,
        Text("The body is not valid JSON"),
        Text("The body is not JSON in UTF-8 (RFC 8259), or it is nested too deeply."),
        Text("Send one JSON object, encoded in UTF-8."),
    ),
    "bad-request": ProblemText(
        400,
        Text("The request is not valid HTTP"),
        Text("The request is not HTTP that this service understands."),
        Text("Check the client library and the proxies between the client and the service."),
    ),
    "purpose-required": ProblemText(
        400,
        Text("A purpose is required"),
        Text("Values are opened only for a stated purpose."),
        Text("Send `purpose`. GET /v1/me lists the purposes of your roles."),
    ),
    "profile-required": ProblemText(
        400,
        Text("A profile is required"),
        Text("The caller has several profiles; the request has to name one."),
        Text("Send `profile`. GET /v1/me lists the profiles of your roles."),
    ),
    "unauthenticated": ProblemText(
        401,
        Text("The credential is not valid"),
        Text("The credential is missing or not valid."),
        Text("Send `Authorization: Bearer` with a valid API key or access token. Sign in again if it has expired."),
    ),
    "sign-in-required": ProblemText(
        401,
        Text("A new sign-in is required"),
        Text("The sign-in is too old or too weak for opening values."),
        Text("Sign in again, in the way that WWW-Authenticate asks for."),
    ),
    "forbidden": ProblemText(
        403,
        Text("The caller's roles do not allow this"),
        Text("No role of the caller allows this."),
        Text("GET /v1/me lists what your roles allow. Ask for another role if your work requires it."),
    ),
    "frozen": ProblemText(
        403,
        Text("The caller is frozen"),
        Text("The caller is frozen. Another person has to unfreeze them."),
        Text("Speak to your supervisor or the privacy office."),
    ),
    "not-found": ProblemText(
        404,
        Text("Not found"),
        Text("There is nothing here that the caller may see."),
        Text("Check the path and the number. Records expire, and each caller sees only what its roles allow."),
    ),
    "method-not-allowed": ProblemText(
        405,
        Text("Method not allowed"),
        Text("This path does not support the method."),
        Text("Use one of the methods in the Allow header."),
    ),
    "too-large": ProblemText(
        413,
        Text("The body is too large"),
        Text("The body is larger than the service accepts."),
        Text("Send fewer records in one call."),
    ),
    "unsupported-media-type": ProblemText(
        415,
        Text("The body is not application/json"),
        Text("The body has to be application/json, without a content encoding."),
        Text("Send `Content-Type: application/json` and an uncompressed body."),
    ),
    "too-many-items": ProblemText(
        422,
        Text("Too many items"),
        Text("The request has more items than one call may have."),
        Text(
            "Split the request. The limits are in the OpenAPI document; GET /v1/me says how many fields one signature "
            "opens."
        ),
    ),
    **SEARCH_PROBLEMS,
    "invalid-request": ProblemText(
        422,
        Text("The request is not valid"),
        Text("The request does not have the expected shape."),
        Text("Correct the members that `errors` names. `detail` gives the rule of each."),
    ),
    "unknown-schema": ProblemText(
        422,
        Text("The schema is not known"),
        Text("There is no schema of that name."),
        Text("Use a schema that the OpenAPI document names."),
    ),
    "several-waybills": ProblemText(
        422,
        Text("The schema can only be masked"),
        Text("A record of this schema holds several waybills: it can be masked, not tokenized."),
        Text("Send one record for each waybill, in another schema."),
    ),
    "quota-exceeded": ProblemText(
        429,
        Text("The budget is spent"),
        Text("The budget for this is spent until retry_at. Nothing was stored or released."),
        Text("Wait until retry_at, or ask for less. GET /v1/me/budgets shows what is left."),
    ),
    "unavailable": ProblemText(
        503,
        Text("The store is not available"),
        Text("The store cannot answer now. Nothing was acknowledged."),
        SEND_AGAIN,
    ),
    "overloaded": ProblemText(
        503,
        Text("The service is overloaded"),
        Text("The service has more requests than it can handle. Nothing was done."),
        SEND_AGAIN,
    ),
    "integrity": ProblemText(
        503,
        Text("Stored data failed its integrity check"),
        Text("Stored data failed its integrity check. It was not used, and the operator is alerted."),
        ASK_OPERATOR,
    ),
    "issuer-unavailable": ProblemText(
        503,
        Text("The sign-in service is not available"),
        Text("The keys of the access token's issuer cannot be loaded now."),
        SEND_AGAIN,
    ),
    "internal": ProblemText(
        503,
        Text("The service failed"),
        Text("The service failed. Nothing was acknowledged."),
        SEND_AGAIN,
    ),
    **CASE_PROBLEMS,
    **HOLD_PROBLEMS,
    **RESTRICTION_PROBLEMS,
    **INCIDENT_PROBLEMS,
    **CALL_PROBLEMS,
    **SIGNATURE_PROBLEMS,
    **DEVICE_PROBLEMS,
}
"""Every problem by its code. The codes are the contract; the texts may change."""
