"""The header that carries a signature: read up to its limit, refused beyond it and where it is malformed."""

import json

import msgspec
import pytest

from keys.public_keys import b64
from masking_service.service.acts.signatures import MAX_HEADER, Signed, from_header
from masking_service.service.call.errors import SignatureInvalid
from tests.every import every

SIGNED = Signed("act", "key", "data", "client", "signature")


def header(length: int) -> str:
    """Return the header of `SIGNED` with as many bytes of JSON."""
    return b64(msgspec.json.encode(SIGNED).ljust(length))


def test_a_header_is_read_up_to_its_limit_and_refused_beyond_it() -> None:
    longest = header(MAX_HEADER // 4 * 3)

    assert (len(longest), MAX_HEADER, from_header(longest)) == (4_096, 4_096, SIGNED)
    with pytest.raises(SignatureInvalid):
        from_header(header(MAX_HEADER // 4 * 3 + 1))


def test_no_header_is_no_signature() -> None:
    assert from_header("") is None


@pytest.mark.parametrize("members", [{"act": "act"}, {**msgspec.structs.asdict(SIGNED), "more": ""}, [], "act"])
def test_a_header_with_other_members_is_refused(members: object) -> None:
    with pytest.raises(SignatureInvalid):
        from_header(b64(json.dumps(members).encode()))


@every("text", ["=", "e30=", "é", "e3", "A" * 4_097])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        from_header(text)
