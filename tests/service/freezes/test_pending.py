"""A freeze that is being written, or was just written, is known to all processes of the host."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

import pytest

from masking_service.service.freezes.state import LEARNT_SECONDS, MARK_SECONDS, Freezes, PendingFreezes
from masking_service.service.people.errors import Frozen
from masking_service.service.people.principals import Principal
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store import stores


def process(store: Store, folder: Path | None, *, seconds_later: int = 0) -> Freezes:
    """What one process knows, so many seconds from now."""
    pending = PendingFreezes(folder, lambda: int(time.time()) + seconds_later)
    return Freezes(store, known_keyring(), stores.foreseen("one"), pending)


def person(source: Literal["key", "jwt"] = "jwt", tenant: str = "default") -> Principal:
    return Principal("dev/u-1", tenant, ("service-desk",), frozenset(), source)


def refuses(freezes: Freezes, caller: Principal, *, live: bool = False) -> bool:
    try:
        freezes.refuse_live(caller) if live else freezes.refuse(caller)
    except Frozen:
        return True
    return False


@pytest.mark.parametrize("live", [False, True])
def test_another_process_refuses_until_it_has_read_the_freeze(store: Store, tmp_path: Path, live: bool) -> None:
    one, other = process(store, tmp_path / "freezing"), process(store, tmp_path / "freezing")
    later = process(store, tmp_path / "freezing", seconds_later=LEARNT_SECONDS + 1)

    one.announce(person())
    told = refuses(other, person(), live=live), refuses(other, person(tenant="other"), live=live)
    one.withdraw(person())

    assert told == (True, False)
    assert refuses(other, person(), live=live)
    assert not refuses(later, person(), live=live)


def test_unfreezing_ends_it_at_once(store: Store, tmp_path: Path) -> None:
    one, other = process(store, tmp_path), process(store, tmp_path)
    one.announce(person())
    one.withdraw(person())

    assert one.prepare_unfreeze("default", person().id).write()

    assert not refuses(other, person())
    assert not list(tmp_path.iterdir())


def test_files_that_count_no_longer_are_removed(store: Store, tmp_path: Path) -> None:
    one = process(store, tmp_path)
    one.announce(person())
    one.withdraw(person())
    later = process(store, tmp_path, seconds_later=2 * MARK_SECONDS)
    later.announce(person(tenant="other"))

    later.withdraw(person(tenant="other"))

    assert len(list(tmp_path.iterdir())) == 1


def test_of_programs_it_is_asked_only_where_the_freeze_is_read_live(store: Store, tmp_path: Path) -> None:
    one, other = process(store, tmp_path), process(store, tmp_path)

    one.announce(person("key"))

    assert (refuses(other, person("key")), refuses(other, person("key"), live=True)) == (False, True)


def test_what_a_killed_process_left_ends_by_itself(store: Store, tmp_path: Path) -> None:
    process(store, tmp_path).announce(person())

    assert refuses(process(store, tmp_path, seconds_later=MARK_SECONDS - 1), person())
    assert not refuses(process(store, tmp_path, seconds_later=MARK_SECONDS + 1), person())


def test_a_mark_counts_for_a_minute_and_no_longer(tmp_path: Path) -> None:
    PendingFreezes(tmp_path, int).add("default", "u-1")
    (file,) = tmp_path.iterdir()
    os.utime(file, times=(1_000, 1_000))

    def marked(now: int) -> bool:
        return PendingFreezes(tmp_path, lambda: now).has("default", "u-1")

    assert (marked(1_000 + MARK_SECONDS - 1), marked(1_000 + MARK_SECONDS)) == (True, False)


def test_no_file_names_the_person_or_is_open_to_others(store: Store, tmp_path: Path) -> None:
    process(store, tmp_path / "freezing").announce(person())

    (file,) = (tmp_path / "freezing").iterdir()
    assert "u-1" not in file.name
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_where_no_file_can_be_written_the_process_itself_refuses(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one, other = process(store, tmp_path / "file" / "freezing"), process(store, None)

    one.announce(person())
    other.announce(person())

    assert refuses(one, person())
    assert refuses(other, person())
    one.withdraw(person())
    assert not refuses(one, person())
