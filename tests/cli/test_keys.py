"""The commands of `keys` in this process: those of docs/keys.md, and how each refuses."""

import json
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from keys import keyset
from keys.errors import KeysError, KeysetError
from keys.keyring import Keyring
from keys.keyset_file import USES, NamedRoot, date_of, day_of
from keys.rotation import distribute
from masking_service.rotation import coordinator
from masking_service.rotation.coordinator import ProcessesBehindError
from masking_service.runtime.clock import clock, today
from masking_service.runtime.settings import SettingsError
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.genesis import claim
from tests.cli.conftest import Command
from tests.rotation.processes import Process
from tests.store import stores

ROOT = Path(__file__).parents[2]
TOLD = re.findall(
    r"^python -m masking_service keys (.+)$",
    "\n".join(re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "keys.md").read_text(), re.MULTILINE | re.DOTALL)),
    re.MULTILINE,
)
"""Every command that docs/keys.md gives to be run, in its order."""


@pytest.fixture
def keys(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs one command of `keys`, which shows wide tables."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    return partial(command, "keys")


@pytest.fixture
def path(keys: Command, tmp_path: Path, valkey: str) -> Path:
    """The keyset of a store that is in use."""
    assert keys("init").exit_code == 0
    path = tmp_path / "keyset.json"
    claim(stores.admitted(valkey), Keyring(keyset.load(path)), os.urandom)
    return path


def expired() -> str:
    """The latest date before which every record has expired under the default policy."""
    return date_of(day_of(today()) - 180)


def test_every_command_of_the_document_does_what_it_says(keys: Command, tmp_path: Path, valkey: str) -> None:
    said = []
    for line in TOLD:
        surviving = tmp_path / f"surviving-keys-{expired()}.json"
        done = keys(*line.replace("DATE", expired()).replace("FILE", str(surviving)).split())
        assert done.exit_code == 0, (line, done.output, done.exception)
        said.append(line.split()[0])
        if line == "init":
            claim(stores.admitted(valkey), Keyring(keyset.load(tmp_path / "keyset.json")), os.urandom)
            Process(tmp_path / "keyset.json", valkey).put("SF0000000001")

    assert {*said} == {"init", "status", "rotate", "rewrap", "leaver", "reseal", "shred", "restore"}


def test_the_document_explains_every_command(keys: Command) -> None:
    (listed,) = re.findall(r"Commands:\n(.*)", keys("--help").stdout, re.DOTALL)

    in_tiers = re.findall(
        r"^python -m masking_service keys (\w+)", (ROOT / "docs" / "tiers.md").read_text(), re.MULTILINE
    )

    assert {line.split()[0] for line in TOLD} | set(in_tiers) == set(re.findall(r"^  (\w+) ", listed, re.MULTILINE))


def test_no_command_shows_a_key(keys: Command, path: Path) -> None:
    lines = ("rotate root", "rotate token", "rewrap", "status", f"shred --before {expired()}")
    shown = "".join(keys(*line.split()).output for line in lines)
    secrets = set(re.findall(r"[A-Za-z0-9+/=]{40,}", path.read_text()))

    assert [secret for secret in secrets if secret in shown] == []
    assert len(secrets) > 5


def test_days_inside_retention_are_shredded_only_when_told_so(keys: Command, path: Path) -> None:
    before = path.read_bytes()

    refused = keys("shred", "--before", date_of(day_of(expired()) + 1))

    assert (refused.exit_code, path.read_bytes()) == (2, before)
    assert f"records of days from {expired()} on have not expired" in refused.stderr
    assert keys("shred", "--before", today(), "--inside-retention").exit_code == 0


@pytest.mark.parametrize("before", ["2099-01-01", "yesterday", "", "2026-13-01"])
def test_days_to_come_and_no_days_are_refused(keys: Command, path: Path, before: str) -> None:
    content = path.read_bytes()

    refused = keys("shred", "--before", before, "--inside-retention")

    assert (refused.exit_code, path.read_bytes()) == (2, content)


def test_the_surviving_keys_go_where_they_are_told_to(keys: Command, path: Path, tmp_path: Path) -> None:
    export = tmp_path / "elsewhere.json"

    assert keys("shred", "--before", expired(), "--export", str(export)).exit_code == 0
    assert json.loads(export.read_text())["shredded_before"] == expired()


def test_nothing_is_shredded_under_another_policy_than_that_of_the_service(
    keys: Command, path: Path, valkey: str
) -> None:
    process = Process(path, valkey)
    process.watch.beat(process.store, "another")

    refused = keys("shred", "--before", expired())

    assert "another policy than the service has" in str(refused.exception)
    assert keyset.read(path)[0].shredded_before == ""


@pytest.mark.parametrize("arguments", [["rotate", "token"], ["rewrap"], ["shred", "--before", "2020-01-01"]])
def test_a_process_that_does_not_follow_is_named_and_nothing_is_activated(
    keys: Command, path: Path, valkey: str, arguments: list[str]
) -> None:
    process = Process(path, valkey)
    process.look()
    distribute(path, "token", today())

    refused = keys(*arguments, "--wait", "0")

    assert isinstance(refused.exception, ProcessesBehindError)
    assert f"1 of 1 processes have not followed: {os.uname().nodename}:{os.getpid()}." in str(refused.exception)
    assert keyset.load(path).active["token"] == 0


@pytest.mark.parametrize("arguments", [["rotate", "token"], ["rotate", "data"], ["rewrap"], ["restore", "nothing"]])
def test_a_store_of_other_keys_is_refused(keys: Command, path: Path, arguments: list[str]) -> None:
    path.unlink()
    keyset.create(path, made_for="production", today=today())

    assert isinstance(keys(*arguments).exception, WrongStore)


@pytest.mark.parametrize("line", ["rotate root", "rotate data", "rewrap", f"shred --before {expired()}"])
def test_keys_are_not_changed_in_a_store_that_may_lose_what_takes_their_place(
    keys: Command, path: Path, tmp_path: Path, lossy: Callable[[], object], line: str
) -> None:
    content = path.read_bytes()
    lossy()

    refused = keys(*line.split()).exception

    assert isinstance(refused, StoreUnavailable)
    assert (refused.reason, path.read_bytes(), [*tmp_path.glob("surviving*")]) == ("not-durable", content, [])


def test_keys_are_not_changed_without_a_store(keys: Command, path: Path) -> None:
    content = path.read_bytes()

    assert isinstance(keys("rotate", "token", store="").exception, SettingsError)
    assert path.read_bytes() == content


def test_the_status_without_a_store_shows_the_file(keys: Command, path: Path) -> None:
    shown = keys("status", store="").stdout

    assert re.findall(r"│ ([\w-]+) +│ \S+ +│ active", shown) == ["root", *USES]
    assert "The store does not say more: MASKING_REDIS_URL must say where the store is" in shown
    assert shown.splitlines()[-1] == "due: nothing that the file alone shows"


def test_the_status_shows_the_age_of_the_desks_session_key_and_when_it_is_too_old(
    keys: Command, path: Path, tmp_path: Path
) -> None:
    session_key = tmp_path / "session-key"
    session_key.write_text("ab" * 32)
    os.utime(session_key, (clock() - 366 * 86_400,) * 2)

    old = keys("status", "--session-key", session_key).stdout
    os.utime(session_key, (clock(),) * 2)
    new = keys("status", "--session-key", session_key).stdout

    assert re.search(r"desk-session +│ file +│ active +│ 366 d", old), old
    assert "due: the key file of desk-session is older than 365 days" in old
    assert (re.search(r"desk-session +│ file +│ active +│ today", new) is not None, "desk-session is" in new) == (
        True,
        False,
    )


def test_the_status_shows_processes_and_what_keeps_them_from_following(keys: Command, path: Path, valkey: str) -> None:
    process = Process(path, valkey)
    content = path.read_bytes()
    path.write_bytes(content[:50])
    process.look()
    path.write_bytes(content)

    shown = keys("status").stdout

    assert re.search(rf"{os.getpid()} +│ this one +│ \S+keyset.json: is truncated or not a keyset", shown)


@pytest.mark.parametrize("verb", ["status", "rotate", "rewrap"])
def test_a_keyset_that_cannot_be_used_is_named(keys: Command, path: Path, verb: str) -> None:
    path.chmod(0o604)

    refused = keys(verb, *(["token"] if verb == "rotate" else []))

    assert isinstance(refused.exception, KeysetError)
    assert str(refused.exception).startswith(f"{path}: its mode 0604 gives others access")


def test_a_root_key_elsewhere_is_read_from_its_description(keys: Command, path: Path, tmp_path: Path) -> None:
    description = tmp_path / "root.json"
    description.write_text('{"provider": "transit", "name": "root"}')

    refused = keys("rotate", "root", "--root", str(description))

    assert isinstance(refused.exception, KeysError)
    assert "the member transit is missing" in str(refused.exception)


@pytest.mark.parametrize("content", ["", "[]", '{"provider": "paper", "name": "x"}', '{"provider": "pkcs11"}'])
def test_what_describes_no_root_key_is_refused(keys: Command, path: Path, tmp_path: Path, content: str) -> None:
    description = tmp_path / "root.json"
    description.write_text(content)

    refused = keys("rotate", "root", "--root", str(description))

    assert refused.exit_code == 2
    assert "does not describe a root key" in refused.stderr


@pytest.mark.parametrize("which", ["data", "token"])
def test_only_a_root_key_can_be_elsewhere(keys: Command, path: Path, tmp_path: Path, which: str) -> None:
    description = tmp_path / "root.json"
    description.write_text('{"provider": "transit", "name": "root"}')

    assert keys("rotate", which, "--root", str(description)).exit_code == 2


def test_the_descriptions_in_the_document_are_some() -> None:
    told = re.findall(r"^```json\n(.*?)^```", (ROOT / "docs" / "keys.md").read_text(), re.MULTILINE | re.DOTALL)

    assert [msgspec.json.decode(text, type=NamedRoot).provider for text in told] == ["pkcs11", "transit"]


@pytest.mark.parametrize("suite", ["aes-256-gcm", "sm4-gcm"])
def test_a_site_chooses_its_suite_when_the_keyset_is_made(keys: Command, tmp_path: Path, suite: str) -> None:
    assert keys("init", "--suite", suite).exit_code == 0
    assert keyset.read(tmp_path / "keyset.json")[0].suite == suite


def test_the_session_key_of_the_desk_is_replaced(keys: Command, tmp_path: Path) -> None:
    path = tmp_path / "session-key"
    path.write_text("ab" * 32)
    path.chmod(0o600)

    done = keys("rotate", "session", "--session-key", str(path))

    assert (done.exit_code, path.read_text() != "ab" * 32) == (0, True)
    assert [
        keys(*words).exit_code for words in (["rotate", "session"], ["rotate", "token", "--session-key", str(path)])
    ] == [2, 2]
