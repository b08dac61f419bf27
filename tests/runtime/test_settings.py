"""The settings: read once, and a value that cannot be used is refused by the variable's name alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.runtime.settings import VARIABLES, Settings, SettingsError

UNPRIVILEGED_UID = 65534


def read(**variables: str) -> Settings:
    return Settings.read({f"MASKING_{name}": value for name, value in variables.items()}, development=False)


@pytest.mark.parametrize(
    ("url", "replicas"),
    [("redis://store", 0), ("redis+sentinel://one/m", 1), ("redis+cluster://one", 1)],
)
def test_sentinel_and_cluster_want_one_replica_if_nobody_says_otherwise(url: str, replicas: int) -> None:
    assert read(REDIS_URL=url).redis_replicas == replicas


def test_who_says_otherwise_is_heard() -> None:
    assert read(REDIS_URL="redis+sentinel://one/m", REDIS_REPLICAS="2").redis_replicas == 2


def test_vouching_names_what_is_vouched_for() -> None:
    assert read(REDIS_VOUCHED_DURABLE="appendfsync-always").redis_vouched is True


def test_what_is_given_up_is_named() -> None:
    assert (read().redis_may_lose, read(REDIS_MAY_LOSE="acknowledged-tokens").redis_may_lose) == (False, True)


@pytest.mark.parametrize("value", ["yes", "true", "1", "tokens"])
def test_giving_up_nothing_in_particular_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="MASKING_REDIS_MAY_LOSE"):
        read(REDIS_MAY_LOSE=value)


@pytest.mark.parametrize("value", ["yes", "true", "1", "appendfsync-everysec"])
def test_vouching_for_nothing_in_particular_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="MASKING_REDIS_VOUCHED_DURABLE"):
        read(REDIS_VOUCHED_DURABLE=value)


def test_without_a_word_nobody_vouches() -> None:
    assert read().redis_vouched is False


@pytest.mark.parametrize("name", ["REDIS_CA", "REDIS_CERT", "REDIS_KEY"])
def test_a_file_that_is_not_there_is_refused_by_its_variable(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"^MASKING_{name} must name a file that this user can read$"):
        read(**{name: str(tmp_path / "none.pem")})


def test_an_empty_name_of_the_policy_is_refused_by_its_variable() -> None:
    with pytest.raises(SettingsError, match="MASKING_POLICY must name a file"):
        read(POLICY="")


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Root can read every file, so the test continues as an unprivileged user."""
    mine = os.getresuid()
    if mine[1] == 0:
        os.setresuid(UNPRIVILEGED_UID, UNPRIVILEGED_UID, 0)
    yield
    os.setresuid(*mine)


def test_a_file_that_may_not_be_read_is_refused_by_its_variable(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = tmp_path / "ca.pem"
    file.touch(mode=0)
    request.getfixturevalue("ordinary_user")

    with pytest.raises(SettingsError, match="MASKING_REDIS_CA must name a file that this user can read"):
        read(REDIS_CA=str(file))


def test_files_for_encrypted_connections_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.touch()

    assert read(REDIS_CA=str(file)).redis_tls.authority == file


def test_the_slots_of_the_audit_log_are_a_number_or_as_the_store_has_them() -> None:
    assert (read().audit_slots, read(AUDIT_SLOTS="4").audit_slots) == (0, 4)


@pytest.mark.parametrize("value", ["0", "17", "-1", "four"])
def test_an_impossible_number_of_slots_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="MASKING_AUDIT_SLOTS must be a whole number from 1 to 16"):
        read(AUDIT_SLOTS=value)


def test_a_repr_shows_no_address() -> None:
    assert "hunter2" not in repr(read(REDIS_URL="redis://:hunter2@store"))


def test_doctor_lists_every_variable_that_is_read_for_the_store() -> None:
    assert {name for name in VARIABLES if "REDIS" in name} == {
        "MASKING_REDIS_URL",
        "MASKING_REDIS_REPLICAS",
        "MASKING_REDIS_CA",
        "MASKING_REDIS_CERT",
        "MASKING_REDIS_KEY",
        "MASKING_REDIS_VOUCHED_DURABLE",
        "MASKING_REDIS_MAY_LOSE",
    }
