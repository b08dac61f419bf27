"""Tests the report of `keys status`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import msgspec
import pytest

from keys import keyset
from keys.keyset_file import USES, HostEntry, date_of, day_of
from keys.rotation import (
    ROTATABLE,
    RotatableKey,
    activate,
    distribute,
    distributed,
    end_retired,
    settle_index,
)
from keys.tiers import begin_split
from masking_service.rotation.overview import ENDING, KeyLine, Overview, Terms, overview, overview_of_file
from masking_service.rotation.rotate import rotate
from masking_service.rotation.shred import rewrap, shred
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

    also = ", or the keys shred or pseudonyms permit end that began it" if which == "root" else ""
    assert due == f"a rotation was interrupted: keys rotate {which}{also}"


def test_keys_older_than_a_year_are_due(path: Path) -> None:
    begin_split(path, "2026-11-01")

    due = overview_of_file(keyset.read(path)[0], KeyRules(), day_of("2027-11-25")).due

    names = ("root", "token", "index", "state", "clients", "search", "audit", "audit", "publication")
    assert due == [
        f"the active {use} key is older than 365 days: keys rotate {name}"
        for use, name in zip(ROTATABLE, names, strict=True)
    ]


@pytest.mark.parametrize(
    ("state", "age", "due"), [("enrolled", 365, False), ("enrolled", 366, True), ("revoked", 366, False)]
)
def test_the_keys_of_an_intake_host_are_due_behind_the_day_that_the_policy_says(
    path: Path, state: Literal["enrolled", "revoked"], age: int, *, due: bool
) -> None:
    host = HostEntry("north", "", "", state, date_of(NUMBER_OF_TODAY - age))
    file = msgspec.structs.replace(keyset.read(path)[0], hosts=[host])

    said = "the keys of the intake host north are older than 365 days: split and enrol a new one"
    assert overview_of_file(file, KeyRules(secrets=365), NUMBER_OF_TODAY).due == ([said] if due else [])


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


def test_every_key_is_shown_with_what_depends_on_it_in_each_of_its_states(path: Path, process: Process) -> None:
    begin_split(path, "2026-11-28")
    shown: dict[tuple[str, str], str] = {}

    def look(today: str) -> None:
        process.look()
        found = seen(path, process, day_of(today))
        at_once = [(one.use, one.state, one.key, one.age, one.uses) for one in found.keys]
        assert len({*at_once}) == len(at_once)
        shown.update({(one.use, one.state): one.depends for one in found.keys if one.use not in ("root", "token")})

    look(TODAY)
    for which in ROTATABLE:
        distribute(path, which, TODAY)
    look(TODAY)
    for which in ROTATABLE:
        if distributed(keyset.read(path)[0], which) is not None:
            activate(path, which, TODAY)
    look(TODAY)
    settle_index(path, TODAY)
    look(TODAY)
    for use in ENDING:
        end_retired(path, use, TODAY)
    look(TODAY)

    behind = "records that are not moved yet (keys rotate index)"
    assert {place: depends for place, depends in shown.items() if place[1] != "distributed"} == {
        ("tag", "active"): "",
        ("index", "active"): "every record",
        ("index", "deciding"): behind,
        ("index", "retired"): behind,
        ("index", "ended"): "the newer index secrets hash what it hashed",
        ("state", "active"): "cases, custody, clients and other sealed state",
        ("state", "retired"): "what is not sealed anew yet (keys rotate state)",
        ("state", "ended"): "nothing in the store",
        ("search", "active"): "search indexes, where the policy keeps any",
        ("search", "retired"): "search entries that are not replaced yet (keys rotate search)",
        ("search", "ended"): "nothing in the store",
        ("audit", "active"): "new entries of the log",
        ("audit", "retired"): "processes that do not sign with the new key yet (keys rotate audit)",
        ("audit", "ended"): "the log up to the checkpoint that ended it",
        ("audit-hash", "active"): "keyed hashes in new entries of the log",
        ("audit-hash", "retired"): "keyed hashes in older entries, which the newer secrets hash again",
        ("publication", "active"): "what intake hosts read, and their way to the opening tier",
        ("publication", "retired"): "intake hosts without their new part (keys rotate publication)",
        ("publication", "ended"): "nothing",
        ("client", "active"): "digests of API keys",
        ("client", "retired"): "digests of API keys, under the newer pepper",
    }
    assert {depends for (_, state), depends in shown.items() if state == "distributed"} == {""}


def test_the_whole_report_of_a_store(path: Path, process: Process, tmp_path: Path) -> None:
    """Data keys of several days, one shredded, of a hold and of a permit, and tokens of two versions."""
    process.token(process.put("SF0000000001", now=NOW - 2 * DAY))
    with coordinator(path, process.url, [process]) as mine:
        shred(mine, date_of(NUMBER_OF_TODAY - 1), tmp_path / "surviving.json")
    process.token(process.put("SF0000000002", now=NOW - DAY))
    process.token(process.put("SF0000000003", now=NOW - DAY))
    process.put("SF0000000004", tenant="other")
    process.put("SF0000000005", now=NOW + DAY)
    process.vault.data_keys.of_hold("default", 3)
    process.watch._sent = None
    rotate_later = "a rotation was interrupted: keys rotate token"
    distribute(path, "token", TODAY)

    found = seen(path, process)

    roots = {one.id: one.state for one in keyset.read(path)[0].roots}
    (active,) = [root for root, state in roots.items() if state == "active"]
    lines = [one for one in found.keys if one.use in ("root", "token", "data")]
    assert lines == [
        KeyLine("root", active, "active", 0, None, "data keys: 4"),
        KeyLine("token", "0", "active", 6, 3, "tokens of stored records"),
        KeyLine("token", "1", "distributed", 0, 0, "nothing yet"),
        KeyLine("data", "holds", "active", 0, 0, "records; keys: 1"),
        KeyLine("data", date_of(NUMBER_OF_TODAY + 1), "retired", 0, 1, "records; keys: 1"),
        KeyLine("data", TODAY, "active", 0, 1, "records; keys: 1"),
        KeyLine("data", date_of(NUMBER_OF_TODAY - 1), "retired", 1, 2, "records; keys: 1"),
        KeyLine("data", date_of(NUMBER_OF_TODAY - 2), "shredded", 2, 0, "shredded keys: 1"),
    ]
    assert [(one.use, one.key) for one in found.keys if one.use not in ("root", "data")] == sorted(
        (one.use, str(one.version)) for one in keyset.read(path)[0].secrets
    )
    assert (found.due, found.digest) == ([rotate_later], process.keyring.keyset.digest.hex())
