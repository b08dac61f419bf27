"""Opens what the commands of `keys` that change something share: the keyset, its store, and progress bars."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from keys.keyring import Keyring
from keys.keyset_file import NamedRoot
from masking_service.cli.options import GIVEN_FILE
from masking_service.rotation.coordinator import Coordinator, Waiting
from masking_service.runtime.administration import OpenRegistries, opened_registry, opened_store
from masking_service.runtime.clock import today
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import Settings
from masking_service.store.client import Store
from masking_service.store.health import uphold

HOSTS_HAVE: Final = "masking_service.hosts_have"


def _read_root(context: click.Context, parameter: click.Parameter, file: Path | None) -> NamedRoot | None:
    if file is None:
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=NamedRoot)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise click.BadParameter(f"{file} does not describe a root key ({fault})", context, parameter) from None


def _keep(context: click.Context, _: click.Parameter, serial: int) -> None:
    context.meta[HOSTS_HAVE] = serial


wait = click.option(
    "--wait",
    "timeout",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="Seconds to wait, at each step, for the other processes to load the new keys.",
)
hosts_have = click.option(
    "--hosts-have",
    type=click.IntRange(0),
    default=0,
    expose_value=False,
    callback=_keep,
    help="With intake hosts: the serial of the keyset from which all hosts have got their part.",
)
"""For `opened_rotation`."""
root = click.option(
    "--root",
    "named",
    type=GIVEN_FILE,
    callback=_read_root,
    help="A JSON file that describes a root key at a provider (docs/keys.md); without it one is made here, where the "
    "present one is here.",
)
"""Gives a `NamedRoot`."""


@contextmanager
def opened_coordinator(state_dir: Path, timeout: float) -> Iterator[Coordinator]:
    """Open the keyset and its store for one command that changes keys. Progress is shown on standard error.

    Raises:
        KeysError, WrongStore, StoreUnavailable, SettingsError: why keys cannot be changed now.
    """
    settings = settings_of(state_dir)
    keyring = open_keyring(settings)
    with opened_store(settings, keyring) as store, _coordinating(settings, store, keyring, timeout) as coordinator:
        yield coordinator


@contextmanager
def opened_rotation(state_dir: Path, timeout: float) -> Iterator[tuple[Coordinator, OpenRegistries]]:
    """Open the same with the registry of clients and a recorder of audit entries. Raises as `opened_coordinator`."""
    settings = settings_of(state_dir)
    with (
        opened_registry(settings) as opened,
        _coordinating(settings, opened.store, opened.keyring, timeout) as coordinator,
    ):
        yield coordinator, opened


@contextmanager
def _coordinating(settings: Settings, store: Store, keyring: Keyring, timeout: float) -> Iterator[Coordinator]:
    uphold(store)  # what is destroyed here is gone at once; what takes its place must not be lost afterwards
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(*columns, console=Console(stderr=True)) as bars,
        Coordinator(
            settings.keyset,
            store,
            keyring,
            today=today(),
            random=os.urandom,
            waiting=Waiting(timeout, _shown_in(bars), click.get_current_context().meta.get(HOSTS_HAVE, 0)),
        ) as coordinator,
    ):
        yield coordinator


def _shown_in(bars: Progress) -> Callable[[str, int, int], None]:
    """Return what shows progress: one bar for each thing that is counted, in the order in which they come up."""
    tasks: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what)
        bars.update(tasks[what], completed=done, total=total)

    return show
