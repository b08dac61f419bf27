"""Tests that stored bytes stay readable."""

import hmac
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys import keyset
from keys.keyset_file import USES, check_value
from keys.suites import SUITES, Suite
from tests.keys.known import known_bytes, known_keyring
from tests.keys.reader import Reader, frame, hkdf, open_envelope

RING = known_keyring()
TENANT = "default"
KEY_ID = RING.tenant(TENANT).data_key_id(20_781, 0)
PLACE = b"wm:{place}0"


def derived(use: str, name: str, tenant: bytes) -> bytes:
    """Derive a key as documented."""
    info = frame(b"waybill-masking/1", name.encode(), tenant)
    return hkdf("sha256", known_bytes(f"vectors {use} 0"), info, 32)


def unwrapped(wrapped: bytes) -> bytes:
    """A data key as the reader unwraps it."""
    place = frame(b"data-key", KEY_ID, TENANT.encode())
    return open_envelope(known_bytes("vectors root"), wrapped, label=b"wrapped-key", tenant=b"", place=place)


def test_the_reader_opens_state_with_the_documented_key_and_label() -> None:
    sealed = RING.tenant(TENANT).state.seal(b"a custody", PLACE, bytes(12))
    key = derived("state", "state", TENANT.encode())

    assert open_envelope(key, sealed, label=b"state", tenant=TENANT.encode(), place=PLACE) == b"a custody"


def test_the_reader_unwraps_a_data_key_and_opens_its_record() -> None:
    wrapped = RING.new_data_key(TENANT, KEY_ID)
    sealed = RING.open_data_key(TENANT, KEY_ID, wrapped).seal(b"a record", PLACE, bytes(12))

    opened = open_envelope(unwrapped(wrapped), sealed, label=b"record", tenant=TENANT.encode(), place=PLACE)

    assert opened == b"a record"


def test_the_audit_log_is_signed_with_the_key_that_follows_from_its_secret() -> None:
    key = Ed25519PrivateKey.from_private_bytes(derived("audit", "audit signature", b""))

    assert RING.audit_signer.sign(b"a chain's head") == key.sign(b"a chain's head")


def test_a_check_value_is_six_bytes_of_hmac() -> None:
    key = known_bytes("a root key")

    assert check_value(key) == hmac.digest(key, b"waybill-masking check value", "sha256").hex()[:12]


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_the_reader_opens_every_secret_of_a_new_keyset(tmp_path: Path, suite: Suite) -> None:
    path = tmp_path / "keyset.json"
    keyset.create(path, made_for="production", today="2026-11-24", suite=suite.name)
    reader = Reader(json.loads(path.read_text("utf-8")), {}, [])

    assert {(use, 0): reader.secret(use, 0) for use in USES} == keyset.load(path).secrets


@pytest.mark.parametrize("number", SUITES)
def test_a_new_keyset_seals_and_wraps_by_its_suite(tmp_path: Path, number: int) -> None:
    path = tmp_path / "keyset.json"
    keyset.create(path, made_for="production", today="2026-11-24", suite=SUITES[number].name)

    opened = keyset.load(path)

    assert (opened.algorithm, opened.roots.wrap(bytes(32), b"context")[1]) == (number, number)
