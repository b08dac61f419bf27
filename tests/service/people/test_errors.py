"""A refusal is shown by its code: its reason is for the log, where it is written on purpose."""

from masking_service.service.call.errors import DeviceProofRequired, QuotaExceeded, SignatureInvalid
from masking_service.service.cases.problems import CaseCheckUnavailable, CaseNotOpen
from masking_service.service.people.errors import AccessError, IssuerUnavailable, Unauthenticated
from masking_service.service.phone_calls.problems import CallsUnavailable
from tests.every import every


@every(
    ("refusal", "code"),
    [
        (Unauthenticated("expired"), "unauthenticated"),
        (DeviceProofRequired("nonce"), "device-proof-required"),
        (CaseNotOpen("pending"), "case-not-open"),
        (CallsUnavailable("pool-empty"), "calls-unavailable"),
        (QuotaExceeded("1h", 5, role="courier", counts="views"), "quota-exceeded"),
        (CaseCheckUnavailable("expired certificate"), "case-check-unavailable"),
        (IssuerUnavailable("expired certificate"), "issuer-unavailable"),
        (SignatureInvalid("another key"), "signature-invalid"),
    ],
)
def test_a_refusal_is_shown_by_its_code(refusal: AccessError, code: str) -> None:
    assert str(refusal) == code
