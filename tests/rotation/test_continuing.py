"""Every command that changes keys first finishes the change that an earlier command began."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from keys.files import write_secret_file
from masking_service.cli import pseudonyms
from masking_service.cli.keys import commands
from masking_service.cli.keys.leaver import _revoke_hosts
from masking_service.rotation import index, reseal, rotate, search, shred, state
from tests.keys.known import known_keyring

Command = Callable[[Any, Path], object]
NONE: Any = None
"""A part that no command may use yet."""


class Unfinished(Exception):
    """What the earlier change began cannot be finished."""


def restored(coordinator: Any, folder: Path) -> object:
    export = folder / "surviving.json"
    write_secret_file(export, msgspec.json.encode(shred.SurvivingKeys(shred.FORMAT, "", {})), replace=True)
    return shred.restore(coordinator, export)


def resealed(coordinator: Any, folder: Path) -> object:
    write_secret_file(folder / reseal.STARTED, b"{}", replace=True)
    return reseal.reseal(coordinator, NONE, NONE, lambda: 0)


def permitted(_: Any, folder: Path) -> object:
    return called(pseudonyms.new, "p", "2999-01-01", "phone", "default", 0.0, folder)


def split(_: Any, folder: Path) -> object:
    return called(commands.split, "host", folder / "host.json", 0.0, folder)


def _opened(coordinator: Any) -> Any:
    return SimpleNamespace(coordinator=coordinator)


def _split(coordinator: Any) -> Any:
    return SimpleNamespace(**vars(coordinator) | {"keyring": SimpleNamespace(publication=b""), "require_hosts": NONE})


def called(command: Any, *arguments: object) -> object:
    return command.callback(*arguments)


COMMANDS: dict[str, Command] = {
    "rotate": lambda coordinator, _: rotate.rotate(coordinator, "token"),
    "rotate data": lambda coordinator, _: rotate.rotate_data(coordinator, 0),
    "rotate audit": lambda coordinator, _: rotate.rotate_audit(coordinator, NONE),
    "rotate clients": lambda coordinator, _: rotate.rotate_clients(coordinator, NONE, NONE),
    "rotate index": lambda coordinator, _: index.rotate_index(coordinator, NONE, NONE, NONE),
    "rotate state": lambda coordinator, _: state.rotate_state(coordinator, NONE, NONE, NONE),
    "rotate search": lambda coordinator, _: search.rotate_search(coordinator, NONE, NONE),
    "rotate publication": lambda coordinator, _: rotate.rotate_publication(_split(coordinator)),
    "rewrap": lambda coordinator, _: shred.rewrap(coordinator),
    "shred": lambda coordinator, folder: shred.shred(coordinator, "2026-01-01", folder / "surviving.json"),
    "restore": restored,
    "reseal": lambda coordinator, _: reseal.reseal(coordinator, NONE, NONE, lambda: 0),
    "reseal again": resealed,
    "hosts": lambda _, folder: commands._change(folder, 0.0, NONE),
    "hosts split": split,
    "leaver": lambda coordinator, _: _revoke_hosts(_opened(coordinator)),
    "permit": permitted,
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_does_nothing_before_the_last_change_is_finished(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coordinator without any other part: what is done first would be an error of another kind."""

    def unfinished() -> str:
        raise Unfinished

    keys = known_keyring()
    coordinator = SimpleNamespace(finish_last_change=unfinished, path=tmp_path / "keyset.json", keyring=keys)
    monkeypatch.setattr(commands, "opened_coordinator", lambda *_: nullcontext(coordinator))
    opened = coordinator, SimpleNamespace(keyring=keys)
    monkeypatch.setattr(pseudonyms, "opened_rotation", lambda *_: nullcontext(opened))

    with pytest.raises(Unfinished):
        command(coordinator, tmp_path)
