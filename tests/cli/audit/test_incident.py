"""What `audit incident` refuses, and what it says where persons cannot be counted: on standard error."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from masking_audit.cli.incident import _counted, _for_victims, _numbers_by_hash
from masking_service.store.errors import StoreUnavailable
from tests.keys.known import known_keyring
from tests.store.stores import NUMBER


def test_persons_are_counted_or_it_is_said_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> int:
        raise StoreUnavailable("listing")

    assert (_counted(lambda: 7), capsys.readouterr()) == (7, ("", ""))
    assert _counted(refuse) is None
    assert capsys.readouterr() == (
        "",
        "The persons are not counted: the store's user may not list keys. Name one that may in MASKING_REDIS_URL "
        "(examples/redis-auditor.acl).\n",
    )


def test_a_store_that_does_not_answer_is_an_error() -> None:
    def fail() -> int:
        raise StoreUnavailable("timeout")

    with pytest.raises(StoreUnavailable, match="timeout"):
        _counted(fail)


def test_letters_about_kinds_that_this_release_does_not_know_are_refused() -> None:
    log: Any = SimpleNamespace(asked=SimpleNamespace(begin=0, end=60))

    assert _for_victims(log, set(), ["soul"]) == {}
    assert sorted(_for_victims(log, {NUMBER}, ["phone"])) == ["letter.en.md", "letter.zh.md", "victims.csv"]
    with pytest.raises(click.ClickException, match="letters: no name for values of the kind soul; use the release"):
        _for_victims(log, {NUMBER}, ["soul"])


def test_a_listed_word_that_is_no_waybill_number_is_named_by_its_place(tmp_path: Path) -> None:
    path, keys = tmp_path / "waybills.txt", known_keyring().tenant("default")
    path.write_text(f"{NUMBER.lower()}\n\nYT8800212345679 no\n", "utf-8")

    with pytest.raises(click.BadParameter, match=f"number 3 in {path} is not a waybill number"):
        _numbers_by_hash(keys, path)
    path.write_text(f"{NUMBER.lower()}\n", "utf-8")
    assert _numbers_by_hash(keys, path) == {keys.waybill_hashes(keys.bases([NUMBER]))[0]: NUMBER}
