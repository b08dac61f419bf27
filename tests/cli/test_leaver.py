"""`keys leaver`: afterwards a holder of every old secret opens, finds, calls and forges nothing."""

import os
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import redis

from keys import keyset
from keys.errors import IntegrityError, KeysError
from keys.keyring import Keyring
from keys.keyset_file import NamedRoot
from keys.rotation import RotatableKey, distribute
from masking_service.audit.log import AuditLog
from masking_service.rotation import coordinator
from masking_service.rotation.coordinator import Coordinator
from masking_service.runtime.clock import clock, today
from masking_service.service.people.clients import ClientRegistry, key_bytes
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.layout import record_key, record_stems
from tests.audit.logs import full_entry
from tests.cli.conftest import Command
from tests.rotation.processes import Process
from tests.store import stores
from tests.store.stores import NOW, NUMBER


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def leaver(command: Command) -> Command:
    return partial(command, "keys", "leaver", "--yes")


@pytest.fixture
def printer(command: Command) -> str:
    """The API key of a client, and a store that is in use."""
    assert command("keys", "init").exit_code == 0
    added = command("clients", "add", "printer", "--role", "label-printer")
    assert added.exit_code == 0, added.output
    return added.stdout.strip()


def wait_for_the_next_second() -> None:
    """A key that was made in the second of the plan counts as one that was made before it."""
    time.sleep(1 - time.time() % 1)


def hashes(keyring: Keyring) -> list[str]:
    keys = keyring.tenant("default")
    return keys.audit_hashes("waybill", keys.bases([NUMBER])[0].hex())


class Thief:
    """Holds a copy of everything that a machine of the service had, and gets a fresh copy of the store."""

    def __init__(self, path: Path, url: str, copy: Path, api_key: str) -> None:
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        self.keyring = Keyring(keyset.load(copy))
        self.url, self.api_key = url, api_key
        self.data_keys = self._unwrapped()

    def _unwrapped(self) -> dict[bytes, object]:
        wrapped = WrappedKeys(stores.admitted(self.url), self.keyring, bytes)
        return {
            key_id: self.keyring.open_data_key(stored.tenant, key_id, stored.wrapped)
            for batch in wrapped.all()
            for key_id, (stored, _) in batch.items()
            if stored.wrapped is not None
        }

    def opens(self) -> int:
        """How many values of the store open with a data key or a state key."""
        client, found = redis.Redis.from_url(self.url), 0
        states = [self.keyring.tenant(tenant).state for tenant in ("", "default")]
        for key in client.scan_iter(b"wm:*"):
            if client.type(key) == b"string":
                value = client.get(key)
                assert isinstance(value, bytes)
                for opener in (*self.data_keys.values(), *states):
                    try:
                        opener.open(value, key)  # type: ignore[attr-defined]  # one key, or several
                    except IntegrityError:
                        continue
                    found += 1
        return found

    def hashes(self) -> set[str]:
        """The keyed hashes of a number, by which entries about it can be told."""
        return {*hashes(self.keyring)}

    def finds(self) -> int:
        """Whether a number that is stored is found."""
        keys = self.keyring.tenant("default")
        (stem,) = record_stems(keys.bases([NUMBER]))
        return int(redis.Redis.from_url(self.url).exists(record_key(stem, 0)))

    def calls(self, path: Path, folder: Path) -> int:
        """Whether the API key is let in."""
        process = Process(path, self.url)
        registry = ClientRegistry(process.store, process.keyring, folder, os.urandom)
        registry.refresh()
        clients = registry.clients
        try:
            clients.authenticate(process.keyring.api_key_digest(key_bytes(self.api_key), clients.pepper), "::1", NOW)
        except Unauthenticated:
            return 0
        return 1


@pytest.mark.usefixtures("printer")
def test_the_next_root_key_is_the_one_that_is_named(
    leaver: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def rotating(_: Coordinator, which: RotatableKey, named: NamedRoot | None = None) -> None:
        asked.append((which, named))
        raise KeysError("the provider is not there")

    monkeypatch.setitem(vars(sys.modules["masking_service.cli.keys.leaver"]), "rotate", rotating)
    file = tmp_path / "root.json"
    file.write_text('{"provider": "transit", "name": "root", "version": 2}')

    assert str(leaver("--could", "host", "--root", str(file)).exception) == "the provider is not there"
    assert asked == [("root", NamedRoot("transit", "root", 2))]


def test_a_holder_of_every_old_secret_is_left_with_nothing(
    leaver: Command, command: Command, printer: str, tmp_path: Path, valkey: str
) -> None:
    path = tmp_path / "keyset.json"
    writer = Process(path, valkey)
    token = writer.token(writer.put(NUMBER, now=clock()))
    thief = Thief(path, valkey, tmp_path / "stolen.json", printer)
    other = tmp_path / "other"
    other.mkdir()
    assert (thief.opens() > 1, thief.finds(), thief.calls(path, other)) == (True, 1, 1)

    waiting = leaver("--could", "host")
    assert (waiting.exit_code, "printer" in waiting.output) == (1, True)
    wait_for_the_next_second()
    assert command("clients", "add", "printer").exit_code == 0
    done = leaver()
    assert done.exit_code == 0, (done.output, done.exception)

    assert (thief.opens(), thief.finds(), thief.calls(path, other)) == (0, 0, 0)
    assert Process(path, valkey).opens(token)
    assert thief.hashes().isdisjoint(hashes(Keyring(keyset.load(path)))[1:])
    verified = command("audit", "verify")
    assert verified.exit_code == 0, verified.output
    AuditLog(writer.store, thief.keyring.audit_signer, os.urandom, clock).append(full_entry(1))
    forged = command("audit", "verify")
    assert (forged.exit_code, "its key ended" in forged.output) == (1, True), forged.output


def test_the_report_names_each_step_and_what_is_left_to_do(leaver: Command, printer: str, tmp_path: Path) -> None:
    done = leaver("--could", "keys", "--could", "store")

    assert done.exit_code == 0, (done.output, done.exception)
    (report,) = tmp_path.glob("leaver-*.md")
    text = report.read_text()
    rotated = ("root", "token", "clients", "state", "index", "search", "audit")
    for step in (*(f"rotate {use}" for use in rotated), "rewrap", "reseal"):
        assert f"| {step} |" in text
    assert "revoke API keys" not in text
    assert "- [ ] Change the password of the store's user" in text
    assert not (tmp_path / "leaver.json").exists()
    assert report.stat().st_mode & 0o077 == 0


def test_who_had_the_store_alone_has_nothing_that_turns_over(leaver: Command, printer: str, tmp_path: Path) -> None:
    before = (tmp_path / "keyset.json").read_bytes()

    done = leaver("--could", "store")

    assert done.exit_code == 0
    assert (tmp_path / "keyset.json").read_bytes() == before
    assert "audit verify --store" in done.output


def test_a_run_that_was_interrupted_goes_on_and_no_other_begins(
    leaver: Command, command: Command, printer: str, tmp_path: Path
) -> None:
    assert leaver("--could", "host").exit_code == 1
    serial = keyset.read(tmp_path / "keyset.json")[0].serial

    refused = leaver("--could", "store")
    wait_for_the_next_second()
    assert command("clients", "add", "printer").exit_code == 0
    done = leaver()

    assert refused.exit_code == 2
    assert done.exit_code == 0, (done.output, done.exception)
    assert keyset.read(tmp_path / "keyset.json")[0].serial == serial


def test_keys_of_an_interrupted_rotation_and_reseal_turn_over_too(
    leaver: Command, command: Command, printer: str, tmp_path: Path, valkey: str
) -> None:
    """The person may have copied the keyset while a key of it was only distributed."""
    path = tmp_path / "keyset.json"
    Process(path, valkey).put(NUMBER, now=clock())
    uses: tuple[RotatableKey, ...] = ("root", "token", "client", "state", "index", "search", "audit")
    for which in uses:
        distribute(path, which, today())
    (tmp_path / "reseal.json").write_text('{"day":0,"numbers":{}}')
    (tmp_path / "reseal.json").chmod(0o600)
    thief = Thief(path, valkey, tmp_path / "stolen.json", printer)

    done = leaver("--could", "keys")

    assert done.exit_code == 0, (done.output, done.exception)
    now, stolen = keyset.load(path), thief.keyring.keyset
    known = {use for use, version in now.active.items() if now.secrets[use, version] in stolen.secrets.values()}
    assert (known, now.active_root in stolen.root_ids) == ({"tag"}, False)
    assert (thief.opens(), thief.finds()) == (0, 0)


def test_a_plan_is_kept_before_its_first_step(
    leaver: Command, printer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Coordinator, "change", killed)
        assert leaver("--could", "keys").exit_code != 0

    done = leaver()

    assert done.exit_code == 0, (done.output, done.exception)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_happens_without_an_answer(command: Command, printer: str, tmp_path: Path) -> None:
    before = (tmp_path / "keyset.json").read_bytes()

    done = command("keys", "leaver", "--could", "keys", given=b"n\n")
    assert "Run `audit verify --store` before these steps" in done.output

    assert (done.exit_code, "rotate index" in done.stdout) == (1, True)
    assert (tmp_path / "keyset.json").read_bytes() == before


def test_it_must_be_said_what_the_person_could_have_had(leaver: Command, printer: str) -> None:
    assert leaver().exit_code == 2


@pytest.mark.parametrize("could", ["keys", "store"])
def test_without_a_set_up_it_asks_nothing_and_says_what_to_do(command: Command, could: str, tmp_path: Path) -> None:
    refused = command("keys", "leaver", "--could", could)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "keys init" in str(refused.exception) + refused.stderr
    assert [*tmp_path.iterdir()] == []


def test_where_nothing_turns_over_nothing_is_asked(command: Command, printer: str) -> None:
    done = command("keys", "leaver", "--could", "store")

    assert (done.exit_code, "Go on?" in done.output) == (0, False)
