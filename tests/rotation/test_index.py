"""Tests the rotation of the index secret while processes write, revise, erase and move waybills."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from keys import keyset
from keys.keyring import Keyring
from masking_audit.packs.persons import RECIPIENT, StoredPersons
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.index import FoundNumbers, _Moving, find_numbers, rotate_index
from masking_service.service.call.recorder import Recorder
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.holds.held_records import HeldRecords
from masking_service.service.restrictions.state import Restrictions
from masking_service.service.vault.records import HELD_UNTIL
from masking_service.service.vault.vault import FoundWaybill
from masking_service.service.vault.writing import Stored
from masking_service.store.client import Command, Reply, Store
from masking_service.store.genesis import claim
from masking_service.store.layout import CLAIM, record_key, record_stems
from tests.audit.verify.changes import Service
from tests.rotation.commands import LATE, running, unexplained
from tests.rotation.processes import Both, Killed, Process, coordinator, countdown
from tests.servers import Group
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, body, put, write

Rotate = Callable[..., tuple[int, int] | None]
OLD_PLACE = re.compile(rb"wm:\{[A-Za-z0-9_-]{16}\}.+")


@pytest.fixture
def rotate(path: Path, url: str) -> Rotate:
    """Runs the command; `step` happens whenever it looks at the processes."""

    def command(mine: Coordinator, recorder: Recorder) -> tuple[int, int] | None:
        return rotate_index(mine, recorder, ["other"], lambda: LATE)

    return lambda *processes, step=lambda: None: cast(
        "tuple[int, int] | None", running(path, url, command, processes, step)
    )


def at_old_places(valkey: str) -> list[bytes]:
    client = redis.Redis.from_url(valkey)
    return [key for key in client.scan_iter(b"wm:*") if OLD_PLACE.fullmatch(key)]


def states(path: Path) -> list[str]:
    return [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "index"]


def outcome(process: Process, number: str) -> object:
    """What becomes of a record that is sent."""
    (found,) = write(process.vault, {number: body()})
    return found if isinstance(found, str) else "stored"


def one_by_one(both: Both, act: Callable[[Process, Process], object]) -> Callable[[], None]:
    """Let the processes follow one after the other, and act in both orders after each."""

    def step() -> None:
        for process in both:
            process.look()
            act(*both)
            act(*both[::-1])

    return step


def test_after_a_rotation_nothing_is_at_an_old_place(path: Path, rotate: Rotate, process: Process, valkey: str) -> None:
    written = [process.put(f"SF{number:08}") for number in range(3)]
    assert len(at_old_places(valkey)) == 3

    assert rotate(process) == (3, 3)

    assert at_old_places(valkey) == []
    assert states(path) == ["ended", "active"]
    assert all(process.opens(process.token(stored)) for stored in written)


def test_at_the_end_the_progress_is_whole(path: Path, url: str, process: Process) -> None:
    """A key that moves while keys are listed is met at both places, and in the last round only once."""
    for number in range(1_500):
        process.put(f"SF{number:08}")
    shown: list[tuple[str, int, int]] = []

    def command(mine: Coordinator, recorder: Recorder) -> tuple[int, int] | None:
        follow = mine.progress

        def show(what: str, done: int, total: int) -> None:
            shown.append((what, done, total))
            follow(what, done, total)

        mine.progress = show
        return rotate_index(mine, recorder, [], lambda: LATE)

    running(path, url, command, [process])

    checked = [(done, total) for what, done, total in shown if what == "keys of waybills checked"]
    assert checked[-1][0] == checked[-1][1]


def test_at_every_step_a_number_is_stored_once_and_has_one_token(rotate: Rotate, both: Both, valkey: str) -> None:
    tokens: dict[str, str] = {}
    phases: set[object] = set()

    def act(one: Process, other: Process) -> None:
        number = f"SF{len(tokens):08}"
        first, second = one.put(number), other.put(number)
        assert (first.created, second.created) == (True, False)
        assert one.token(first) == other.token(second)
        tokens[number] = one.token(first)
        for process in (one, other):
            assert all(process.opens(token) for token in tokens.values())
            assert process.finds(number)
        phases.add((one.keyring.tenant("default").layers, other.keyring.tenant("default").layers))

    rotate(step=one_by_one(both, act))

    for process in both:
        assert all(process.token(process.put(number)) == token for number, token in tokens.items())
    assert len(phases) > 6
    assert at_old_places(valkey) == []
    assert len(redis.Redis.from_url(valkey).keys("wm:{*}0")) == len(tokens)


def test_at_every_step_a_revision_is_stored_once(rotate: Rotate, both: Both) -> None:
    count = iter(range(10_000))
    last: list[Stored] = [put(both[0].vault, body("0"), NUMBER)]

    def act(one: Process, other: Process) -> None:
        if last[-1].revision == 15:
            return
        value = body(str(next(count) + 1))
        revised = put(one.vault, value, NUMBER, revise=True)
        again = put(other.vault, value, NUMBER, revise=True)
        assert (revised.revision, again.revision, again.created) == (last[-1].revision + 1, revised.revision, False)
        last.append(revised)

    rotate(step=one_by_one(both, act))

    assert last[-1].revision > 8
    assert all(process.opens(process.token(stored)) for stored in last for process in both)


def test_at_every_step_an_erased_number_stays_erased(rotate: Rotate, both: Both, valkey: str) -> None:
    erased: list[str] = []
    waiting = [f"SF9{number:07}" for number in range(200)]
    for number in waiting:
        both[0].put(number)

    def act(one: Process, other: Process) -> None:
        number = waiting.pop()
        assert one.vault.prepare_erasure("default", number, now=NOW, until=LATER).write()
        erased.append(number)
        assert {outcome(process, known) for process in (one, other) for known in erased} == {"erased"}
        assert not other.finds(number)

    rotate(step=one_by_one(both, act))

    assert {outcome(process, known) for process in both for known in erased} == {"erased"}
    assert len(erased) > 8
    assert at_old_places(valkey) == []


def test_at_every_step_the_last_custody_counts(rotate: Rotate, both: Both) -> None:
    stored = both[0].put(NUMBER)
    moves = iter(range(10_000))
    custodies = {
        process: Custodies(process.store, process.keyring, bytes, process.vault.record_keys) for process in both
    }

    def held(process: Process) -> Custody | None:
        (found,) = process.vault.newest("default", [NUMBER], NOW)
        assert found is not None
        return custodies[process].open("default", found.custody)

    def act(one: Process, other: Process) -> None:
        custody = Custody("021001", f"client/c-{next(moves)}")
        custodies[one].prepare("default", [stored.base], [custody], [LATER]).write()
        assert (held(one), held(other)) == (custody, custody)

    rotate(step=one_by_one(both, act))

    assert held(both[0]) == held(both[1]) == Custody("021001", f"client/c-{next(moves) - 1}")


def test_everything_about_a_waybill_moves_and_the_log_explains_it(
    rotate: Rotate, process: Process, tmp_path: Path, valkey: str
) -> None:
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()

    rotate(process)

    (found,) = process.vault.newest("default", [NUMBER], NOW)
    assert found is not None
    assert service.custodies.open("default", found.custody) == Custody("021001", "client/c-1")
    assert len(service.disclosures.of("default", [service.base])[0]) == 1
    assert sum(service.call_records.unanswered("default", [service.base]).values()) == 1
    assert at_old_places(valkey) == []
    assert unexplained(process.store, process.keyring) == []


def test_a_tombstone_moves_and_the_log_explains_it(rotate: Rotate, process: Process, tmp_path: Path) -> None:
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()
    service.erase()

    rotate(process)

    assert outcome(process, NUMBER) == "erased"
    assert unexplained(process.store, process.keyring) == []


def test_waybills_of_several_tenants_move(rotate: Rotate, process: Process, valkey: str) -> None:
    tokens = {tenant: process.token(process.put(NUMBER, tenant=tenant), tenant) for tenant in ("default", "third")}

    rotate(process)

    assert all(process.opens(token, tenant) for tenant, token in tokens.items())
    assert at_old_places(valkey) == []


def test_a_second_rotation_moves_everything_again(
    path: Path, rotate: Rotate, process: Process, url: str, old_keyset: Path
) -> None:
    stored = process.put(NUMBER)
    rotate(process)

    assert rotate(process) == (1, 1)

    assert states(path) == ["ended", "ended", "active"]
    assert process.opens(process.token(stored))
    assert (process.put(NUMBER).created, process.finds(NUMBER)) == (False, True)
    with coordinator(path, url) as mine:
        assert find_numbers(mine, [[NUMBER, "SF0000000009"]]) == FoundNumbers(2, 1, 0)


def test_a_holder_of_every_old_secret_finds_no_number(
    path: Path, rotate: Rotate, process: Process, tmp_path: Path, valkey: str
) -> None:
    process.put(NUMBER)
    rotate(process)
    leaked = tmp_path / "leaked.json"
    leaked.write_bytes(path.read_bytes())
    leaked.chmod(0o600)
    assert tries(leaked, valkey) == 1

    rotate(process)

    assert tries(leaked, valkey) == 0


def tries(leaked: Path, valkey: str) -> int:
    """How many places of a number a holder of a keyset finds in the store."""
    keys, client = Keyring(keyset.load(leaked)).tenant("default"), redis.Redis.from_url(valkey)
    bases = keys.bases([NUMBER])
    stems = [record_stems(keys.places(bases, at), name)[0] for at in range(2) for name in range(3)]
    return sum(bool(client.exists(record_key(stem, revision))) for stem in stems for revision in range(3))


def test_an_interrupted_rotation_continues_and_loses_nothing(
    path: Path, rotate: Rotate, process: Process, tmp_path: Path, valkey: str
) -> None:
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()
    token, killed = process.token(process.put(NUMBER)), 0
    for left in range(60):
        try:
            rotate(process, step=countdown([left]))
        except Killed:
            killed += 1
        else:
            break

    process.look()
    assert killed > 3
    assert states(path) == ["ended", "active"]
    assert process.opens(token)
    assert len(service.disclosures.of("default", [service.base])[0]) == 1
    assert at_old_places(valkey) == []
    assert unexplained(process.store, process.keyring) == []


def test_a_rotation_that_ends_before_old_places_are_emptied_moves_nothing_twice(
    rotate: Rotate, process: Process, tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()
    write_all = Store.write

    def killed(store: Store, commands: Sequence[Command], **how: Any) -> list[Reply]:
        if commands[0][0] == b"DEL":
            raise Killed
        return write_all(store, commands, **how)

    monkeypatch.setattr(Store, "write", killed)
    with pytest.raises(Killed):
        rotate(process)
    monkeypatch.setattr(Store, "write", write_all)
    assert len(at_old_places(valkey)) == 4

    rotate(process)

    assert len(service.disclosures.of("default", [service.base])[0]) == 1
    assert sum(service.call_records.unanswered("default", [service.base]).values()) == 1
    assert at_old_places(valkey) == []
    assert unexplained(process.store, process.keyring) == []


def test_the_old_place_decides_until_every_process_uses_the_new_secret(
    path: Path, rotate: Rotate, both: Both, valkey: str
) -> None:
    ahead, behind = both
    with pytest.raises(Killed):
        rotate(behind, step=lambda: stop_when(ahead, lambda: states(path) == ["deciding", "active"]))
    ahead.look()
    assert (ahead.keyring.tenant("default").layers.claims, behind.keyring.tenant("default").layers.own) == (True, 0)

    claimed = ahead.put("SF0000000001")
    decided = behind.put("SF0000000002")

    assert (behind.put("SF0000000001").created, ahead.put("SF0000000002").created) == (False, False)
    assert behind.opens(behind.token(claimed))
    assert ahead.opens(ahead.token(decided))


def test_a_claim_of_a_process_that_ended_blocks_no_number(path: Path, rotate: Rotate, both: Both, valkey: str) -> None:
    ahead, behind = both
    with pytest.raises(Killed):
        rotate(behind, step=lambda: stop_when(ahead, lambda: states(path) == ["deciding", "active"]))
    ahead.look()
    (stem,) = record_stems(behind.keyring.tenant("default").bases([NUMBER]))
    redis.Redis.from_url(valkey).set(record_key(stem, 0), CLAIM)

    stored = behind.put(NUMBER)

    assert stored.created
    assert redis.Redis.from_url(valkey).get(record_key(stem, 0)) == CLAIM
    assert not ahead.put(NUMBER).created
    assert ahead.opens(behind.token(stored))


def stop_when(process: Process, done: Callable[[], bool]) -> None:
    if done():
        raise Killed
    process.look()


def test_at_every_step_the_last_word_about_a_restriction_counts(rotate: Rotate, both: Both, valkey: str) -> None:
    both[0].put(NUMBER)
    restrictions = {process: Restrictions(process.store, process.keyring, os.urandom) for process in both}
    words = cycle((True, False, False, True))

    def newest(process: Process) -> FoundWaybill:
        (found,) = process.vault.newest("default", [NUMBER], NOW)
        assert found is not None
        return found

    def act(one: Process, other: Process) -> None:
        word = next(words)
        if word:
            restrictions[one].prepare("default", [newest(one)], "staff/p-1", NOW).write()
        else:
            restrictions[one].prepare_end("default", [newest(one)]).write()
        assert [newest(process).record.restricted for process in (one, other)] == [word, word]

    rotate(step=one_by_one(both, act))

    assert at_old_places(valkey) == []


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("lifted", [False, True])
def test_a_hold_that_changes_in_the_moment_of_a_move_is_never_undone_by_the_copy(
    rotate: Rotate, process: Process, valkey: str, monkeypatch: pytest.MonkeyPatch, *, lifted: bool, killed: bool
) -> None:
    """Also where the mover ends after it wrote copies, and before it emptied old places."""
    stored = process.put(NUMBER)
    token, holds = process.token(stored), HeldRecords(process.store, process.keyring, process.vault, os.urandom)
    copied, empty, changed = _Moving._record, _Moving._empty, list[int]()

    def keep() -> None:
        holds.keep("default", [stored.base], 1, lambda: [1], lambda _: None)

    def change_first(moving: _Moving, tenant: str, read: Any) -> Any:
        if not changed:  # the mover has read the record, and has no copy of it yet
            changed.append(1)
            made = copied(moving, tenant, read)
            if lifted:
                holds.release("default", [stored.base], {}, dict, lambda _: None, NOW)
                process.vault.data_keys.destroy_hold("default", 1)
            else:
                keep()
            return made
        return copied(moving, tenant, read)

    def stop(moving: _Moving, moved: Sequence[Any]) -> None:
        if moved and killed and len(changed) == 1:
            changed.append(1)
            raise Killed
        empty(moving, moved)

    def is_as_it_was_changed() -> None:
        (found,) = process.vault.newest("default", [NUMBER], NOW)
        assert found is not None
        assert found.record.held is not lifted
        assert process.opens(token)
        erased = process.vault.prepare_erasure("default", NUMBER, now=NOW, until=LATER)
        assert lifted or not erased.write()

    if lifted:
        keep()
    monkeypatch.setattr(_Moving, "_record", change_first)
    monkeypatch.setattr(_Moving, "_empty", stop)
    if killed:
        with pytest.raises(Killed):
            rotate(process)
        is_as_it_was_changed()
    rotate(process)

    is_as_it_was_changed()
    client = redis.Redis.from_url(valkey)
    assert at_old_places(valkey) == []
    assert [client.expiretime(key) for key in client.scan_iter("wm:{*}0")] == [LATER if lifted else HELD_UNTIL]


@pytest.mark.parametrize("killed", [False, True])
def test_a_restriction_that_ends_in_the_moment_of_its_move_is_ended(
    rotate: Rotate, process: Process, valkey: str, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    """Where the mover ends before it took its copy back, the waybill stays restricted until that is ended once more."""
    process.put(NUMBER)
    restrictions = Restrictions(process.store, process.keyring, os.urandom)
    empty, ended = _Moving._empty, list[Any]()

    def newest() -> FoundWaybill:
        (found,) = process.vault.newest("default", [NUMBER], NOW)
        assert found is not None
        return found

    def end_first(moving: _Moving, moved: Sequence[Any]) -> None:
        client = redis.Redis.from_url(valkey)
        for one in moved:  # it was ended before its copy was written
            if one.kind == b"~" and not ended:
                ended.append(client.delete(one.key))
                if killed:
                    raise Killed
        empty(moving, moved)

    restrictions.prepare("default", [newest()], "staff/p-1", NOW).write()
    monkeypatch.setattr(_Moving, "_empty", end_first)
    if killed:
        with pytest.raises(Killed):
            rotate(process)
    rotate(process)

    assert (newest().record.restricted, ended) == (killed, [1])
    restrictions.prepare_end("default", [newest()]).write()
    assert not newest().record.restricted


def test_waybills_in_a_cluster_move(path: Path, make_cluster: Callable[..., Group]) -> None:
    url = make_cluster(3).url
    claim(stores.admitted(url), Keyring(keyset.load(path)), os.urandom)
    process = Process(path, url)
    process.look()
    tokens = {number: process.token(process.put(number)) for number in (f"SF{at:08}" for at in range(12))}

    def command(mine: Coordinator, recorder: Recorder) -> tuple[int, int] | None:
        return rotate_index(mine, recorder, [], lambda: LATE)

    assert running(path, url, command, [process]) == (12, 12)

    assert all(process.opens(token) for token in tokens.values())
    assert all(process.token(process.put(number)) == token for number, token in tokens.items())
    assert process.vault.prepare_erasure("default", "SF00000000", now=NOW, until=LATER).write()
    assert outcome(process, "SF00000000") == "erased"


def test_round_trips_of_a_batch(rotate: Rotate, both: Both) -> None:
    """One more for the older places while a rotation is under way, and none afterwards."""
    trips: set[int] = set()

    def count(process: Process, number: str) -> int:
        before = process.store.round_trips
        process.put(number)
        return process.store.round_trips - before

    numbers: Iterator[str] = (f"SF{number:08}" for number in range(1_000))
    both[0].put(next(numbers))
    assert count(both[0], next(numbers)) == 1

    rotate(step=one_by_one(both, lambda one, _: trips.add(count(one, next(numbers)))))

    assert trips <= {1, 2, 3}
    assert count(both[0], next(numbers)) == 1


def test_persons_of_moved_waybills_are_counted_where_their_numbers_are_known(rotate: Rotate, process: Process) -> None:
    numbers = ["SF00000001", "SF00000002"]
    for number, phone in zip(numbers, ("13900000001", "13900000002"), strict=True):
        process.put(number, value=body(phone=phone))
    keys = process.keyring.tenant("default")
    shown = dict.fromkeys(keys.waybill_hashes(keys.bases(numbers)), RECIPIENT)

    rotate(process)
    process.look()

    (known,) = StoredPersons(process.store, process.keyring, "default", numbers).of(shown)
    (unknown,) = StoredPersons(process.store, process.keyring, "default").of(shown)
    assert (known.persons, known.missing) == (2, 0)
    assert (unknown.persons, unknown.missing) == (0, 2)


def written_late(process: Process, number: str, change: Callable[[], object]) -> None:
    """Write a revision that was compared before a change."""
    drafts = process.vault.writer.drafts("default", [number], [body("李四")], now=NOW, expires_at=LATER)
    process.vault.compare("default", drafts, revise=True)
    change()
    while drafts := stores.put_revisions(process.vault, "default", drafts, NOW):
        process.vault.compare("default", drafts, revise=True)


@pytest.mark.parametrize("lifted", [False, True])
def test_at_every_step_a_revision_that_is_written_late_is_under_the_hold_of_its_waybill(
    rotate: Rotate, both: Both, valkey: str, *, lifted: bool
) -> None:
    holds = {process: HeldRecords(process.store, process.keyring, process.vault, os.urandom) for process in both}
    done: list[str] = []
    phases: set[object] = set()

    def act(one: Process, other: Process) -> None:
        number = f"SF{len(done):08}"
        stored, hold = one.put(number), len(done) + 1

        def keep() -> None:
            holds[other].keep("default", [stored.base], hold, lambda: [hold], lambda _: None)

        def lift() -> None:
            holds[other].release("default", [stored.base], {}, dict, lambda _: None, NOW)
            other.vault.data_keys.destroy_hold("default", hold)

        if lifted:
            keep()
        written_late(one, number, lift if lifted else keep)
        for process in both:
            (found,) = process.vault.newest("default", [number], NOW)
            assert found is not None
            assert (found.revision, found.record.held) == (1, not lifted)
        done.append(number)
        phases.add((one.keyring.tenant("default").layers, other.keyring.tenant("default").layers))

    rotate(step=one_by_one(both, act))

    assert len(phases) > 6
    ends = {redis.Redis.from_url(valkey).expiretime(key) for key in redis.Redis.from_url(valkey).scan_iter("wm:{*}1")}
    assert ends == {LATER if lifted else HELD_UNTIL}


def test_a_hold_moves_with_its_waybill_and_can_be_lifted_there(rotate: Rotate, process: Process) -> None:
    process.put(NUMBER)
    held = HeldRecords(process.store, process.keyring, process.vault, os.urandom)
    bases = process.keyring.tenant("default").bases([NUMBER])
    held.keep("default", bases, 1, lambda: [1], lambda _: None)

    rotate(process)
    process.look()

    (found,) = process.vault.newest("default", [NUMBER], LATER + 1)
    assert found is not None
    assert found.record.held
    held.release("default", bases, {}, dict, lambda _: None, NOW)
    (released,) = process.vault.newest("default", [NUMBER], NOW)
    assert released is not None
    assert not released.record.held
