"""What a person's key signed is verified in two ways, for a service and offline: both accept and refuse the same."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from keys.assertions import unb64, verify_assertion
from keys.authenticators import Assertion, Signing, register, verify
from keys.errors import IntegrityError
from keys.public_keys import b64, spoken_code
from tests.authenticators import ORIGIN, PRESENT, RP_ID, VERIFIED, Authenticator
from tests.every import every

STATEMENT = b"a statement"
CHALLENGE = hashlib.sha256(STATEMENT).digest()
SIGNING = Signing(CHALLENGE, RP_ID, (ORIGIN,))


def cose_of(key: Authenticator) -> bytes:
    made = key.create({"challenge": b64(CHALLENGE)})
    return register(made, SIGNING, {}).cose


def asserted(key: Authenticator, **change: Any) -> Assertion:
    signed = key.sign({"act": "", "challenge": b64(CHALLENGE)}, **change)
    names = ("key", "authenticator_data", "client_data", "signature")
    return Assertion(*(unb64(signed[name]) for name in names))


def accepted(key: Authenticator, cose: bytes, given: Assertion) -> tuple[bool, bool]:
    """Whether the service, and the offline verifier, accept it."""
    found = []
    parts = given.authenticator_data, given.client_data, given.signature
    for check in (
        lambda: verify(given, cose, SIGNING),
        lambda: verify_assertion(key.public_key, STATEMENT, RP_ID, *parts),
    ):
        try:
            check()
            found.append(True)
        except IntegrityError:
            found.append(False)
    return found[0], found[1]


@pytest.mark.parametrize("sort", ["ES256", "EdDSA", "RS256"])
def test_both_accept_what_each_sort_of_key_signed(sort: Any) -> None:
    key = Authenticator(sort)

    assert accepted(key, cose_of(key), asserted(key)) == (True, True)


@pytest.mark.parametrize("sort", ["ES256", "EdDSA", "RS256"])
def test_both_refuse_a_changed_byte_of_any_part(sort: Any) -> None:
    key = Authenticator(sort)
    cose, sound = cose_of(key), asserted(key)

    for at, part in enumerate(sound[1:], 1):
        for place in range(0, len(part), 7):
            changed = part[:place] + bytes([part[place] ^ 1]) + part[place + 1 :]
            parts = [*sound]
            parts[at] = changed
            assert accepted(key, cose, Assertion(*parts)) == (False, False), (at, place)


@every(
    ("name", "value"),
    [
        ("origin", "http://desk.example.com"),
        ("origin", "https://desk.example.org"),
        ("origin", "https://evildesk.example.com.attacker.example"),
        ("rp_id", "example.com"),
        ("flags", PRESENT),
        ("flags", VERIFIED),
        ("flags", 0),
    ],
)
def test_both_refuse_another_page_site_or_an_absent_person(name: str, value: Any) -> None:
    key = Authenticator()
    cose = cose_of(key)
    setattr(key, name, value)

    assert accepted(key, cose, asserted(key)) == (False, False)


@pytest.mark.parametrize("change", [{"type": "webauthn.create"}, {"client": {"crossOrigin": True}}])
def test_both_refuse_what_was_signed_for_something_else(change: Any) -> None:
    key = Authenticator()

    assert accepted(key, cose_of(key), asserted(key, **change)) == (False, False)


def test_the_offline_verifier_takes_a_page_below_the_domain_and_localhost() -> None:
    for rp_id, origin in ((RP_ID, f"https://eu.{RP_ID}"), ("localhost", "http://localhost:8081")):
        key = Authenticator()
        key.origin, key.rp_id = origin, rp_id
        given = asserted(key)
        parts = given.authenticator_data, given.client_data, given.signature

        verify_assertion(key.public_key, STATEMENT, rp_id, *parts)


def test_a_code_is_ten_letters_and_digits_and_another_for_each_key() -> None:
    codes = {spoken_code(Authenticator().public_key) for _ in range(20)}

    assert len(codes) == 20
    assert all(len(code) == 10 and code.isalnum() and code.isupper() for code in codes)
