"""`keys status`: tables for the holder of the keys.

Nothing in them is a key.
"""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from keys import keyset
from keys.keyset_file import day_of
from masking_service.rotation.overview import KeyLine, Overview, Terms, overview, overview_of_file
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import today
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import SettingsError
from masking_service.runtime.wiring import open_keyring
from masking_service.service.people.policy import Policy
from masking_service.service.people.registry import ClientRegistry
from masking_service.service.people.rules import KeyRules
from masking_service.store.errors import StoreUnavailable
from masking_service.store.identity import WrongStore


def show(state_dir: Path) -> None:
    """Print what is known of every key. Without its store, what the keyset file alone says.

    Raises:
        KeysError: the keyset cannot be used.
    """
    path = state_dir / "keyset.json"
    file, _ = keyset.read(path)
    console = Console(highlight=False)
    try:
        found, missing = _with_store(state_dir), ""
    except (SettingsError, StoreUnavailable, WrongStore) as fault:
        found, missing = overview_of_file(file, KeyRules(), day_of(today())), str(fault)
    console.print(f"{path}: serial {file.serial}, last change: {file.last}, made for {file.made_for}", soft_wrap=True)
    console.print(_table(found.keys))
    if missing:
        console.print(f"The store does not say more: {missing}", markup=False, soft_wrap=True)
    else:
        console.print(_processes(found))
    for due in found.due or ["nothing"]:
        console.print(f"due: {due}", markup=False, soft_wrap=True)


def _with_store(state_dir: Path) -> Overview:
    settings = settings_of(state_dir)
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    terms = Terms(policy.longest_retention_days, policy.rules.keys)
    with opened_store(settings, keyring) as store:
        registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
        registry.load_snapshot()
        registry.refresh()
        file = keyset.read(settings.keyset)[0]
        return overview(file, store, keyring, terms, day_of(today()), registry.clients)


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
