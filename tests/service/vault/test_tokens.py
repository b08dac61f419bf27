"""Tokens: what they refer to, and when they end."""

import pytest

from masking_service.service.vault.records import Record, Reference, Tokens, read_token
from tests.keys.known import known_keyring
from tests.store.stores import body

KEYS = known_keyring(token_versions=(0, 1)).tenant("default").tokens
BASE = bytes(range(12))


def record(salt: bytes = b"ab", version: int = 1) -> Record:
    return Record(salt, version, 0, body())


def tokens(of: Record, revision: int = 0, ordinals: range = range(2)) -> list[str]:
    asked = Tokens(KEYS)
    asked.add(BASE, revision, of, bytes(ordinals))
    return [*asked.make()[of.token_version]]


def test_a_token_refers_to_base_revision_field_salt_and_key_version() -> None:
    (_, second) = tokens(record(), revision=15)

    assert read_token(KEYS, second) == Reference(BASE, 15, 1, b"ab", 1)


def test_the_last_of_256_fields_has_a_token() -> None:
    (token,) = tokens(record(), ordinals=range(255, 256))

    assert read_token(KEYS, token) == Reference(BASE, 0, 255, b"ab", 1)


def test_the_same_field_has_the_same_token_for_ever() -> None:
    """Tokens of every release are in the systems of others."""
    assert tokens(record()) == ["wbt1Bc9nl7Nu7ceSKyi8QCPvVYQ", "wbt1BZPFKPzLZkhxZp942ljgr9Q"]
    assert tokens(record(version=0), 3) == ["wbt1AfsEysZTpIyZuwjAzfuRwsA", "wbt1AlCGNy4oDKSQJUtQXqXR1sA"]


@pytest.mark.parametrize(("other", "revision"), [(record(salt=b"ac"), 0), (record(version=0), 0), (record(), 1)])
def test_another_record_has_other_tokens(other: Record, revision: int) -> None:
    assert {*tokens(other, revision)} & {*tokens(record())} == set()


def test_a_token_does_not_depend_on_its_value() -> None:
    other = Record(b"ab", 1, 0, body(name="欧阳娜娜", phone="13900001111"))

    assert tokens(other) == tokens(record())


def test_a_batch_with_two_key_versions_keeps_each_ones_order() -> None:
    asked = Tokens(KEYS)
    asked.add(BASE, 0, record(version=0), bytes(range(2)))
    asked.add(BASE, 1, record(version=1), bytes(range(1)))
    asked.add(BASE, 2, record(version=0), bytes(range(1)))

    made = {version: [*of] for version, of in asked.make().items()}

    assert made == {
        0: [*tokens(record(version=0), 0), *tokens(record(version=0), 2, range(1))],
        1: tokens(record(version=1), 1, range(1)),
    }


def test_a_reference_names_its_own_record() -> None:
    assert Reference(BASE, 0, 0, b"ab", 1).names(record()) is True


@pytest.mark.parametrize("later", [record(salt=b"ac"), record(version=0)])
def test_a_reference_names_no_later_record_of_its_number(later: Record) -> None:
    assert Reference(BASE, 0, 0, b"ab", 1).names(later) is False


def test_a_reference_to_a_revision_that_cannot_be_is_no_reference() -> None:
    (forged,) = KEYS.make(BASE + bytes((16, 0)) + b"ab", 1)

    assert read_token(KEYS, forged) is None


def test_what_is_no_token_refers_to_nothing() -> None:
    assert read_token(KEYS, "wbt1") is None


def test_another_tenants_token_refers_to_no_place_of_this_tenant() -> None:
    foreign = known_keyring().tenant("other").tokens.make(BASE + bytes((0, 0)) + b"ab", 0)[0]

    read = read_token(KEYS, foreign)

    assert read is None or read.base != BASE
