"""Tests rotations while processes serve."""

from pathlib import Path

import pytest

from keys import keyset
from keys.errors import KeysError
from keys.keyset_file import KeysetFile, NamedRoot
from keys.rotation import RotatableKey, activate, distribute
from masking_service.rotation.coordinator import ProcessesBehindError
from masking_service.rotation.rotate import rotate, rotate_data
from masking_service.store.errors import StoreUnavailable
from tests.rotation.processes import DAY, TODAY, Both, Killed, Process, coordinator, countdown
from tests.store.stores import NOW, body, put

ROTATABLE: tuple[RotatableKey, ...] = ("root", "token")
each_key = pytest.mark.parametrize("which", ROTATABLE)


def states(path: Path, which: RotatableKey) -> list[str]:
    file: KeysetFile = keyset.read(path)[0]
    if which == "root":
        return [entry.state for entry in file.roots]
    return [entry.state for entry in file.secrets if entry.use == "token"]


@each_key
def test_a_rotation_retires_the_old_key_and_activates_a_new_one(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    with coordinator(path, url, both) as mine:
        assert rotate(mine, which) == "rotated"

    assert states(path, which) == ["retired", "active"]
    assert {process.keyring.keyset.digest for process in both} == {keyset.load(path).digest}


@each_key
def test_at_every_step_each_process_reads_what_the_other_writes(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    written: list[tuple[str, str]] = []

    def step() -> None:
        for writer, reader in (both, both[::-1]):
            number = f"SF{len(written):08}"
            written.append((number, writer.token(writer.put(number, tenant=f"t{len(written)}"), f"t{len(written)}")))
            assert reader.opens(written[-1][1], f"t{len(written) - 1}")

    def one_by_one() -> None:
        for process in both:
            process.look()
            step()

    with coordinator(path, url, step=one_by_one) as mine:
        rotate(mine, which)

    for at, (number, token) in enumerate(written):
        for process in both:
            assert process.opens(token, f"t{at}")
            again = process.put(number, tenant=f"t{at}")
            assert (again.created, process.token(again, f"t{at}")) == (False, token)
    assert len(written) > 6


def test_the_new_token_key_makes_new_tokens_and_revisions(path: Path, url: str, both: Both) -> None:
    one, other = both
    one.put("SF0000000001")
    with coordinator(path, url, both) as mine:
        rotate(mine, "token")

    revised = put(other.vault, body("李四"), "SF0000000001", revise=True)

    assert (one.put("SF0000000002").record.token_version, revised.record.token_version) == (1, 1)
    assert [process.token(revised)[4] for process in both] == ["B", "B"]


@each_key
def test_no_key_is_activated_while_a_running_process_lacks_it(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    with coordinator(path, url, both[:1], step=countdown([10])) as mine, pytest.raises(Killed):
        rotate(mine, which)

    assert states(path, which) == ["active", "distributed"]


@each_key
def test_a_timed_out_rotation_counts_the_processes_behind(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    distribute(path, which, TODAY)
    both[0].look()

    with coordinator(path, url, timeout=0.0) as mine, pytest.raises(ProcessesBehindError, match=r"^1 of 2 processes"):
        rotate(mine, which)

    assert states(path, which) == ["active", "distributed"]


def test_a_process_that_does_not_know_the_new_data_keys_is_behind(path: Path, url: str, both: Both) -> None:
    with coordinator(path, url, both) as mine:
        mine.wait_for_data_keys()
    with (
        coordinator(path, url, both[:1], timeout=0.5) as mine,
        pytest.raises(ProcessesBehindError, match=r"^1 of 2 processes have not followed"),
    ):
        mine.wait_for_data_keys()


@each_key
def test_a_rotation_continues_after_the_process_has_followed(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    with coordinator(path, url, both[:1], timeout=0.0) as mine, pytest.raises(ProcessesBehindError):
        rotate(mine, which)

    with coordinator(path, url, both) as mine:
        assert rotate(mine, which) == "rotated"

    assert states(path, which) == ["retired", "active"]


def test_processes_behind_are_named_with_their_error(path: Path, url: str, both: Both) -> None:
    with coordinator(path, url, step=lambda: None, timeout=0.0) as mine:
        distribute(path, "token", TODAY)
        content = path.read_bytes()
        path.write_bytes(content[:100])
        for process in both:
            process.look()
        path.write_bytes(content)
        with pytest.raises(ProcessesBehindError, match=r"keyset.json: is truncated or not a keyset"):
            mine.finish_last_change()


@each_key
@pytest.mark.parametrize("looks", range(8))
def test_a_killed_rotation_is_completed_with_one_new_key(
    path: Path, url: str, both: Both, which: RotatableKey, looks: int
) -> None:
    one = both[0]
    before = one.token(one.put("SF0000000001"))
    left = [looks]

    try:
        with coordinator(path, url, both, step=countdown(left)) as mine:
            rotate(mine, which)
    except Killed:
        pass
    else:
        assert left[0] >= 0
        return

    with coordinator(path, url, both) as mine:
        rotate(mine, which)

    assert states(path, which) == ["retired", "active"]
    assert [process.opens(before) for process in both] == [True, True]


@each_key
def test_a_rotation_killed_after_activation_is_completed_without_a_new_one(
    path: Path, url: str, both: Both, which: RotatableKey
) -> None:
    distribute(path, which, TODAY)
    for process in both:
        process.look()
    activate(path, which, TODAY)

    with coordinator(path, url, both) as mine:
        assert rotate(mine, which) == "finished"
        assert rotate(mine, which) == "rotated"

    assert states(path, which) == ["retired", "retired", "active"]


def test_a_named_root_key_is_not_replaced_by_a_waiting_one(path: Path, url: str, both: Both) -> None:
    distribute(path, "root", TODAY)

    with coordinator(path, url, both) as mine, pytest.raises(KeysError, match="is waiting to become active"):
        rotate(mine, "root", NamedRoot("pkcs11", "new"))

    assert states(path, "root") == ["active", "distributed"]


def test_a_named_root_key_is_not_replaced_by_a_just_activated_one(path: Path, url: str, both: Both) -> None:
    distribute(path, "root", TODAY)
    activate(path, "root", TODAY)

    # This one cannot be had: it was asked for.
    with coordinator(path, url, both) as mine, pytest.raises(KeysError, match="the member pkcs11 is missing"):
        rotate(mine, "root", NamedRoot("pkcs11", "new", id="00" * 8))


@pytest.fixture
def asleep(old_keyset: Path, url: str) -> Process:
    """A process that does not see the changes of its keyset file."""
    return Process(old_keyset, url)


def test_a_process_with_outdated_keys_stops_using_the_store(path: Path, url: str, asleep: Process) -> None:
    with coordinator(path, url) as mine:
        rotate(mine, "token")

    with pytest.raises(StoreUnavailable, match="old-keyset"):
        asleep.look()

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        asleep.put("SF0000000001")


def test_a_process_with_outdated_keys_creates_no_data_key(path: Path, url: str, asleep: Process) -> None:
    with coordinator(path, url) as mine:
        rotate(mine, "root")

    with pytest.raises(StoreUnavailable, match="old-keyset"):
        asleep.put("SF0000000001")


def test_two_commands_cannot_change_keys_at_the_same_time(path: Path, url: str) -> None:
    second = coordinator(path, url)
    with coordinator(path, url), pytest.raises(KeysError, match="another command is changing keys"):
        second.__enter__()

    assert second._lock.closed


def test_a_new_data_key_for_today_is_used_by_every_process(path: Path, url: str, both: Both) -> None:
    before = [process.vault.data_keys.for_today("default", NOW, 1).key_id for process in both]
    with coordinator(path, url, both) as mine:
        assert rotate_data(mine, NOW) == 1

    after = [process.vault.data_keys.for_today("default", NOW, 1).key_id for process in both]

    assert (before, after) == ([key_id(both[0], 0)] * 2, [key_id(both[0], 1)] * 2)


def key_id(process: Process, number: int) -> bytes:
    return process.keyring.tenant("default").data_key_id(NOW // DAY, number)


def test_records_under_both_data_keys_of_a_day_are_read(path: Path, url: str, both: Both) -> None:
    one, other = both
    old = one.token(one.put("SF0000000001"))
    with coordinator(path, url, both) as mine:
        rotate_data(mine, NOW)
    new = one.token(one.put("SF0000000002"))

    assert [process.opens(token) for process in both for token in (old, new)] == [True] * 4
    assert one.token(other.put("SF0000000001")) == old


def test_a_tenant_without_a_key_for_today_needs_no_new_one(path: Path, url: str, both: Both) -> None:
    both[0].put("SF0000000001", now=NOW - DAY, tenant="yesterday")

    with coordinator(path, url, both) as mine:
        assert rotate_data(mine, NOW) == 0


def test_a_third_data_key_follows_the_second(path: Path, url: str, both: Both) -> None:
    one, _ = both
    one.put("SF0000000001")
    for _ in range(2):
        with coordinator(path, url, both) as mine:
            rotate_data(mine, NOW)

    assert one.vault.data_keys.for_today("default", NOW, 1).key_id == key_id(one, 2)


def test_a_new_process_uses_the_newest_data_key(path: Path, url: str, both: Both) -> None:
    both[0].put("SF0000000001")
    with coordinator(path, url, both) as mine:
        rotate_data(mine, NOW)

    assert Process(path, url).vault.data_keys.for_today("default", NOW, 1).key_id == key_id(both[0], 1)
