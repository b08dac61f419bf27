"""`keys status`: tables for the holder of the keys. Nothing in them is a key."""

import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from keys import keyset
from keys.keyset_file import day_of
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.rotation.overview import KeyLine, Overview, Terms, overview, overview_of_file
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import today
from masking_service.runtime.key_files import key_files
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import SettingsError
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.people.policy import Policy
from masking_service.service.people.rules import KeyRules
from masking_service.store.errors import StoreUnavailable, WrongStore


def show(state_dir: Path, session_key: Path | None) -> None:
    """Print what is known of every key. Without its store, what the keyset file alone says.

    Args:
        session_key: the file of the desk's session key, if it is to be shown, too.

    Raises:
        KeysError: the keyset cannot be used.
    """
    path = state_dir / "keyset.json"
    file, _ = keyset.read(path)
    console = Console(highlight=False)
    try:
        (found, rules, files), missing = _with_store(state_dir), ""
    except (SettingsError, StoreUnavailable, WrongStore) as fault:
        rules, files = KeyRules(), {}
        found, missing = overview_of_file(file, rules, day_of(today())), str(fault)
    if session_key is not None:
        files = {**files, "desk-session": session_key.stat().st_mtime}
    of_files = [_of_file(use, written) for use, written in files.items()]
    old = [
        f"the key file of {one.use} is older than {rules.secrets} days" for one in of_files if one.age > rules.secrets
    ]
    console.print(f"{path}: serial {file.serial}, last change: {file.last}, made for {file.made_for}", soft_wrap=True)
    console.print(_table([*found.keys, *of_files]))
    if missing:
        console.print(f"The store does not say more: {missing}", markup=False, soft_wrap=True)
    else:
        console.print(_processes(found))
    for due in [*found.due, *old] or ["nothing that the file alone shows" if missing else "nothing"]:
        console.print(f"due: {due}", markup=False, soft_wrap=True)


def _of_file(use: str, written: float) -> KeyLine:
    age = max(day_of(today()) - int(written) // SECONDS_A_DAY, 0)
    return KeyLine(use, "file", "active", age, None, "what both ends sign or seal with it")


def _with_store(state_dir: Path) -> tuple[Overview, KeyRules, Mapping[str, float]]:
    settings = settings_of(state_dir)
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    terms = Terms(policy.longest_retention_days, policy.rules.keys)
    with opened_store(settings, keyring) as store:
        registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
        registry.load_snapshot()
        registry.refresh()
        file = keyset.read(settings.keyset)[0]
        found = overview(file, store, keyring, terms, day_of(today()), registry.clients)
        return found, terms.rules, key_files(settings, policy.rules)


def _table(lines: list[KeyLine]) -> Table:
    table = Table("use", "key", "state", "age", "uses", "what depends on it")
    for line in lines:
        age = f"{line.age} d" if line.age else "today"
        table.add_row(line.use, line.key, line.state, age, "" if line.uses is None else f"{line.uses:,}", line.depends)
    return table


def _processes(found: Overview) -> Table:
    table = Table("process", "keyset", "fault")
    for beat in found.processes:
        table.add_row(beat.where, "this one" if beat.digest == found.digest else f"serial {beat.serial}", beat.fault)
    if not found.processes:
        table.add_row("(none is serving)", "", "")
    return table
