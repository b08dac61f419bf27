"""The keyed names of index entries."""

import hmac
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.aead import NONCE_BYTES
from keys.framing import frame
from keys.search import GROUP_BYTES, TAG_BYTES, group_of
from tests.keys.known import known_bytes, known_keyring

BASE = bytes(range(12))
OTHER_BASE = bytes(range(1, 13))
PERIOD, OTHER_PERIOD = b"\x02\xbb", b"\x02\xbc"


def each(joined: bytes, length: int = NONCE_BYTES) -> list[bytes]:
    return [joined[at : at + length] for at in range(0, len(joined), length)]


def test_only_the_same_entry_has_the_same_nonce() -> None:
    keys = known_keyring().tenant("default").search
    tags = keys.phone_tags(PERIOD, ["13812345678", "13912345678"]) + keys.ending_tags(PERIOD, ["5678021001"])
    entries = [
        (tag, base, revision)
        for tag in each(tags, TAG_BYTES)
        for base in (BASE, OTHER_BASE)
        for revision in (b"0", b"1")
    ]

    nonces = each(keys.nonces(*map(b"".join, zip(*entries, strict=True))))

    for one, other in combinations(nonces, 2):
        assert {one[at : at + 4] for at in range(2, 9)}.isdisjoint({other[at : at + 4] for at in range(2, 9)})
    assert nonces == [keys.nonces(*entry) for entry in entries]


def test_a_nonce_begins_with_the_group_of_its_tag() -> None:
    keys = known_keyring().tenant("default").search
    tags = keys.phone_tags(PERIOD, [f"139{at:08}" for at in range(100)])

    nonces = each(keys.nonces(tags, BASE * 100, b"0" * 100))

    assert [nonce[:GROUP_BYTES] for nonce in nonces] == [group_of(tag) for tag in each(tags, TAG_BYTES)]
    assert {nonce[1] % 4 for nonce in nonces} == {0}


def test_tenants_name_the_same_entry_differently() -> None:
    ring = known_keyring()
    tag = bytes(TAG_BYTES)

    nonces = [ring.tenant(tenant).search.nonces(tag, BASE, b"0") for tenant in ("default", "other")]

    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("text", ["13812345678", "12345678901234", "123456789012345", "5678" + "021001" * 10])
def test_texts_of_any_length_have_tags_of_their_own_in_each_period_and_index(text: str) -> None:
    keys = known_keyring().tenant("default").search

    tags = [
        *each(keys.phone_tags(PERIOD, [text, text + "0", text[:-1] + "x"]), TAG_BYTES),
        keys.phone_tags(OTHER_PERIOD, [text]),
        keys.ending_tags(PERIOD, [text]),
    ]

    assert len(set(tags)) == len(tags) == 5
    assert keys.phone_tags(PERIOD, [text]) == tags[0]
    assert keys.phone_tags(PERIOD, []) == b""


def hmac_of(*parts: bytes) -> bytes:
    secret = HKDF(SHA256(), 32, salt=None, info=frame(b"waybill-masking/1", b"search", b"default"))
    return hmac.digest(secret.derive(known_bytes("vectors index 0")), frame(*parts), "sha256")


def aes(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)  # noqa: S305 - single blocks, as the service makes them


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (b"phone", "13812345678"),
        (b"phone", "12345678901234"),
        (b"phone", "123456789012345"),
        (b"last4", "5678021001"),
        (b"last4", "5678" + "021001" * 10),
    ],
)
def test_names_are_those_of_the_record_format(index: bytes, text: str) -> None:
    keys = known_keyring().tenant("default").search
    short = text.encode() if len(text) <= 14 else hmac_of(index, b"long", text.encode())[:14]
    tag = aes(hmac_of(index), PERIOD + short.ljust(14, b"\0"))
    nonce = bytes((tag[1], tag[2] & 0xFC)) + aes(hmac_of(b"entry"), BASE[:8] + b"0" + tag[-7:])[:10]

    assert (keys.phone_tags if index == b"phone" else keys.ending_tags)(PERIOD, [text]) == tag
    assert keys.nonces(tag, BASE, b"0") == nonce
    assert keys.period_tag(index, PERIOD) == hmac_of(b"set", index, PERIOD)[:12]
