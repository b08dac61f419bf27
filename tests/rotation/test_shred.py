"""Tests that no backup opens shredded days.

The backups are real: the append-only files of a real Valkey, started again as another server.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys import keyset
from keys.errors import KeysError, KeysetError, ProviderError
from keys.keyring import Keyring
from keys.keyset_file import NamedRoot, RootEntry, date_of
from keys.rotation import distribute
from masking_service.rotation import shred as shredding
from masking_service.rotation.rotate import rotate
from masking_service.rotation.shred import Shredded, renew_root, restore, rewrap, shred
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.errors import StoreUnavailable
from tests.rotation.processes import DAY, Both, Killed, Process, coordinator, countdown
from tests.servers import Node, durable
from tests.store import stores
from tests.store.stores import NOW, body, put, refused

pytestmark = pytest.mark.server

TODAY = NOW // DAY
BEFORE = date_of(TODAY - 2)
"""Of the days 5, 4, 3, 2, 1 and 0 ago the first three are shredded."""
TENANTS = ("default", "other")

Written = dict[tuple[str, int, str], str]
"""The tokens of records by tenant, age in days and number."""

Start = Callable[[Path | None], Node]


@pytest.fixture
def written(both: Both) -> Written:
    """A record of each tenant and day."""
    made = {}
    for age in range(6):
        for tenant in TENANTS:
            process, number = both[age % 2], f"SF{age:08}"
            stored = process.put(number, now=NOW - age * DAY, tenant=tenant)
            made[tenant, age, number] = process.token(stored, tenant)
    return made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers: `start(backup)`; without one it holds nothing."""
    nodes: list[Node] = []

    def begin(backup: Path | None) -> Node:
        node = Node(tmp_path, durable(aof_use_rdb_preamble="no"))
        nodes.append(node)
        if backup is not None:
            shutil.copytree(backup, node.directory / "appendonlydir")
        node.start()
        # A backup is older than the seconds for which a process counts as living after its last word.
        for name in node.client.keys("wm:{keys}w:*"):
            node.client.delete(name)
        return node

    yield begin
    for node in nodes:
        node.stop()
        node.client.close()


@pytest.fixture
def valkey(start: Start) -> str:
    return start(None).url


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Where the surviving keys are written."""
    return tmp_path / "surviving.json"


@pytest.fixture
def backup(written: Written, tmp_path: Path) -> Path:
    """A copy of the append-only files of the first server."""
    (source,) = tmp_path.glob("node-*/appendonlydir")
    return Path(shutil.copytree(source, tmp_path / "backup"))


@pytest.fixture
def shredded(path: Path, url: str, both: Both, backup: Path, export: Path) -> Shredded:
    """What the shredding of the first three days did, after the backup."""
    with coordinator(path, url, both) as mine:
        return shred(mine, BEFORE, export)


def opened(process: Process, written: Written) -> dict[int, set[bool]]:
    """Return whether records open, by age in days."""
    found: dict[int, set[bool]] = {}
    for (tenant, age, number), token in written.items():
        found.setdefault(age, set()).update({process.opens(token, tenant), process.finds(number, tenant)})
    return found


EVERY_DAY = {age: {True} for age in range(6)}
SHREDDED = {0: {True}, 1: {True}, 2: {True}, 3: {False}, 4: {False}, 5: {False}}


def test_a_restored_backup_opens_only_the_surviving_days(
    path: Path,
    written: Written,
    backup: Path,
    shredded: Shredded,
    start: Start,
    export: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restored = start(backup).url
    monkeypatch.setattr(shredding, "AT_ONCE", 4)
    progress = []
    with coordinator(path, restored) as mine:
        monkeypatch.setattr(mine, "progress", lambda *seen: progress.append(seen))
        put_back, buried = restore(mine, export)

    assert (shredded.destroyed, shredded.surviving, shredded.elsewhere) == (6, 6, [])
    assert (put_back, buried) == (6, 6)
    assert [seen for seen in progress if seen[0] != "processes that have the keyset"] == [
        ("surviving keys restored", 4, 6),
        ("surviving keys restored", 6, 6),
        ("data keys checked", 12, 12),
        ("data keys checked", 12, 12),
    ]
    assert opened(Process(path, restored), written) == SHREDDED


@pytest.mark.usefixtures("shredded")
def test_no_existing_key_unwraps_the_shredded_keys_of_a_backup(path: Path, backup: Path, start: Start) -> None:
    keyring = Keyring(keyset.load(path))
    old = WrappedKeys(stores.admitted(start(backup).url), keyring, bytes)
    stored = [one for portion in old.all() for one in portion.items()]

    for key_id, (key, _) in stored:
        assert key.wrapped is not None
        with pytest.raises(ProviderError):
            keyring.open_data_key(key.tenant, key_id, key.wrapped)
    assert len(stored) == 12


@pytest.mark.usefixtures("shredded")
def test_a_restored_backup_without_surviving_keys_is_an_error_not_an_absence(
    path: Path, backup: Path, start: Start
) -> None:
    process = Process(path, start(backup).url)

    with pytest.raises(StoreUnavailable, match="unknown-root"):
        process.finds("SF00000000")
    assert not process.finds("SF00000005")


def test_the_old_keyset_opens_the_whole_old_backup(
    path: Path, old_keyset: Path, written: Written, backup: Path, shredded: Shredded, start: Start
) -> None:
    assert opened(Process(old_keyset, start(backup).url), written) == EVERY_DAY


def test_running_and_new_processes_find_nothing_of_the_shredded_days(
    path: Path, url: str, both: Both, written: Written, export: Path
) -> None:
    assert opened(both[0], written) == EVERY_DAY

    with coordinator(path, url, both) as mine:
        shred(mine, BEFORE, export)

    assert [opened(process, written) for process in (*both, Process(path, url))] == [SHREDDED] * 3


@pytest.mark.parametrize("looks", range(11))
def test_a_killed_shredding_continues_and_loses_nothing(
    path: Path, url: str, both: Both, written: Written, export: Path, looks: int
) -> None:
    with pytest.raises(Killed), coordinator(path, url, both, step=countdown([looks])) as mine:
        shred(mine, BEFORE, export)
    alive = opened(both[0], written)
    assert [alive[age] for age in range(3)] == [{True}] * 3

    with coordinator(path, url, both) as mine:
        shred(mine, BEFORE, export)

    file, _ = keyset.read(path)
    assert [entry.state for entry in file.roots] == ["active"]
    assert opened(Process(path, url), written) == SHREDDED


def test_nothing_is_changed_where_the_surviving_keys_cannot_be_written(path: Path, url: str) -> None:
    content = path.read_bytes()

    with coordinator(path, url) as mine, pytest.raises(KeysetError, match="none is no folder for"):
        shred(mine, BEFORE, path.with_name("none") / "surviving.json")

    assert path.read_bytes() == content


@pytest.mark.parametrize("how", ["shred", "renew"])
def test_surviving_keys_replace_no_other_file(path: Path, url: str, how: str) -> None:
    """Such as the keyset itself."""
    content = path.read_bytes()

    with coordinator(path, url) as mine, pytest.raises(KeysetError, match="not a file of surviving data keys"):
        shred(mine, BEFORE, path) if how == "shred" else renew_root(mine, path)

    assert path.read_bytes() == content


@pytest.mark.usefixtures("shredded")
def test_shredding_again_changes_nothing(path: Path, url: str, both: Both, export: Path) -> None:
    content = path.read_bytes()

    with coordinator(path, url, both) as mine:
        again = shred(mine, BEFORE, export)

    assert (again.destroyed, again.surviving, path.read_bytes()) == (0, 6, content)


def test_shredding_refuses_a_named_root_key_if_another_is_waiting_or_was_used(
    path: Path, url: str, export: Path
) -> None:
    named = NamedRoot("pkcs11", "new")
    distribute(path, "root", BEFORE)
    with coordinator(path, url) as mine:
        with pytest.raises(KeysError, match="is waiting to become active"):
            shred(mine, BEFORE, export, named)
        shred(mine, BEFORE, export)
        with pytest.raises(KeysError, match="with another root key than the named one"):
            shred(mine, BEFORE, export, named)


def test_an_earlier_date_does_not_restore_shredded_days(path: Path, url: str, export: Path) -> None:
    with coordinator(path, url) as mine:
        shred(mine, BEFORE, export)
        with pytest.raises(KeysError, match=f"everything before {BEFORE} is already shredded"):
            shred(mine, date_of(TODAY - 4), export)


@pytest.mark.parametrize("tenant", ["default", "other", "without data"])
@pytest.mark.parametrize("age", [3, 30, 20_000])
@pytest.mark.usefixtures("shredded")
def test_a_clock_set_back_creates_no_key_for_a_shredded_day(both: Both, tenant: str, age: int) -> None:
    process = both[0]

    stored = process.put("SF9999999999", now=NOW - age * DAY, tenant=tenant)

    sealed = process.store.read([(b"KEYS", b"wm:{" + b"?" * 16 + b"}0")])[0]
    days = {process.vault.data_keys.for_today(tenant, NOW - age * DAY, 1).key_id}
    assert days == {process.keyring.tenant(tenant).data_key_id(TODAY - 2, 0)}
    assert (process.opens(process.token(stored, tenant), tenant), len(sealed)) == (True, 13)


@pytest.mark.usefixtures("shredded")
def test_the_number_of_a_shredded_record_stays_taken_until_it_expires(both: Both) -> None:
    assert [refused(both[0].vault, value, "SF00000005") for value in (body(), body("李四"))] == ["erased"] * 2
    assert refused(both[0].vault, body("李四"), "SF00000005", revise=True) == "erased"


def test_a_later_revision_survives_the_shredding_of_an_earlier_one(
    path: Path, url: str, both: Both, written: Written, export: Path
) -> None:
    process = both[0]
    revised = put(process.vault, body("李四"), "SF00000005", now=NOW, revise=True)
    with coordinator(path, url, both) as mine:
        shred(mine, BEFORE, export)

    assert process.opens(process.token(revised))
    assert process.finds("SF00000005")
    assert not process.opens(written["default", 5, "SF00000005"])
    again = put(process.vault, body("李四"), "SF00000005")
    assert (again.created, again.record) == (False, revised.record)


def test_shredding_also_removes_root_keys_of_earlier_rotations(
    path: Path, url: str, both: Both, written: Written, export: Path
) -> None:
    with coordinator(path, url, both) as mine:
        rotate(mine, "root")
        rewrap(mine)
        shred(mine, BEFORE, export)

    file, held = keyset.read(path)
    assert ([entry.state for entry in file.roots], len(held.root_ids)) == (["active"], 1)


@pytest.mark.usefixtures("shredded")
def test_the_surviving_keys_are_readable_by_their_owner_only(export: Path) -> None:
    assert export.stat().st_mode & 0o777 == 0o600
    assert "default" not in export.read_text()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        *((content, "is truncated or not a file") for content in (b"", b"{", b'{"format": 1}', b"\xff", b"[]")),
        (b'{"format": 2, "shredded_before": "", "keys": {}}', "has format 2; this release reads format 1"),
    ],
)
def test_an_invalid_file_of_surviving_keys_is_refused(
    path: Path, url: str, export: Path, content: bytes, why: str
) -> None:
    export.write_bytes(content)
    export.chmod(0o600)

    with coordinator(path, url) as mine, pytest.raises(KeysetError, match=f"^{export}: {why}"):
        restore(mine, export)


@pytest.mark.usefixtures("shredded")
def test_restoring_does_not_replace_usable_keys(path: Path, url: str, both: Both, export: Path) -> None:
    with coordinator(path, url, both) as mine:
        assert restore(mine, export) == (0, 0)


@pytest.mark.parametrize(
    ("root", "named"),
    [
        (
            RootEntry("0a", "retired", "", provider="transit", name="waybills", version=2),
            "transit waybills version 2 (0a)",
        ),
        (RootEntry("0b", "retired", "", provider="pkcs11", name="root 2026"), "pkcs11 root 2026 (0b)"),
    ],
    ids=["in an engine", "in a token"],
)
def test_a_root_key_to_destroy_is_named_as_its_provider_knows_it(root: RootEntry, named: str) -> None:
    assert shredding._name_at_provider(root) == named
