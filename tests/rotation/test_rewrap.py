"""Tests rewrapping."""

from pathlib import Path
from typing import Any

import pytest

from keys import keyset
from keys.errors import IntegrityError, KeysError
from keys.keyring import Keyring
from keys.keyset_file import USES
from masking_service.rotation.rotate import rotate
from masking_service.rotation.shred import rewrap
from masking_service.service.vault.wrapped_keys import WrappedKey, WrappedKeys, field
from masking_service.store.layout import DATA_KEYS
from tests.keys.known import known_keyring
from tests.rotation.processes import DAY, Both, Process, coordinator
from tests.store.stores import NOW

DAYS = 8


@pytest.fixture
def written(path: Path, url: str, both: Both) -> dict[str, str]:
    """Daily tokens by number, before a root rotation."""
    made = {}
    for age in range(DAYS):
        number = f"SF{age:08}"
        made[number] = both[age % 2].token(both[age % 2].put(number, now=NOW - age * DAY))
    with coordinator(path, url, both) as mine:
        rotate(mine, "root")
    return made


def currents(path: Path, process: Process) -> list[bool]:
    keyring = Keyring(keyset.load(path))
    stored = [one for portion in WrappedKeys(process.store, keyring, bytes).all() for one, _ in portion.values()]
    return [one.wrapped is not None and keyring.has_active_root(one.wrapped) for one in stored]


def test_rewrapping_moves_everything_to_the_active_root_key(
    path: Path, url: str, both: Both, written: dict[str, str]
) -> None:
    assert currents(path, both[0]) == [False] * DAYS

    with coordinator(path, url, both) as mine:
        assert rewrap(mine) == (DAYS, len(USES))

    assert currents(path, both[0]) == [True] * DAYS


def test_repeated_rewrapping_changes_nothing(path: Path, url: str, both: Both, written: dict[str, str]) -> None:
    with coordinator(path, url, both) as mine:
        rewrap(mine)
    content, stored = path.read_bytes(), both[0].store.read([(b"HGETALL", DATA_KEYS)])

    with coordinator(path, url, both) as mine:
        assert rewrap(mine) == (0, 0)

    assert (path.read_bytes(), both[0].store.read([(b"HGETALL", DATA_KEYS)])) == (content, stored)


def test_rewrapped_keys_open_in_running_and_new_processes(
    path: Path, url: str, both: Both, written: dict[str, str]
) -> None:
    with coordinator(path, url, both) as mine:
        rewrap(mine)

    for process in (*both, Process(path, url)):
        assert [process.opens(token) for token in written.values()] == [True] * DAYS


@pytest.mark.parametrize("done", range(DAYS))
def test_an_interrupted_rewrapping_continues(
    path: Path, url: str, both: Both, written: dict[str, str], monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    calls = [0]
    original = Keyring.rewrap

    def failing(*args: Any) -> bytes:
        calls[0] += 1
        if calls[0] > done:
            raise IntegrityError("stopped here")
        return original(*args)

    with monkeypatch.context() as stopping, coordinator(path, url, both) as mine:
        stopping.setattr(Keyring, "rewrap", failing)
        with pytest.raises(IntegrityError, match="stopped here"):
            rewrap(mine)
    assert [both[0].opens(token) for token in written.values()] == [True] * DAYS

    with coordinator(path, url, both) as mine:
        rewrap(mine)

    assert [Process(path, url).opens(token) for token in written.values()] == [True] * DAYS


def test_rewrapping_skips_tombstones(path: Path, url: str, both: Both, written: dict[str, str]) -> None:
    key_id = both[0].keyring.tenant("default").data_key_id(NOW // DAY, 0)
    both[0].vault.data_keys._wrapped.replace({key_id: WrappedKey("default", NOW // DAY, 0, None)})

    with coordinator(path, url, both) as mine:
        assert rewrap(mine) == (DAYS - 1, len(USES))


def test_a_data_key_without_its_root_key_is_named_and_the_others_are_rewrapped(
    path: Path, url: str, both: Both, written: dict[str, str]
) -> None:
    key_id = both[0].keyring.tenant("default").data_key_id(NOW // DAY, 0)
    foreign = known_keyring().new_data_key("default", key_id)
    both[0].vault.data_keys._wrapped.replace({key_id: WrappedKey("default", NOW // DAY, 0, foreign)})

    with (
        coordinator(path, url, both) as mine,
        pytest.raises(KeysError, match="of 1 days"),
    ):
        rewrap(mine)

    assert sum(currents(path, both[0])) == DAYS - 1


def test_a_changed_data_key_is_an_integrity_error_and_stays(
    path: Path, url: str, both: Both, written: dict[str, str]
) -> None:
    name = field(both[0].keyring.tenant("default").data_key_id(NOW // DAY, 0))
    value = bytearray(both[0].store.read([(b"HGET", DATA_KEYS, name)])[0])
    value[-1] ^= 1
    both[0].store.write([(b"HSET", DATA_KEYS, name, bytes(value))])

    with coordinator(path, url, both) as mine, pytest.raises(IntegrityError):
        rewrap(mine)

    assert both[0].store.read([(b"HGET", DATA_KEYS, name)])[0] == bytes(value)
