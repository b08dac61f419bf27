"""The commands of `pseudonyms permit`, and what is left when a permit has ended."""

import base64
import json
import os
import re
import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from keys import keyset
from keys.errors import KeysError
from keys.keyring import Keyring
from keys.pseudonyms import PseudonymKey
from masking_service.arrow import Permit
from masking_service.masking.normal_forms import normal_form
from masking_service.service.call.recorder import Recorder
from masking_service.service.vault.wrapped_keys import PERMIT_DAY
from masking_service.store.errors import StoreUnavailable
from masking_service.store.genesis import claim
from masking_service.store.layout import DATA_KEYS
from tests.cli.conftest import Command
from tests.rotation.processes import Process
from tests.store import stores

PHONES = [f"138{at:08d}" for at in range(2_000)]
"""In place of all mobile numbers: what is found among these is found among all."""


@pytest.fixture
def permit(command: Command, tmp_path: Path, valkey: str) -> Command:
    """Runs one command of `pseudonyms permit`, with a keyset and its store."""
    assert command("keys", "init").exit_code == 0
    claim(stores.admitted(valkey), Keyring(keyset.load(tmp_path / "keyset.json")), os.urandom)
    return partial(command, "pseudonyms", "permit")


def made(permit: Command, name: str, folder: Path, *, until: str = "2999-12-31") -> Permit:
    """A permit, as its job loads it."""
    assert permit("new", name, "--until", until, "--columns", "phone,name").exit_code == 0
    done = permit("open", name, "--output", str(folder / f"{name}.json"))
    assert done.exit_code == 0, (done.output, done.exception)
    return Permit.load(folder / f"{name}.json")


def pseudonyms(by: Permit) -> list[str | None]:
    return by.pseudonyms([("phone", phone) for phone in PHONES])


def test_a_permit_is_made_handed_to_its_job_listed_and_ended(permit: Command, tmp_path: Path, valkey: str) -> None:
    one, other = made(permit, "study-1", tmp_path), made(permit, "study-2", tmp_path)
    again = permit("open", "study-1", "--output", str(tmp_path / "again.json"))

    assert again.exit_code == 0
    assert Permit.load(tmp_path / "again.json") == one
    assert stat.S_IMODE((tmp_path / "again.json").stat().st_mode) == 0o600
    assert one.kinds == {"phone", "name"}
    assert not {*pseudonyms(one)} & {*pseudonyms(other)}
    ended = permit("end", "study-1")
    assert ended.exit_code == 0, (ended.output, ended.exception)
    assert [line.split("  ") for line in permit("list").output.splitlines() if line.startswith("study")] == [
        ["study-1", "2999-12-31", "phone,name", "ended"],
        ["study-2", "2999-12-31", "phone,name", "in use"],
    ]
    assert "the permit study-1 has ended" in permit("open", "study-1", "--output", str(tmp_path / "late.json")).output
    assert not (tmp_path / "late.json").exists()
    assert pseudonyms(made_again(permit, "study-2", tmp_path)) == pseudonyms(other)


def made_again(permit: Command, name: str, folder: Path) -> Permit:
    assert permit("open", name, "--output", str(folder / "after.json")).exit_code == 0
    return Permit.load(folder / "after.json")


def test_after_its_end_no_backup_and_no_key_that_is_left_tells_whose_a_pseudonym_is(
    permit: Command, command: Command, tmp_path: Path, valkey: str
) -> None:
    """The attacker has the pseudonyms, dumps of before and after, every key that is left, and all numbers."""
    wanted = {*pseudonyms(made(permit, "study-1", tmp_path))}
    made(permit, "study-2", tmp_path)
    process = Process(tmp_path / "keyset.json", valkey)
    process.put("SF0000000001")
    with redis.Redis.from_url(valkey) as client:
        backup = client.hgetall(DATA_KEYS)
        before = Keyring(keyset.load(tmp_path / "keyset.json"))
        (key_id,) = [before.tenant("default").data_key_id(PERMIT_DAY, 0)]
        held = process.vault.data_keys._wrapped.get([key_id])[0][0]
        assert held is not None
        assert held.wrapped is not None
        assert attack(wanted, [before.open_permit_key("default", key_id, held.wrapped)]) == len(PHONES)

        assert permit("end", "study-1").exit_code == 0
        left = keyset.load(tmp_path / "keyset.json")
        client.delete(DATA_KEYS)
        client.hset(DATA_KEYS, mapping=backup)  # the store comes back from the backup

    after = Keyring(left)
    with pytest.raises(KeysError):
        after.open_permit_key("default", key_id, held.wrapped)
    others = [Permit.load(tmp_path / "study-2.json").key, *left.secrets.values()]
    assert attack(wanted, others) == 0
    (surviving,) = tmp_path.glob("surviving-keys-*.json")
    assert command("keys", "restore", str(surviving)).exit_code == 0
    assert [line.split("  ")[-1] for line in permit("list").output.splitlines() if line.startswith("study")] == [
        "ended",
        "in use",
    ]


def attack(wanted: set[str | None], keys: list[bytes]) -> int:
    """How many pseudonyms are found by computing those of all numbers under every key."""
    forms = [normal_form("phone", phone) or "" for phone in PHONES]
    guesses = {guess for key in keys for guess in PseudonymKey(key).of("phone", forms)}
    return len(guesses & wanted)


def test_each_act_is_in_the_audit_log(permit: Command, tmp_path: Path, client: redis.Redis) -> None:
    made(permit, "study-1", tmp_path)
    assert permit("end", "study-1").exit_code == 0
    assert permit("end", "study-1").exit_code == 0

    writers: Any = client.keys("wm:{audit*w:*")
    read: Any = client.xrange
    entries = [entry for writer in writers for entry in read(writer)]
    told = str(entries)  # each command has a writer of its own, so there is no order among them
    assert sorted(re.findall(r"permit-\w+", told)) == ["permit-end", "permit-new", "permit-open"]
    assert told.count("permit/study-1") == 3


def test_nothing_is_done_without_its_entry(
    permit: Command, tmp_path: Path, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(permit, "study-1", tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable("not-durable")

    monkeypatch.setattr(Recorder, "record", fails)
    for words in ("new study-2 --until 2999-12-31 --columns phone", "open study-1 --output late.json", "end study-1"):
        assert isinstance(permit(*words.split()).exception, StoreUnavailable)
    monkeypatch.undo()

    assert not Path("late.json").exists()
    assert [line.split("  ")[-1] for line in permit("list").output.splitlines() if line.startswith("study")] == [
        "in use"
    ]
    assert made_again(permit, "study-1", tmp_path) == one


def test_permits_that_are_over_are_ended_together(
    permit: Command, tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(permit, "study-1", tmp_path, until="2999-12-30")
    made(permit, "study-2", tmp_path)
    assert "no permit is over" in permit("end").output

    monkeypatch.setattr("masking_service.cli.pseudonyms.today", lambda: "2999-12-31")
    listed = permit("list").output
    refused = permit("open", "study-1", "--output", str(tmp_path / "late.json")).output
    ended = permit("end", "--export", str(tmp_path / "surviving.json"))

    assert "over, to be ended" in listed
    assert "the permit study-1 has ended" in refused
    assert ended.exit_code == 0, (ended.output, ended.exception)
    assert [line.split("  ")[-1] for line in permit("list").output.splitlines() if line.startswith("study")] == [
        "ended",
        "in use",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("new study-1 --until 2999-12-31 --columns phone", "was used before"),
        ("new Study --until 2999-12-31 --columns phone", "a permit's name is"),
        ("new study-13800138009 --until 2999-12-31 --columns phone", "no phone or the like"),
        ("new study-3 --until 2999-12-31 --columns text", "pseudonyms are for"),
        ("new study-3 --until 2001-01-01 --columns phone", "is over"),
        ("new study-3 --until tomorrow --columns phone", "takes a date"),
        ("open study-3 --output x.json", "there is no permit"),
        ("end study-3", "there is no permit"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(permit: Command, words: str, why: str) -> None:
    assert permit("new", "study-1", "--until", "2999-12-31", "--columns", "phone").exit_code == 0

    done = permit(*words.split())

    assert done.exit_code == 2
    assert why in done.output


def test_no_more_permits_are_made_than_have_numbers(permit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.service.pseudonyms.state._MAX_PERMITS", 2)
    done = [permit("new", f"study-{at}", "--until", "2999-12-31", "--columns", "phone") for at in range(3)]

    assert [one.exit_code for one in done] == [0, 0, 2]
    assert "there are too many permits" in done[2].output


def test_a_file_that_is_no_permit_is_refused_without_its_content(tmp_path: Path) -> None:
    key = base64.b64encode(bytes(16)).decode()
    (tmp_path / "permit.json").write_text(
        json.dumps({"permit": "a", "until": "2999-12-31", "columns": ["phone"], "key": key})
    )

    with pytest.raises(ValueError, match="not a permit file") as refusal:
        Permit.load(tmp_path / "permit.json")
    assert key not in str(refusal.value)


@pytest.mark.parametrize(("act", "option"), [("open", "--output"), ("end", "--export")])
def test_a_file_in_a_folder_that_is_missing_is_refused_before_anything_is_done(
    permit: Command, tmp_path: Path, act: str, option: str
) -> None:
    made(permit, "study-1", tmp_path)

    refused = permit(act, "study-1", option, str(tmp_path / "missing" / "file.json"))

    assert refused.exit_code == 2
    assert f"{tmp_path / 'missing'} is no folder" in refused.output
    assert "study-1  2999-12-31  phone,name  in use" in permit("list").output
