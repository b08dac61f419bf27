"""`keys`: the keyset, from its making on. Keys are handled here and nowhere else."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from keys import keyset
from masking_service.cli.options import state_dir
from masking_service.timestamps import today


@click.group()
def keys() -> None:
    """Make and look after the keys."""


@keys.command()
@state_dir
def init(state_dir: Path) -> None:
    """Make a keyset for production. An existing one is never overwritten."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state_dir / "keyset.json"
    keyset.create(path, made_for="production", today=today())
    click.echo(f"{path} is made. Back it up now, apart from the data: without it nothing stored can be read.")


@keys.command()
@state_dir
def status(state_dir: Path) -> None:
    """Show every key in the keyset, without the keys."""
    table = Table("use", "id or version", "state", "made on")
    file, _ = keyset.read(state_dir / "keyset.json")
    for root in file.roots:
        table.add_row("root", root.id, root.state, root.created)
    for secret in file.secrets:
        table.add_row(secret.use, str(secret.version), secret.state, secret.created)
    Console().print(table)
