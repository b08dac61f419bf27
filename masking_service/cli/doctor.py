"""`doctor`: prints each setting with its source, checks the set-up, and says how to fix each fault."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from keys.errors import KeysError
from masking_service.cli.announcement import not_ready
from masking_service.cli.checks import checks, described_tier
from masking_service.cli.options import state_dir
from masking_service.cli.texts import DOCTOR, NOT_READY, NOT_SERVED, SAME_FAULT, SERVED_AT
from masking_service.runtime.settings import VARIABLES, SettingsError
from masking_service.runtime.state_files import served_address
from masking_service.store.errors import StoreUnavailable
from masking_service.store.reasons import told as store_told
from masking_service.texts import say


@click.command()
@state_dir
def doctor(state_dir: Path) -> None:
    """Check the set-up; exits with 1 if something is wrong. What could not be checked is marked with `?`."""
    console = Console(highlight=False)
    table = Table(*(say(DOCTOR[name]) for name in ("setting", "value", "source")))
    for name, default in VARIABLES.items():
        given = os.environ.get(name)
        shown = say(DOCTOR["set"]) if given and name in {"MASKING_REDIS_URL", "MASKING_ALERT_URL"} else given or default
        table.add_row(name, shown, say(DOCTOR["environment" if given else "default"]))
    console.print(table)
    address = served_address(state_dir)
    reason = not_ready(address) if address else ""
    served = NOT_READY if reason else SERVED_AT if address else NOT_SERVED
    console.print(say(served, address=address, reason=reason), markup=False)
    with suppress(KeysError, SettingsError):  # which the checks name
        console.print(described_tier(state_dir), markup=False)
    failed: dict[str, str] = {}  # a fault, and the first check that met it
    for what, look in checks(state_dir):
        named = say(what)
        try:
            found = look()
        except Exception as fault:
            told = say(store_told(fault)) if isinstance(fault, StoreUnavailable) else str(fault) or type(fault).__name__
            first = failed.setdefault(told, named)
            console.print(f"[red]✗[/red] {named}: ", end="")
            console.print(told if first == named else say(SAME_FAULT, check=first), markup=False)
        else:
            untried = found if isinstance(found, str) else ""
            console.print(f"[yellow]?[/yellow] {named}: " if untried else f"[green]✓[/green] {named}", end="")
            console.print(untried, markup=False)
    sys.exit(1 if failed else 0)
