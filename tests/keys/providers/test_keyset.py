"""Tests keysets with root keys elsewhere."""

import json
from pathlib import Path

import pytest

from keys import keyset
from keys.errors import KeysError, KeysetError, ProviderError
from keys.keyring import Keyring
from keys.keyset_file import NamedRoot, Pkcs11, Transit
from keys.rotation import activate, destroy_retired_roots, distribute, rewrap_secrets
from tests.keys.known import secret_file
from tests.keys.providers.bao import ROOT_TOKEN, Bao
from tests.keys.providers.softhsm import LABELS, MODULE, NEW, SoftHsm

TODAY = "2026-11-24"
KEY_ID = b"data key"


@pytest.fixture
def in_token(softhsm: SoftHsm) -> NamedRoot:
    where = Pkcs11(str(MODULE), "first", str(softhsm.pin_file))
    return NamedRoot("pkcs11", LABELS[NEW], id=NEW.hex(), pkcs11=where)


@pytest.fixture
def in_engine(bao: Bao) -> NamedRoot:
    return NamedRoot("transit", "root", 2, transit=Transit(bao.url, str(bao.token_file), str(bao.ca_file)))


@pytest.fixture(params=["in_token", "in_engine"])
def named(request: pytest.FixtureRequest) -> NamedRoot:
    found: NamedRoot = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyset.json"


def test_a_keyset_can_use_a_root_key_elsewhere(path: Path, named: NamedRoot) -> None:
    keyset.create(path, made_for="production", today=TODAY, named=named)
    ring = Keyring(keyset.load(path))

    wrapped = ring.new_data_key("default", KEY_ID)

    assert ring.open_data_key("default", KEY_ID, wrapped).key_id == KEY_ID
    assert json.loads(path.read_text())["roots"][0]["key"] == ""


def test_a_rotation_takes_a_site_from_the_file_to_its_provider(path: Path, named: NamedRoot) -> None:
    keyset.create(path, made_for="production", today=TODAY)
    ring = Keyring(keyset.load(path))
    old = ring.new_data_key("default", KEY_ID)

    distribute(path, "root", TODAY, named)
    ring.adopt(activate(path, "root", TODAY))

    fresh = ring.rewrap("default", KEY_ID, old)
    assert (ring.has_active_root(old), ring.has_active_root(fresh)) == (False, True)
    rewrap_secrets(path)
    ring.adopt(destroy_retired_roots(path))
    assert ring.open_data_key("default", KEY_ID, fresh).key_id == KEY_ID
    with pytest.raises(ProviderError):
        ring.open_data_key("default", KEY_ID, old)


def test_a_named_key_that_is_waiting_is_not_added_twice(path: Path, named: NamedRoot) -> None:
    keyset.create(path, made_for="production", today=TODAY)
    distribute(path, "root", TODAY, named)
    content = path.read_bytes()

    opened = distribute(path, "root", TODAY, named)

    assert (path.read_bytes(), len(opened.root_ids)) == (content, 2)


def test_a_rotation_moves_the_root_key_back_to_the_file(path: Path, named: NamedRoot) -> None:
    keyset.create(path, made_for="production", today=TODAY, named=named)
    secrets = keyset.load(path).secrets
    distribute(path, "root", TODAY, NamedRoot("file"))
    activate(path, "root", TODAY)
    rewrap_secrets(path)

    opened = destroy_retired_roots(path)

    assert (opened.secrets, [root["provider"] for root in json.loads(path.read_text())["roots"]]) == (secrets, ["file"])


def test_a_root_key_elsewhere_is_not_followed_by_one_in_the_file_unless_that_is_named(
    path: Path, named: NamedRoot
) -> None:
    keyset.create(path, made_for="production", today=TODAY, named=named)
    before = path.read_bytes()

    with pytest.raises(KeysetError, match=f"kept in {named.provider}, .* name the next one with --root"):
        distribute(path, "root", TODAY)

    assert path.read_bytes() == before


def test_root_keys_in_all_places_unwrap_what_they_wrapped(
    path: Path, in_token: NamedRoot, in_engine: NamedRoot
) -> None:
    keyset.create(path, made_for="production", today=TODAY)
    ring = Keyring(keyset.load(path))
    wrapped = [ring.new_data_key("default", KEY_ID)]
    for named in (in_token, in_engine):
        distribute(path, "root", TODAY, named)
        ring.adopt(activate(path, "root", TODAY))
        wrapped.append(ring.new_data_key("default", KEY_ID))

    assert [ring.open_data_key("default", KEY_ID, one).key_id for one in wrapped] == [KEY_ID] * 3
    assert [one[1] for one in wrapped] == [1, 16, 17]


def test_a_key_missing_at_its_provider_changes_no_file(path: Path, in_token: NamedRoot) -> None:
    keyset.create(path, made_for="production", today=TODAY)
    content = path.read_bytes()
    missing = NamedRoot("pkcs11", "missing", id="00" * 8, pkcs11=in_token.pkcs11)

    with pytest.raises(KeysError, match="the token has 0 such keys"):
        distribute(path, "root", TODAY, missing)

    assert path.read_bytes() == content


def test_a_key_without_an_id_is_not_found_in_a_token(path: Path, in_token: NamedRoot) -> None:
    named = NamedRoot("pkcs11", LABELS[NEW], pkcs11=in_token.pkcs11)

    with pytest.raises(ProviderError, match="the token has 0 such keys"):
        keyset.create(path, made_for="production", today=TODAY, named=named)

    assert not path.exists()


@pytest.mark.parametrize("provider", ["pkcs11", "transit"])
def test_a_provider_without_its_member_is_refused(path: Path, provider: str) -> None:
    named = NamedRoot("pkcs11" if provider == "pkcs11" else "transit", "root")

    with pytest.raises(KeysetError, match=f"the member {provider} is missing"):
        keyset.create(path, made_for="production", today=TODAY, named=named)


def test_relative_files_are_relative_to_the_keyset(path: Path, softhsm: SoftHsm) -> None:
    secret_file(path.with_name("pin"), softhsm.pin_file.read_bytes())
    named = NamedRoot("pkcs11", LABELS[NEW], id=NEW.hex(), pkcs11=Pkcs11(str(MODULE), "first", "pin"))

    keyset.create(path, made_for="production", today=TODAY, named=named)

    assert keyset.load(path).root_ids == {NEW}


def test_an_engine_that_is_mounted_elsewhere_is_asked_there(path: Path, bao: Bao) -> None:
    bao.ask("sys/mounts/of-the-keyset", {"type": "transit"})
    bao.ask("of-the-keyset/keys/only-there", {"type": "aes256-gcm96"})
    token_file = bao.secret_file("administrator-of-the-mount", ROOT_TOKEN)
    where = Transit(bao.url, str(token_file), str(bao.ca_file), "of-the-keyset")

    keyset.create(path, made_for="production", today=TODAY, named=NamedRoot("transit", "only-there", 1, transit=where))
    ring = Keyring(keyset.load(path))
    wrapped = ring.new_data_key("default", KEY_ID)

    assert (keyset.read(path)[0].transit, ring.open_data_key("default", KEY_ID, wrapped).key_id) == (where, KEY_ID)
    bao.ask("of-the-keyset/keys/only-there/rotate", {})
    bao.ask("of-the-keyset/keys/only-there/config", {"min_decryption_version": 2})
    with pytest.raises(KeysError):
        keyset.load(path)


@pytest.mark.parametrize("suite", ["aes-256-gcm-siv", "aes-256-gcm", "sm4-gcm"])
def test_a_keyset_may_be_made_for_any_suite(path: Path, suite: str) -> None:
    keyset.create(path, made_for="production", today=TODAY, suite=suite)

    assert keyset.read(path)[0].suite == suite


def test_an_unknown_suite_makes_no_keyset(path: Path) -> None:
    with pytest.raises(KeysetError, match=f"^{path}: names a suite that this release does not know$"):
        keyset.create(path, made_for="production", today=TODAY, suite="rot13")

    assert not path.exists()
