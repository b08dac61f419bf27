"""Tests the derived keys of tenants."""

import hmac
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import keyring
from keys.aead import key_id_of
from keys.errors import IntegrityError, KeysetError, ProviderError
from keys.keyring import Keyring, TenantKeys
from keys.keyset import Keyset
from keys.keyset_file import Use
from tests.every import every
from tests.keys.known import known_bytes, known_keyring, known_keyset, with_further_hashes
from tests.keys.reader import frame, hkdf

RING = known_keyring()
DEFAULT, OTHER = RING.tenant("default"), RING.tenant("other")
NUMBERS = st.text(min_size=1, max_size=12)
KEY_ID = DEFAULT.data_key_id(20_000, 0)


def names_of(keys: TenantKeys) -> dict[str, object]:
    """One answer of each key that a tenant has."""
    return {
        "index": keys.bases(["SF1234567890"])[0],
        "tag": keys.tag("tenant"),
        "audit": keys.audit_hash("tenant"),
        "data key": keys.data_key_id(20_000, 0),
        "state": keys.state.active.key_id,
        "token": keys.tokens.make(bytes(16), 0)[0],
    }


def test_a_tenants_keys_are_the_same_in_another_process() -> None:
    assert names_of(known_keyring().tenant("default")) == names_of(DEFAULT)


@every("use", names_of(DEFAULT))
def test_no_two_tenants_share_a_key(use: str) -> None:
    assert names_of(DEFAULT)[use] != names_of(OTHER)[use]


@every("use", names_of(DEFAULT))
def test_no_two_keysets_share_a_key(use: str) -> None:
    assert names_of(DEFAULT)[use] != names_of(known_keyring("another owner").tenant("default"))[use]


def test_no_two_uses_share_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[bytes] = []
    original = keyring._derive

    def remember(*args: Any) -> bytes:
        derived.append(original(*args))
        return derived[-1]

    monkeypatch.setattr(keyring, "_derive", remember)
    known_keyring(token_versions=(0, 1)).tenant("default")

    # client, signer, index, tag, audit, search, state, its id, opening tag, and two for tokens
    assert len({key[:8] for key in derived}) == 11


def test_tenants_are_derived_once() -> None:
    assert RING.tenant("default") is DEFAULT


def test_a_base_is_96_bits_and_a_batch_is_like_its_members() -> None:
    bases = DEFAULT.bases(["SF1234567890", "YT0987654321"])

    assert [len(base) for base in bases] == [12, 12]
    assert bases == [DEFAULT.bases(["SF1234567890"])[0], DEFAULT.bases(["YT0987654321"])[0]]


@given(st.lists(NUMBERS, min_size=2, max_size=2, unique=True))
def test_two_numbers_have_two_places(numbers: list[str]) -> None:
    one, other = DEFAULT.bases(numbers)

    assert one != other


def test_where_tenant_ends_and_number_begins_makes_a_difference() -> None:
    assert RING.tenant("ab").bases(["cdefgh"]) != RING.tenant("abc").bases(["defgh"])


def test_a_tag_is_sixteen_characters_of_base64url() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", DEFAULT.tag("case", "D-2026-0001"))


def test_where_the_parts_of_a_tag_meet_makes_a_difference() -> None:
    assert DEFAULT.tag("case", "x") != DEFAULT.tag("cas", "ex")


def test_where_the_parts_of_an_audit_hash_meet_makes_a_difference() -> None:
    assert DEFAULT.audit_hash("case", "x") != DEFAULT.audit_hash("cas", "ex")


def test_an_audit_hash_is_32_hexadecimal_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", DEFAULT.audit_hash("tenant"))


def hashed_again(known: str, version: int) -> str:
    """As docs/record-format.md writes it."""
    info = frame(b"waybill-masking/1", b"audit", b"default")
    key = hkdf("sha256", known_bytes(f"audit-hash {version}"), info, 32)
    return hmac.digest(key, frame(bytes.fromhex(known)), "sha256").hex()[: len(known)]


def test_each_secret_of_audit_hashes_hashes_what_the_one_before_it_gave() -> None:
    keys = Keyring(with_further_hashes(known_keyset())).tenant("default")
    first = DEFAULT.audit_hash("waybill", "x")
    second = hashed_again(first, 1)

    assert keys.lasting_hash("waybill", "x") == first
    assert keys.audit_hash("waybill", "x") == second
    assert keys.audit_hashes("waybill", "x") == [first, second, hashed_again(second, 2)]
    assert (keys.newer_hash(first[:16], 0), keys.newer_hash(second, 1)) == (hashed_again(first[:16], 1), second)


@pytest.mark.parametrize("keys", [DEFAULT, Keyring(with_further_hashes(known_keyset(), 2)).tenant("default")])
def test_the_hashes_of_many_waybills_are_those_of_each(keys: TenantKeys) -> None:
    bases = keys.bases(["SF1", "SF2"])

    assert keys.waybill_hashes(bases) == [keys.audit_hash("waybill", base.hex()) for base in bases]


def test_each_day_and_number_has_its_own_data_key_id() -> None:
    ids = {DEFAULT.data_key_id(day, number) for day in range(20_000, 20_010) for number in range(10)}

    assert (len(ids), {len(key_id) for key_id in ids}) == (100, {8})


def test_an_api_keys_digest_is_keyed() -> None:
    assert RING.api_key_digest(b"key", 0) != known_keyring("another owner").api_key_digest(b"key", 0)


def test_every_token_key_reads_and_the_active_one_is_the_last() -> None:
    tokens = known_keyring(token_versions=(0, 1)).tenant("default").tokens
    (old,) = DEFAULT.tokens.make(bytes(16), 0)

    assert (tokens.active, tokens.read(old)) == (1, (0, bytes(16)))


def test_a_data_key_seals_and_opens_records_of_its_tenant() -> None:
    wrapped = RING.new_data_key("default", KEY_ID)
    sealed = RING.open_data_key("default", KEY_ID, wrapped).seal(b"record", b"place", bytes(12))

    assert RING.open_data_key("default", KEY_ID, wrapped).open(sealed, b"place") == b"record"


def test_every_data_key_is_new() -> None:
    one, other = (RING.open_data_key("default", KEY_ID, RING.new_data_key("default", KEY_ID)) for _ in range(2))

    with pytest.raises(IntegrityError):
        other.open(one.seal(b"record", b"place", bytes(12)), b"place")


@pytest.mark.parametrize(
    ("tenant", "key_id"),
    [
        pytest.param("other", KEY_ID, id="another tenant"),
        pytest.param("default", DEFAULT.data_key_id(20_001, 0), id="another day"),
    ],
)
def test_a_wrapped_data_key_opens_for_its_own_tenant_and_id_only(tenant: str, key_id: bytes) -> None:
    wrapped = RING.new_data_key("default", KEY_ID)

    with pytest.raises(IntegrityError):
        RING.open_data_key(tenant, key_id, wrapped)


@every("at", [0, 1, 10, 22, 40, 69])
def test_a_changed_wrapped_key_gives_no_key(at: int) -> None:
    wrapped = bytearray(RING.new_data_key("default", KEY_ID))
    wrapped[at] ^= 1

    with pytest.raises(IntegrityError):
        RING.open_data_key("default", KEY_ID, bytes(wrapped))


def test_a_key_of_an_unknown_root_is_a_provider_error_not_an_integrity_error() -> None:
    wrapped = known_keyring("another owner").new_data_key("default", KEY_ID)

    with pytest.raises(ProviderError):
        RING.open_data_key("default", KEY_ID, wrapped)


def test_a_keyring_knows_what_it_was_made_for() -> None:
    assert RING.made_for == "development"


def test_an_adopted_keyset_is_the_one_in_use() -> None:
    ring = known_keyring()
    (old,) = ring.tenant("default").tokens.make(bytes(16), 0)

    ring.adopt(known_keyset(token_versions=(0, 1), roots=(0, 1), serial=1))

    tokens = ring.tenant("default").tokens
    assert (ring.keyset.serial, tokens.active, tokens.read(old)) == (1, 1, (0, bytes(16)))


def test_after_adopting_a_tenants_places_and_seals_are_the_same() -> None:
    ring = known_keyring()
    before = {**names_of(ring.tenant("default"))}

    ring.adopt(known_keyset(token_versions=(0, 1), roots=(0, 1), serial=1))

    assert names_of(ring.tenant("default")) == before


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        pytest.param(known_keyset(serial=4, token_versions=(0, 1)), "is an older copy", id="older"),
        pytest.param(known_keyset(serial=5, made_for="production"), "is a different keyset", id="another purpose"),
        pytest.param(replace(known_keyset(serial=5), intake="north"), "is a different keyset", id="of an intake host"),
        pytest.param(known_keyset("another owner", serial=5), "lacks a secret", id="other secrets"),
        pytest.param(known_keyset(serial=5, token_versions=(1,)), "lacks a secret", id="no old token key"),
    ],
)
def test_an_older_or_different_keyset_is_not_adopted(offered: Keyset, told: str) -> None:
    ring = known_keyring(serial=5)
    before = ring.keyset

    with pytest.raises(KeysetError, match=f"^the keyset file {told}"):
        ring.adopt(offered)

    assert ring.keyset is before


def test_a_rotated_state_key_seals_and_the_one_before_still_opens() -> None:
    ring, rotated = known_keyring(), known_keyset(serial=1)
    sealed = ring.tenant("default").state.seal(b"state", b"place", bytes(12))
    rotated.secrets["state", 1] = known_bytes("the next one")
    rotated.active["state"] = 1

    ring.adopt(rotated)

    state = ring.tenant("default").state
    assert state.open(sealed, b"place") == b"state"
    assert key_id_of(state.seal(b"state", b"place", bytes(12))) != key_id_of(sealed)


def test_an_ended_state_key_opens_nothing() -> None:
    ring, rotated = known_keyring(), known_keyset(serial=1)
    sealed = ring.tenant("default").state.seal(b"state", b"place", bytes(12))
    rotated.secrets["state", 1] = known_bytes("the next one")
    rotated.active["state"] = 1
    rotated.ended = frozenset({("state", 0)})

    ring.adopt(rotated)

    assert ring.is_ended_state("default", sealed)
    with pytest.raises(IntegrityError, match="another key"):
        ring.tenant("default").state.open(sealed, b"place")


def test_a_newer_pepper_hashes_what_the_older_one_gave() -> None:
    rotated = known_keyset(serial=1)
    rotated.secrets["client", 1] = known_bytes("the next one")
    ring = Keyring(rotated)
    old = ring.api_key_digest(b"key", 0)

    assert old == known_keyring().api_key_digest(b"key", 0)
    assert ring.with_newer_pepper(old, 0, 1) == ring.api_key_digest(b"key", 1) != old


def test_secrets_count_by_their_version_whatever_their_order_is() -> None:
    rotated = known_keyset(serial=1)
    further: list[Use] = ["client", "index", "audit-hash"]
    for use in further:
        rotated.secrets[use, 1] = known_bytes(f"the next one for {use}")

    def told(keyset: Keyset) -> object:
        ring = Keyring(keyset)
        keys = ring.tenant("default")
        bases = keys.bases(["SF1234567890"])
        return ring.api_key_digest(b"key", 1), bases, keys.places(bases, 1), keys.audit_hashes("tenant")

    assert told(replace(rotated, secrets=dict(reversed(rotated.secrets.items())))) == told(rotated)


USED: dict[Use, set[str]] = {
    "index": {"index"},
    "tag": {"tag", "data key"},
    "audit-hash": {"audit"},
    "search": {"search"},
    "state": {"state", "opening tag"},
    "token": {"token"},
    "client": {"client"},
    "audit": {"log"},
}
"""What is derived from the secret of each use."""


@every("use", USED)
def test_what_is_derived_follows_from_the_secret_of_its_use_alone(use: Use) -> None:
    def told(changed: str) -> dict[str, object]:
        keyset = known_keyset()
        for name, version in keyset.secrets:
            keyset.secrets[name, version] = known_bytes(f"{name} {version} {name == changed}")
        ring = Keyring(keyset)
        keys = ring.tenant("default")
        return names_of(keys) | {
            "search": keys.search.period_tag(b"phone", bytes(2)),
            "opening tag": keys.opening_tag("call"),
            "client": ring.api_key_digest(b"key", 0),
            "log": ring.audit_signer.public_pem(),
        }

    before, after = told(""), told(use)

    assert {name for name in before if before[name] != after[name]} == USED[use]


@pytest.mark.parametrize("active", [0, 1])
def test_the_opening_tier_shows_the_certificate_of_its_active_key(active: int) -> None:
    split = known_keyset()
    for version in range(2):
        split.secrets["publication", version] = known_bytes(f"publication {version}")
    split.active["publication"] = active
    ring = Keyring(split)
    trusted = [certificate for _, certificate in ring.opening_tier]

    assert (trusted[0], len(set(trusted))) == (ring.opening_tls.certificate, 2 - active)


def test_a_rewrapped_data_key_is_the_same_key_under_the_active_root_key() -> None:
    wrapped = RING.new_data_key("default", KEY_ID)
    sealed = RING.open_data_key("default", KEY_ID, wrapped).seal(b"record", b"place", bytes(12))
    ring = known_keyring(roots=(0, 1))

    fresh = ring.rewrap("default", KEY_ID, wrapped)

    assert (ring.has_active_root(wrapped), ring.has_active_root(fresh)) == (False, True)
    assert known_keyring(roots=(1,)).open_data_key("default", KEY_ID, fresh).open(sealed, b"place") == b"record"


def test_a_rewrapped_key_that_differs_is_an_integrity_error() -> None:
    wrapped = RING.new_data_key("default", KEY_ID)
    ring = known_keyring(roots=(0, 1))

    class Forgetful:
        def wrap(self, key: bytes, context: bytes) -> bytes:
            return RING.keyset.roots.wrap(bytes(32), context)

        def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
            return RING.keyset.roots.unwrap(wrapped, context)

    ring.keyset.roots = Forgetful()
    with pytest.raises(IntegrityError, match=r"^a rewrapped key differs from the original$"):
        ring.rewrap("default", KEY_ID, wrapped)


def test_the_root_key_of_a_wrapped_key_is_known_by_its_id() -> None:
    wrapped = known_keyring(roots=(1,)).new_data_key("default", KEY_ID)

    assert [known_keyring(roots=roots).has_known_root(wrapped) for roots in ((0,), (0, 1))] == [False, True]


@every(
    ("how", "expected"),
    [
        pytest.param({"roots": (1, 0)}, True, id="active"),
        pytest.param({"roots": (0, 1)}, True, id="waiting"),
        pytest.param({"roots": (0, 1), "retired": (0,)}, False, id="retired"),
        pytest.param({"roots": (1,)}, False, id="unknown"),
        pytest.param({"roots": (1,), "retired": (1,)}, False, id="unknown beside a retired one"),
    ],
)
def test_a_key_under_a_retired_root_key_is_not_lasting(how: Any, expected: bool) -> None:
    wrapped = RING.new_data_key("default", KEY_ID)

    assert known_keyring(**how).has_lasting_root(wrapped) is expected


def test_tokens_are_counted_by_their_key() -> None:
    ring = known_keyring(token_versions=(0, 1))
    for tenant, version in (("default", 0), ("other", 1), ("default", 1)):
        ring.tenant(tenant).tokens.make(bytes(32), version)

    assert (ring.uses.take(), ring.uses.take()) == ({"token/0": 2, "token/1": 4}, {})


@pytest.mark.parametrize("algorithm", [1, 2, 3])
def test_what_is_new_is_sealed_by_the_suite_of_the_keyset(algorithm: int) -> None:
    ring = Keyring(known_keyset(algorithm=algorithm))
    data_key = ring.open_data_key("default", KEY_ID, ring.new_data_key("default", KEY_ID))

    sealed = [key.seal(b"", b"", bytes(12)) for key in (data_key, ring.tenant("default").state)]

    assert [value[1] for value in sealed] == [algorithm] * 2


def test_state_that_another_suite_sealed_is_still_opened() -> None:
    sealed = known_keyring().tenant("default").state.seal(b"state", b"place", bytes(12))

    assert known_keyring(algorithm=3).tenant("default").state.open(sealed, b"place") == b"state"


def test_tokens_are_made_and_read_with_token_secrets_only() -> None:
    keyset = known_keyset()
    secrets = {**keyset.secrets, ("client", 1): known_bytes("another client secret")}
    tokens = Keyring(replace(keyset, secrets=secrets)).tenant("default").tokens
    foreign = known_keyring(token_versions=(0, 1)).tenant("default").tokens.make(bytes(16), 1)[0]

    assert tokens.make(bytes(16), 0) == DEFAULT.tokens.make(bytes(16), 0)
    assert tokens.read(foreign) is None
    with pytest.raises(KeyError):
        tokens.make(bytes(16), 1)
