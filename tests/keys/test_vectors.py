"""Tests the documented vectors, one scenario per file."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.aead import SealingKey
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyset_file import SPLIT_OFF, USES
from keys.suites import Aead, Sm4Gcm
from keys.tokens import TokenKeys, Uses
from tests.every import every
from tests.keys.known import known_bytes, known_keyring
from tests.keys.vector_files import VECTORS, Vector

READERS: dict[int, Callable[[bytes], Aead]] = {1: AESGCMSIV, 2: AESGCM, 3: Sm4Gcm}


def named(beginning: str, *expect: str) -> list[Any]:
    """Return vectors by name and expectation."""
    return [
        pytest.param(vector, id=name)
        for name, vector in VECTORS.items()
        if name.startswith(beginning) and vector["expect"] in expect
    ]


def unhex(vector: Vector, name: str) -> bytes:
    return bytes.fromhex(vector[name])


def sealing_key(vector: Vector) -> SealingKey:
    label, tenant, algorithm = vector["label"].encode(), vector["tenant"].encode(), unhex(vector, "sealed")[1]
    return SealingKey(unhex(vector, "key"), unhex(vector, "key_id"), label=label, tenant=tenant, algorithm=algorithm)


@pytest.mark.parametrize("vector", named("record", "opens"))
def test_a_record_is_sealed_to_exactly_these_bytes_and_opens_from_them(vector: Vector) -> None:
    key, place = sealing_key(vector), vector["place"].encode()

    assert key.seal(unhex(vector, "plaintext"), place, unhex(vector, "nonce")).hex() == vector["sealed"]
    assert key.open(unhex(vector, "sealed"), place).hex() == vector["plaintext"]


@pytest.mark.parametrize("vector", named("record", "opens"))
def test_an_independent_reader_opens_a_record(vector: Vector) -> None:
    sealed = unhex(vector, "sealed")
    reader = READERS[sealed[1]](unhex(vector, "suite_key"))

    opened = reader.decrypt(sealed[10:22], sealed[22:], unhex(vector, "context"))

    assert opened.hex() == vector["plaintext"]


@pytest.mark.parametrize("vector", named("record", "opens"))
def test_the_key_of_the_suite_is_derived_exactly_so(vector: Vector) -> None:
    key, context = unhex(vector, "key"), unhex(vector, "context")
    info = frame(b"waybill-masking/1", b"sealing key") + context[: -4 - len(vector["place"])]

    derived = {
        1: lambda: key,
        2: lambda: HKDF(SHA256(), 32, salt=None, info=info).derive(key),
        3: lambda: HKDF(SM3(), 16, salt=None, info=info).derive(key),
    }

    assert derived[unhex(vector, "sealed")[1]]().hex() == vector["suite_key"]


@every("vector", named("record", "integrity-fault"))
def test_a_wrong_record_is_an_integrity_error(vector: Vector) -> None:
    with pytest.raises(IntegrityError):
        sealing_key(vector).open(unhex(vector, "sealed"), vector["place"].encode())


@pytest.mark.parametrize("vector", named("token", "reads"))
def test_a_reference_gives_exactly_this_token(vector: Vector) -> None:
    keys = TokenKeys({vector["version"]: unhex(vector, "key")}, vector["version"], Uses())

    assert keys.make(unhex(vector, "reference"), vector["version"]) == [vector["token"]]


@pytest.mark.parametrize("vector", named("token", "reads", "none"))
def test_a_token_reads_to_exactly_this_reference_or_to_none(vector: Vector) -> None:
    keys = TokenKeys({vector["version"]: unhex(vector, "key")}, vector["version"], Uses())
    expected = (vector["version"], unhex(vector, "reference")) if vector["expect"] == "reads" else None

    assert keys.read(vector["token"]) == expected


@pytest.mark.parametrize("vector", named("derived", "derives"))
def test_a_tenants_keys_answer_exactly_so(vector: Vector) -> None:
    ring = known_keyring()
    keys = ring.tenant(vector["tenant"])

    answers = {
        "base": keys.bases([vector["waybill_no"]])[0].hex(),
        "tag": keys.tag(*vector["tag_of"]),
        "audit_hash": keys.audit_hash(*vector["audit_hash_of"]),
        "data_key_id": keys.data_key_id(vector["day"], vector["number"]).hex(),
        "state_key_id": keys.state.active.key_id.hex(),
        "api_key_digest": ring.api_key_digest(unhex(vector, "api_key"), 0).hex(),
    }

    assert answers == {name: vector[name] for name in answers}


@pytest.mark.parametrize("vector", named("derived", "derives"))
def test_the_known_keys_come_from_the_secrets_of_the_vector(vector: Vector) -> None:
    assert {use: known_bytes(f"vectors {use} 0").hex() for use in USES if use not in SPLIT_OFF} == vector["secrets"]


@pytest.mark.parametrize("vector", named("derived", "derives"))
@pytest.mark.parametrize("use", ["index", "token"])
def test_an_independent_hkdf_derives_the_same_key(vector: Vector, use: str) -> None:
    info = frame(b"waybill-masking/1", use.encode(), vector["tenant"].encode())

    key = HKDF(SHA256(), 32, salt=None, info=info).derive(bytes.fromhex(vector["secrets"][use]))

    assert key.hex() == vector[f"{use}_key"]


@pytest.mark.parametrize("vector", named("derived", "derives"))
def test_an_independent_hmac_finds_the_same_base(vector: Vector) -> None:
    message = frame(vector["tenant"].encode(), vector["waybill_no"].encode())

    assert hmac.digest(unhex(vector, "index_key"), message, "sha256")[:12].hex() == vector["base"]
