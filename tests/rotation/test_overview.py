"""Tests the report of `keys status`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keys import keyset
from keys.keyset_file import USES, date_of, day_of
from keys.rotation import ROTATABLE, RotatableKey, activate, distribute, end_retired, settle_index
from keys.tiers import begin_split
from masking_service.rotation.overview import ENDING, KeyLine, Overview, Terms, overview, overview_of_file
from masking_service.rotation.rewrap import rewrap
from masking_service.rotation.rotate import rotate
from masking_service.rotation.shred import shred
from masking_service.service.people.clients import Clients
from masking_service.service.people.rules import KeyRules
from tests.rotation.processes import DAY, TODAY, Process, coordinator
from tests.store.stores import NOW

RETENTION = 180
NUMBER_OF_TODAY = NOW // DAY


def seen(path: Path, process: Process, today: int = NUMBER_OF_TODAY) -> Overview:
    process.look()
    return overview(
        keyset.read(path)[0], process.store, process.keyring, Terms(RETENTION, KeyRules()), today, Clients()
    )


def line(found: Overview, use: str, state: str = "active") -> KeyLine:
    (only,) = [one for one in found.keys if (one.use, one.state) == (use, state)]
    return only


def test_a_root_key_shows_the_number_of_its_data_keys(path: Path, process: Process) -> None:
    process.put("SF0000000001")
    process.put("SF0000000002", now=NOW - DAY)

    root = line(seen(path, process), "root")

    assert (root.age, root.depends) == (6, "data keys: 2")


def test_the_data_keys_of_a_day_show_their_uses(path: Path, process: Process) -> None:
    for number in range(3):
        process.put(f"SF{number:08}")
    process.put("SF00000009", tenant="other")

    data = line(seen(path, process), "data")

    assert (data.key, data.age, data.uses, data.depends) == (TODAY, 0, 4, "records; keys: 2")


def test_a_token_key_shows_the_number_of_its_tokens(path: Path, process: Process) -> None:
    process.token(process.put("SF0000000001"))
    process.watch._sent = None

    assert line(seen(path, process), "token").uses == 1


def test_a_retired_token_key_shows_when_its_tokens_expire(path: Path, process: Process) -> None:
    with coordinator(path, process.url, [process]) as mine:
        rotate(mine, "token")

    end = date_of(day_of(TODAY) + RETENTION + 1)
    assert line(seen(path, process), "token", "retired").depends == f"tokens of records that expire by {end}"


def test_a_token_key_whose_records_have_expired_shows_that_nothing_depends_on_it(path: Path, process: Process) -> None:
    with coordinator(path, process.url, [process]) as mine:
        rotate(mine, "token")

    found = seen(path, process, NUMBER_OF_TODAY + RETENTION + 2)

    assert line(found, "token", "retired").depends == "nothing: its records have expired"


def test_rewrapping_is_due_after_a_root_rotation(path: Path, process: Process) -> None:
    process.put("SF0000000001")
    with coordinator(path, process.url, [process]) as mine:
        rotate(mine, "root")
    before = seen(path, process).due
    with coordinator(path, process.url, [process]) as mine:
        assert rewrap(mine) == (1, len(USES))

    assert (before, seen(path, process).due) == (["data keys on a retired root key: 1 (keys rewrap)"], [])


def test_shredding_is_due_when_days_have_expired(path: Path, process: Process) -> None:
    process.put("SF0000000001", now=NOW - (RETENTION + 1) * DAY)
    process.put("SF0000000002", now=NOW - RETENTION * DAY)

    found = seen(path, process)

    until = date_of(NUMBER_OF_TODAY - RETENTION)
    assert found.due == [f"expired days that backups still open: 1 (keys shred --before {until})"]


def test_shredded_days_are_shown_as_such(path: Path, process: Process, tmp_path: Path) -> None:
    process.put("SF0000000001", now=NOW - DAY)
    with coordinator(path, process.url, [process]) as mine:
        shred(mine, TODAY, tmp_path / "surviving.json")

    found = seen(path, process)

    assert (line(found, "data", "shredded").depends, found.due) == ("shredded keys: 1", [])


def test_data_keys_without_their_root_key_are_reported(path: Path, process: Process, tmp_path: Path) -> None:
    process.put("SF0000000001")
    stored = next(iter(next(process.vault.data_keys._wrapped.all()).items()))
    with coordinator(path, process.url, [process]) as mine:
        shred(mine, TODAY, tmp_path / "surviving.json")
    process.vault.data_keys._wrapped.replace({stored[0]: stored[1][0]})

    (due,) = seen(path, process).due

    assert due == "data keys on a destroyed root key, as in an old backup: 1 (keys restore FILE)"


@pytest.mark.parametrize("which", ["root", "token"])
def test_an_interrupted_rotation_is_due(path: Path, which: RotatableKey) -> None:
    distribute(path, which, TODAY)

    (due,) = overview_of_file(keyset.read(path)[0], KeyRules(), NUMBER_OF_TODAY).due

    assert due.startswith(f"a rotation was interrupted: keys rotate {which}")


def test_keys_older_than_a_year_are_due(path: Path) -> None:
    begin_split(path, "2026-11-01")

    due = overview_of_file(keyset.read(path)[0], KeyRules(), day_of("2027-11-25")).due

    names = ("root", "token", "index", "state", "clients", "search", "audit", "audit", "publication")
    assert due == [
        f"the active {use} key is older than 365 days: keys rotate {name}"
        for use, name in zip(ROTATABLE, names, strict=True)
    ]


def test_after_a_rotation_nothing_is_due(path: Path) -> None:
    begin_split(path, TODAY)
    for which in ROTATABLE:
        distribute(path, which, "2027-11-25")
        activate(path, which, "2027-11-25")
    settle_index(path, "2027-11-25")
    for use in ENDING:
        end_retired(path, use, "2027-11-25")

    assert overview_of_file(keyset.read(path)[0], KeyRules(), day_of("2027-11-25")).due == []


def test_every_process_is_shown_with_its_keyset(path: Path, process: Process) -> None:
    found = seen(path, process)

    assert [beat.digest for beat in found.processes] == [found.digest]


def test_nothing_depends_on_a_distributed_token_key(path: Path, process: Process) -> None:
    distribute(path, "token", TODAY)

    assert line(seen(path, process), "token", "distributed").depends == "nothing yet"


@pytest.mark.parametrize(("age", "due"), [(None, False), (-1, False), (364, False), (365, False), (366, True)])
def test_an_api_key_is_due_behind_the_day_that_the_policy_says(
    path: Path, process: Process, *, age: int | None, due: bool
) -> None:
    """One that was made by a clock that is ahead has no age yet."""
    made_at = None if age is None else (NUMBER_OF_TODAY - age) * DAY
    clients: Any = SimpleNamespace(oldest_key=lambda now: made_at if now == NUMBER_OF_TODAY * DAY else now)
    process.look()
    terms = Terms(RETENTION, KeyRules(api_keys=365))
    found = overview(keyset.read(path)[0], process.store, process.keyring, terms, NUMBER_OF_TODAY, clients)

    assert [one for one in found.keys if one.use == "api-key"] == (
        [] if age is None else [KeyLine("api-key", "oldest", "active", max(age, 0), None, "a client (clients list)")]
    )
    said = "an API key is older than 365 days: clients list, clients add, clients revoke"
    assert (said in found.due) is due
