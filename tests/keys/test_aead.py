"""Tests sealing and opening."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import aead
from keys.aead import FORMAT, HEADER_BYTES, NONCE_BYTES, OVERHEAD_BYTES, SealingKey, key_id_of
from keys.errors import IntegrityError
from keys.suites import AES_256_GCM, AES_256_GCM_SIV, SM4_GCM, SUITES
from tests.every import every
from tests.keys.known import known_bytes

KEY = known_bytes("a key")
KEY_ID = known_bytes("its id")[:8]
NONCE = known_bytes("a nonce")[:NONCE_BYTES]
PLACE = b"wm:{place}0"
PLAIN = b"what is sealed"


def sealing_key(
    key: bytes = KEY,
    key_id: bytes = KEY_ID,
    *,
    label: bytes = b"record",
    tenant: bytes = b"default",
    algorithm: int = AES_256_GCM_SIV,
) -> SealingKey:
    return SealingKey(key, key_id, label=label, tenant=tenant, algorithm=algorithm)


SEALED = sealing_key().seal(PLAIN, PLACE, NONCE)
SEALED_BY = {
    algorithm: sealing_key(algorithm=algorithm).seal(PLAIN, PLACE, NONCE)
    for algorithm in (AES_256_GCM_SIV, AES_256_GCM, SM4_GCM)
}
by_suite = pytest.mark.parametrize("algorithm", [pytest.param(number, id=SUITES[number].name) for number in SEALED_BY])


def changed(value: bytes, at: int, by: int = 1) -> bytes:
    return value[:at] + bytes((value[at] ^ by,)) + value[at + 1 :]


def with_key_id(value: bytes, key_id: bytes) -> bytes:
    return value[:2] + key_id + value[HEADER_BYTES:]


@by_suite
@given(st.binary(max_size=300), st.binary(max_size=40), st.binary(min_size=12, max_size=12))
def test_what_is_sealed_opens_at_its_place(algorithm: int, plain: bytes, place: bytes, nonce: bytes) -> None:
    key = sealing_key(algorithm=algorithm)

    assert key.open(key.seal(plain, place, nonce), place) == plain


@by_suite
def test_a_sealed_value_begins_with_format_algorithm_key_id_and_nonce(algorithm: int) -> None:
    assert SEALED_BY[algorithm][: HEADER_BYTES + NONCE_BYTES] == bytes((FORMAT, algorithm)) + KEY_ID + NONCE


@by_suite
def test_a_sealed_value_is_longer_by_the_stated_overhead(algorithm: int) -> None:
    assert len(SEALED_BY[algorithm]) == len(PLAIN) + OVERHEAD_BYTES


def test_a_key_seals_with_gcm_siv_unless_told_otherwise() -> None:
    key = SealingKey(KEY, KEY_ID, label=b"record", tenant=b"default")

    assert key.seal(PLAIN, PLACE, NONCE) == SEALED_BY[AES_256_GCM_SIV]


@by_suite
@pytest.mark.parametrize("reader", SEALED_BY)
def test_a_key_opens_what_it_sealed_with_any_suite(algorithm: int, reader: int) -> None:
    assert sealing_key(algorithm=reader).open(SEALED_BY[algorithm], PLACE) == PLAIN


@by_suite
@pytest.mark.parametrize("other", SEALED_BY)
def test_a_value_opens_under_the_algorithm_that_it_was_sealed_with_only(algorithm: int, other: int) -> None:
    if other == algorithm:
        other = max(SUITES) + 1

    with pytest.raises(IntegrityError):
        sealing_key().open(SEALED_BY[algorithm][:1] + bytes((other,)) + SEALED_BY[algorithm][2:], PLACE)


@every("algorithm", [0, 4, 16, 17, 255])
def test_a_value_of_an_unknown_algorithm_is_refused(algorithm: int) -> None:
    with pytest.raises(IntegrityError, match=r"^a sealed value names another key than expected$"):
        sealing_key().open(SEALED[:1] + bytes((algorithm,)) + SEALED[2:], PLACE)


@by_suite
def test_a_key_says_how_much_it_may_seal(algorithm: int) -> None:
    assert sealing_key(algorithm=algorithm).limit == SUITES[algorithm].messages


@by_suite
def test_a_batch_is_sealed_like_its_members_one_by_one(algorithm: int) -> None:
    key, nonces = sealing_key(algorithm=algorithm), bytes(range(36))

    batch = key.seal_many([b"a", b"bb", b"ccc"], [b"1", b"2", b"3"], nonces)

    assert batch == [
        key.seal(b"a", b"1", nonces[:12]),
        key.seal(b"bb", b"2", nonces[12:24]),
        key.seal(b"ccc", b"3", nonces[24:]),
    ]


def test_a_batch_with_a_place_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        sealing_key().seal_many([b"a", b"b"], [b"1"], bytes(24))


@by_suite
@every("length", [0, 11, 12, 23, 25, 36])
def test_a_batch_with_another_number_of_nonces_is_refused(algorithm: int, length: int) -> None:
    with pytest.raises(ValueError, match="every plaintext needs 12 nonce bytes"):
        sealing_key(algorithm=algorithm).seal_many([b"a", b"b"], [b"1", b"2"], bytes(length))


@by_suite
@every("length", [0, 8, 11, 13, 16])
def test_a_nonce_of_another_length_is_refused(algorithm: int, length: int) -> None:
    with pytest.raises(ValueError, match="every plaintext needs 12 nonce bytes"):
        sealing_key(algorithm=algorithm).seal(PLAIN, PLACE, bytes(length))


@by_suite
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(sealing_key(label=b"state"), id="label"),
        pytest.param(sealing_key(tenant=b"other"), id="tenant"),
        pytest.param(sealing_key(key=known_bytes("another key")), id="key"),
        pytest.param(sealing_key(label=b"recor", tenant=b"ddefault"), id="border between label and tenant"),
    ],
)
def test_what_one_key_sealed_another_does_not_open(algorithm: int, other: SealingKey) -> None:
    with pytest.raises(IntegrityError):
        other.open(SEALED_BY[algorithm], PLACE)


@by_suite
@pytest.mark.parametrize("place", [b"", b"wm:{place}1", PLACE + b"\0", PLACE[:-1]])
def test_a_value_does_not_open_at_another_place(algorithm: int, place: bytes) -> None:
    with pytest.raises(IntegrityError):
        sealing_key().open(SEALED_BY[algorithm], place)


@by_suite
def test_the_key_id_is_bound_even_where_the_key_is_the_same(algorithm: int) -> None:
    other_id = known_bytes("another id")[:8]

    with pytest.raises(IntegrityError):
        sealing_key(key_id=other_id).open(with_key_id(SEALED_BY[algorithm], other_id), PLACE)


@by_suite
def test_the_format_is_bound_even_for_a_reader_of_another_format(algorithm: int) -> None:
    reader = SealingKey(KEY, KEY_ID, label=b"record", tenant=b"default", format_byte=0)

    with pytest.raises(IntegrityError, match="did not open"):
        reader.open(changed(SEALED_BY[algorithm], 0), PLACE)


@by_suite
def test_the_algorithm_is_bound_even_where_another_number_means_the_same_cipher(
    algorithm: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aead, "SUITES", {0x70 ^ algorithm: SUITES[algorithm]})
    reader = sealing_key(algorithm=0x70 ^ algorithm)

    with pytest.raises(IntegrityError, match="did not open"):
        reader.open(changed(SEALED_BY[algorithm], 1, 0x70), PLACE)


@by_suite
@every("at", range(len(SEALED)))
def test_no_byte_can_be_changed(algorithm: int, at: int) -> None:
    with pytest.raises(IntegrityError):
        sealing_key().open(changed(SEALED_BY[algorithm], at), PLACE)


@by_suite
@every("length", range(len(SEALED)))
def test_a_cut_value_never_gives_a_value(algorithm: int, length: int) -> None:
    with pytest.raises(IntegrityError):
        sealing_key().open(SEALED_BY[algorithm][:length], PLACE)


@by_suite
def test_a_longer_value_never_gives_a_value(algorithm: int) -> None:
    with pytest.raises(IntegrityError):
        sealing_key().open(SEALED_BY[algorithm] + b"\0", PLACE)


@by_suite
@given(st.binary(max_size=80))
def test_arbitrary_bytes_behind_a_right_header_never_give_a_value(algorithm: int, body: bytes) -> None:
    with pytest.raises(IntegrityError):
        sealing_key().open(SEALED_BY[algorithm][:HEADER_BYTES] + body, PLACE)


def test_an_error_contains_no_value_and_has_no_context() -> None:
    with pytest.raises(IntegrityError) as fault:
        sealing_key().open(SEALED, b"wm:{other}0")

    assert str(fault.value) == "a sealed value did not open at its place"
    assert fault.value.__suppress_context__


@pytest.mark.parametrize("plain", [PLAIN, b""], ids=["a value", "nothing"])
def test_what_is_sealed_names_its_key(plain: bytes) -> None:
    assert key_id_of(sealing_key().seal(plain, PLACE, NONCE)) == KEY_ID


@pytest.mark.parametrize("value", [b"", SEALED[: OVERHEAD_BYTES - 1], changed(SEALED, 0)])
def test_a_truncated_or_unknown_value_names_no_key(value: bytes) -> None:
    with pytest.raises(IntegrityError, match=r"^a sealed value is truncated or has an unknown format$"):
        key_id_of(value)


@pytest.mark.parametrize("algorithm", [0, 4, 255])
def test_an_unknown_algorithm_is_refused_and_never_replaced(algorithm: int) -> None:
    with pytest.raises(IntegrityError, match=r"^a sealing key uses an algorithm that this release does not know$"):
        SealingKey(KEY, KEY_ID, label=b"record", tenant=b"", algorithm=algorithm)


@every("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(IntegrityError, match="does not have 32 bytes"):
        SealingKey(bytes(length), KEY_ID, label=b"record", tenant=b"")


@pytest.mark.parametrize("length", [0, 7, 9])
def test_a_key_id_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        SealingKey(KEY, bytes(length), label=b"record", tenant=b"")
