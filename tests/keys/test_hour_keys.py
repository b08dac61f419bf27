"""Tests hour keys: made on one machine, opened on another, and by nothing else."""

import json
from pathlib import Path

import pytest

from keys.aead import HOUR_FORMAT
from keys.day_keys import PUBLIC_KEY_BYTES, DayKey, DayPublicKey
from keys.errors import IntegrityError
from keys.hour_keys import WRAP_BYTES, Maker, WrapHead, head_of, new_hour_key, open_hour_key
from keys.signatures import Verifier
from keys.signers import Signer
from tests.every import every
from tests.keys.known import known_bytes, known_keyring
from tests.keys.reader import frame, hkdf, open_envelope

RING = known_keyring()
KEY_ID = RING.tenant("default").data_key_id(20_781, 0)
DATA_KEY = RING.open_data_key("default", KEY_ID, RING.new_data_key("default", KEY_ID))
SIGNER = Signer(known_bytes("a host"))
VERIFIER = Verifier(SIGNER.public_pem())
MAKER = Maker(known_bytes("host id")[:8], known_bytes("process")[:8], SIGNER)
HOUR = 20_781 * 24 + 7
PUBLIC = DayPublicKey(DATA_KEY.day_key.public)
KEY, WRAP = new_hour_key(MAKER, b"default", KEY_ID, PUBLIC, HOUR, 1)
VECTOR = json.loads((Path(__file__).parent / "vectors" / "hour-key.json").read_text("utf-8"))


def opened(wrap: bytes = WRAP, key_id: bytes = KEY.key_id, tenant: bytes = b"default") -> bytes:
    """Open a value with the hour key that comes out of a wrap."""
    key = open_hour_key(wrap, key_id, tenant, VERIFIER, DATA_KEY.day_key, 1)
    return key.open(KEY.seal(b"a record", b"wm:{place}0", bytes(12)), b"wm:{place}0")


def test_an_hour_key_opens_what_its_maker_sealed() -> None:
    assert opened() == b"a record"
    assert KEY.seal(b"", b"", bytes(12))[0] == HOUR_FORMAT


def test_a_wrap_says_which_day_key_opens_it_and_who_made_it() -> None:
    assert head_of(WRAP) == WrapHead(KEY_ID, MAKER.host, HOUR)


@every("at", [0, 1, 2, 9, 10, 17, 18, 25, 26, 29, 30, 1149, WRAP_BYTES - 65, WRAP_BYTES - 64, WRAP_BYTES - 1])
def test_a_changed_byte_is_an_integrity_error(at: int) -> None:
    changed = bytearray(WRAP)
    changed[at] ^= 1

    with pytest.raises(IntegrityError):
        opened(bytes(changed))


@pytest.mark.parametrize("wrap", [WRAP[:-1], WRAP + b"\0", b""])
def test_a_wrap_of_another_length_is_an_integrity_error(wrap: bytes) -> None:
    with pytest.raises(IntegrityError):
        opened(wrap)


def test_a_wrap_is_bound_to_its_id_and_tenant() -> None:
    with pytest.raises(IntegrityError):
        opened(key_id=bytes(8))
    with pytest.raises(IntegrityError):
        opened(tenant=b"other")


def test_a_wrap_that_another_host_signed_is_refused_before_it_is_opened() -> None:
    other = Maker(MAKER.host, MAKER.process, Signer(known_bytes("another host")))
    _, forged = new_hour_key(other, b"default", KEY_ID, PUBLIC, HOUR, 1)

    with pytest.raises(IntegrityError, match="not made with this key"):
        open_hour_key(forged, KEY.key_id, b"default", VERIFIER, DATA_KEY.day_key, 1)


def test_a_wrap_does_not_open_with_another_day_key() -> None:
    other = RING.tenant("default").data_key_id(20_782, 0)
    stranger = RING.open_data_key("default", other, RING.new_data_key("default", other))

    with pytest.raises(IntegrityError, match="did not open with its day key"):
        open_hour_key(WRAP, KEY.key_id, b"default", VERIFIER, stranger.day_key, 1)


def test_every_hour_key_is_another_one() -> None:
    other, wrap = new_hour_key(MAKER, b"default", KEY_ID, PUBLIC, HOUR, 1)

    assert (other.key_id, wrap) != (KEY.key_id, WRAP)


@pytest.mark.parametrize("public", [bytes(PUBLIC_KEY_BYTES - 1), b"\xff" * PUBLIC_KEY_BYTES])
def test_what_is_no_day_key_is_an_integrity_error(public: bytes) -> None:
    with pytest.raises(IntegrityError):
        DayPublicKey(public)


def test_the_day_key_follows_from_the_data_key_as_documented() -> None:
    data_key, tenant, key_id = (bytes.fromhex(VECTOR[name]) for name in ("data_key", "tenant", "data_key_id"))
    info = frame(b"waybill-masking/1", b"day key", tenant, key_id)
    seed = b"".join(part for part in (expanded(data_key, info, 96),))

    assert seed.hex() == VECTOR["seed"]
    assert DayKey(seed).public.hex() == VECTOR["public"]


def expanded(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 without salt, block by block."""
    import hmac

    extracted = hmac.digest(bytes(32), secret, "sha256")
    output, block = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes((number,)), "sha256")
        output += block
    assert output[:32] == hkdf("sha256", secret, info, 32)
    return output[:length]


def test_the_wrap_of_the_vector_opens_to_its_hour_key_and_its_record() -> None:
    wrap, key_id, tenant = (bytes.fromhex(VECTOR[name]) for name in ("wrap", "hour_key_id", "tenant"))
    host = Verifier.from_bytes(bytes.fromhex(VECTOR["host_key"]))
    day_key = DayKey(bytes.fromhex(VECTOR["seed"]))
    context = frame(b"hour-key", tenant, key_id, wrap[:30])

    assert day_key.unwrap(wrap[30:-64], context).hex() == VECTOR["hour_key"]
    assert open_hour_key(wrap, key_id, tenant, host, day_key, 1).open(
        bytes.fromhex(VECTOR["sealed"]), VECTOR["place"].encode()
    ) == bytes.fromhex(VECTOR["plaintext"])


def test_the_independent_reader_opens_a_record_of_format_2() -> None:
    sealed, key = bytes.fromhex(VECTOR["sealed"]), bytes.fromhex(VECTOR["hour_key"])

    opened_again = open_envelope(
        key, sealed, label=b"record", tenant=bytes.fromhex(VECTOR["tenant"]), place=VECTOR["place"].encode()
    )
    assert opened_again.hex() == VECTOR["plaintext"]
