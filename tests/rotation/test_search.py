"""Tests the rotation of the search secret while both names of an index are searched."""

from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from keys import keyset
from keys.errors import KeysError
from keys.keyring import Keyring
from masking_service.rotation.search import rotate_search
from masking_service.service.people.policy import Policy
from masking_service.service.search.state import INDEX_PART, Asked, Findable, asked_places
from tests.rotation.processes import Both, Killed, Process, coordinator, countdown
from tests.store.stores import LATER, NOW, body

POLICY = Path(__file__).parents[2] / "policy.yaml"
PHONE, SITE = "13812345678", "021001"
UNTIL = NOW + 100 * 86_400
LONGEST = 180

Rotate = Callable[..., tuple[int, int] | None]


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """The default policy, with both search indexes."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.read_text() + "\nsearch: {phone: true, last4: true}\n")
    return Policy.load(path, development=False)


@pytest.fixture
def rotate(path: Path, url: str, policy: Policy) -> Rotate:
    def run(*processes: Process, step: Callable[[], object] = lambda: None) -> tuple[int, int] | None:
        with coordinator(path, url, processes, step=step) as mine:
            return rotate_search(mine, policy, lambda: NOW)

    return run


def put_findable(process: Process, number: str, tenant: str = "default") -> None:
    findable = Findable(phones=(PHONE,), endings=(PHONE[-4:],), site=SITE)
    drafts = process.vault.writer.drafts(tenant, [number], [body()], now=NOW, expires_at=UNTIL, findable=[findable])
    assert process.vault.writer.put(tenant, drafts, NOW) == []


def found(process: Process, tenant: str = "default") -> set[str]:
    question = process.vault.search.question(tenant, Asked(PHONE), NOW, LONGEST)
    process.store.ask(question)
    entries = question.answer()
    assert len({entry.number for entry in entries}) == len(entries)
    return {entry.number for entry in entries}


def parts(valkey: str) -> set[bytes]:
    return {key for key in redis.Redis.from_url(valkey).scan_iter(b"wm:*") if INDEX_PART.fullmatch(key)}


def test_at_every_step_every_waybill_is_found_once(rotate: Rotate, both: Both) -> None:
    numbers: list[str] = []

    def step() -> None:
        for process in both:
            process.look()
            for writer in both:
                numbers.append(f"SF{len(numbers):08}")
                put_findable(writer, numbers[-1])
            assert [found(reader) for reader in both] == [set(numbers), set(numbers)]

    rotate(step=step)

    assert [found(reader) for reader in both] == [set(numbers), set(numbers)]
    assert len(numbers) > 8


def test_a_holder_of_the_old_secret_finds_no_part(
    rotate: Rotate, process: Process, valkey: str, old_keyset: Path, path: Path
) -> None:
    put_findable(process, "SF0000000001")
    put_findable(process, "SF0000000002", tenant="other")
    before = parts(valkey)
    old = Keyring(keyset.load(old_keyset))

    done = rotate(process)

    named = {
        key
        for tenant in ("default", "other")
        for key in asked_places(old.tenant(tenant).search, Asked(PHONE), NOW, LONGEST)[0]
    }
    assert (len(before), len(named & before), len(named & parts(valkey))) == (4, 2, 0)
    assert done == (4, 2)  # no custody says at which site the waybills are
    assert before.isdisjoint(parts(valkey))
    assert [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "search"] == ["ended", "active"]
    assert (found(process), found(process, "other")) == ({"SF0000000001"}, {"SF0000000002"})


def test_an_erased_waybill_leaves_no_entry_under_either_name(rotate: Rotate, both: Both) -> None:
    waiting = [f"SF{number:08}" for number in range(40)]
    for number in waiting:
        put_findable(both[0], number)

    def step() -> None:
        for process in both:
            process.look()
            number = waiting.pop()
            assert process.vault.prepare_erasure("default", number, now=NOW, until=LATER, site=SITE).write()
            assert number not in found(both[0]) | found(both[1])

    rotate(step=step)

    assert found(both[0]) == found(both[1]) == set(waiting)


def test_an_interrupted_rotation_continues(rotate: Rotate, process: Process, path: Path, valkey: str) -> None:
    put_findable(process, "SF0000000001")
    before, killed = parts(valkey), 0
    for left in range(40):
        try:
            rotate(process, step=countdown([left]))
        except Killed:
            killed += 1
        else:
            break

    process.look()
    assert killed > 2
    assert before.isdisjoint(parts(valkey))
    assert [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "search"] == ["ended", "active"]
    assert found(process) == {"SF0000000001"}


def test_where_the_policy_changes_meanwhile_the_command_ends_and_no_entry_is_lost(
    rotate: Rotate, process: Process, policy: Policy
) -> None:
    put_findable(process, "SF0000000001")
    process.policy = policy.digest

    def change() -> None:
        process.policy = "another"

    with pytest.raises(KeysError, match="another policy"):
        rotate(process, step=change)
    kept = found(process)
    process.policy = policy.digest
    process.look()

    assert rotate(process) == (2, 1)
    assert kept == found(process) == {"SF0000000001"}


def test_without_indexes_only_the_secret_changes(rotate: Rotate, process: Process, valkey: str) -> None:
    process.put("SF0000000001")

    assert rotate(process) == (0, 0)
    assert process.finds("SF0000000001")
    assert not parts(valkey)
