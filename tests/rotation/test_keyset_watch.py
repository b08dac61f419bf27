"""Tests the keyset watch of a serving process."""

import os
import time
from pathlib import Path

import pytest
import redis

from keys import keyset
from keys.errors import IntegrityError, KeysetError, ProviderError
from keys.keyring import Keyring
from keys.rotation import distribute
from masking_service.rotation import keyset_watch as watch
from masking_service.rotation.keyset_watch import LIFE_SECONDS, active_processes
from masking_service.service.vault.wrapped_keys import KeyNotice, write_key_notice
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES, KEY_NOTICE, WORKERS
from tests.rotation.processes import TODAY, Process
from tests.store import stores
from tests.store.stores import ask, counted


def test_a_changed_keyset_file_is_loaded(path: Path, process: Process) -> None:
    distribute(path, "token", TODAY)

    process.watch.reload()

    assert process.keyring.keyset.digest == keyset.load(path).digest


def test_an_unusable_file_keeps_the_present_keys_and_is_reported_once(path: Path, process: Process) -> None:
    before = process.keyring.keyset
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(KeysetError, match="is truncated or not a keyset"):
        process.watch.reload()
    process.watch.reload()

    assert process.keyring.keyset is before


def test_a_different_error_is_reported_again(path: Path, process: Process) -> None:
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(KeysetError):
        process.watch.reload()
    path.unlink()

    with pytest.raises(KeysetError, match="no such file"):
        process.watch.reload()


def test_a_refused_file_is_retried_unchanged_only_after_a_pause(
    path: Path, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribute(path, "token", TODAY)
    tries: list[object] = []

    def away(*_: object) -> object:
        tries.append(None)
        raise ProviderError("the provider is away")

    with monkeypatch.context() as provider:
        provider.setattr(watch, "decode", away)
        with pytest.raises(ProviderError):
            process.watch.reload()
        process.watch.reload()
    later = time.monotonic() + watch.RETRY_SECONDS
    process.watch.reload()
    before = process.keyring.keyset.serial
    monkeypatch.setattr(time, "monotonic", lambda: later)
    process.watch.reload()

    assert (len(tries), before, process.keyring.keyset.serial, process.watch.fault) == (1, 0, 1, "")


def test_a_repaired_file_is_loaded_and_clears_the_error(path: Path, process: Process) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    with pytest.raises(KeysetError):
        process.watch.reload()
    path.write_bytes(content)

    process.watch.reload()

    assert process.watch.fault == ""


def test_a_heartbeat_names_keyset_process_and_error(path: Path, process: Process) -> None:
    path.write_bytes(b"")
    process.look()

    (beat,) = active_processes(process.store, process.keyring)

    assert (beat.digest, beat.where.endswith(f":{os.getpid()}")) == (process.keyring.keyset.digest.hex(), True)
    assert "is truncated or not a keyset" in beat.fault


def test_a_heartbeat_expires(process: Process, client: redis.Redis) -> None:
    (name,) = ask(client, "KEYS", "wm:{keys}w:*")

    assert 14 <= ask(client, "TTL", name) <= 15
    ask(client, "DEL", name)
    assert active_processes(process.store, process.keyring) == []


def test_the_name_of_a_process_is_removed_after_a_day(
    process: Process, client: redis.Redis, path: Path, url: str
) -> None:
    (name,) = ask(client, "ZRANGE", WORKERS, 0, -1)
    ask(client, "ZADD", WORKERS, 1, name)

    Process(path, url).look()

    assert name not in ask(client, "ZRANGE", WORKERS, 0, -1)


def test_a_moved_heartbeat_is_an_integrity_error(process: Process, client: redis.Redis, path: Path, url: str) -> None:
    Process(path, url).look()
    one, other = ask(client, "KEYS", "wm:{keys}w:*")
    ask(client, "SET", one, ask(client, "GET", other))

    with pytest.raises(IntegrityError):
        active_processes(process.store, process.keyring)


def test_nothing_is_written_while_nothing_changes(process: Process) -> None:
    with counted(process.store) as trips:
        process.watch.beat(process.store, "")

    assert trips == [1]


def test_a_heartbeat_is_sent_every_two_seconds(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic() + watch.BEAT_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)

    with counted(process.store) as trips:
        until = process.watch.beat(process.store, "")

    assert (trips, until) == ([2], later + watch.LEASE_SECONDS)


def test_the_lease_is_shorter_than_the_life_of_a_heartbeat(process: Process) -> None:
    assert watch.LEASE_SECONDS + watch.BEAT_SECONDS < LIFE_SECONDS


def test_a_process_without_its_lease_does_not_use_the_store(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    process.put("SF0000000001")
    later = time.monotonic() + watch.LEASE_SECONDS + watch.BEAT_SECONDS
    with monkeypatch.context() as asleep:
        asleep.setattr("masking_service.store.client.monotonic", lambda: later)
        with pytest.raises(StoreUnavailable, match="not-admitted"):
            process.finds("SF0000000001")


def test_an_outdated_keyset_ends_the_lease_at_once(process: Process) -> None:
    write_key_notice(process.store, process.keyring, KeyNotice(least=1), os.urandom)

    with pytest.raises(StoreUnavailable, match="old-keyset"):
        process.watch.beat(process.store, "")

    assert not process.store.admitted


def test_a_changed_notice_is_an_integrity_error(process: Process, client: redis.Redis) -> None:
    write_key_notice(process.store, process.keyring, KeyNotice(rotations=1), os.urandom)
    sealed = bytearray(ask(client, "GET", KEY_NOTICE))
    sealed[-1] ^= 1
    ask(client, "SET", KEY_NOTICE, bytes(sealed))

    with pytest.raises(IntegrityError):
        process.watch.beat(process.store, "")


def test_uses_of_token_keys_are_summed_in_the_store(
    process: Process, client: redis.Redis, path: Path, url: str
) -> None:
    other = Process(path, url)
    for each in (process, other, other):
        each.token(each.put("SF0000000001"))
        each.watch._sent = None
        each.look()

    assert ask(client, "HGET", DATA_KEY_USES, "token/0") == b"3"


def test_a_keyset_of_another_deployment_is_not_loaded(path: Path, process: Process, tmp_path: Path) -> None:
    keyset.create(tmp_path / "other.json", made_for="production", today="2026-11-24")
    path.write_bytes((tmp_path / "other.json").read_bytes())

    with pytest.raises(KeysetError, match="lacks a secret that is in use"):
        process.watch.reload()


def test_a_new_store_has_no_running_processes(path: Path, valkey: str) -> None:
    assert active_processes(stores.admitted(valkey), Keyring(keyset.load(path))) == []


def test_an_invalid_heartbeat_is_an_integrity_error(process: Process, client: redis.Redis) -> None:
    (name,) = ask(client, "KEYS", "wm:{keys}w:*")
    ask(client, "SET", name, process.keyring.tenant("").state.seal(b"[]", name, bytes(12)))

    with pytest.raises(IntegrityError, match="heartbeat of a process is invalid"):
        active_processes(process.store, process.keyring)
