"""`keys split` and `keys hosts`: the keysets of intake hosts, and the list of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.table import Table

from keys import tiers
from keys.files import write_secret_file
from keys.keyset import Keyset, read
from keys.keyset_file import HostEntry
from masking_service.cli.keys.opened import opened_coordinator, wait
from masking_service.cli.options import FILE, GIVEN_FILE, Checked, state_dir
from masking_service.rotation.coordinator import Coordinator
from masking_service.runtime.clock import today

PUBLIC_SUFFIX = ".host.json"
PUBLIC_MODE = 0o644


def _host_name(text: str) -> str:
    """Return the name of an intake host, where it is one."""
    if not (text.isascii() and 1 <= len(text) <= 64 and text.replace("-", "").replace(".", "").isalnum()):
        raise ValueError(f"{text!r} is no name of a host: 1 to 64 of A-Z a-z 0-9 . -")
    return text


HOST_NAME: Final = Checked("name", _host_name)


@click.command()
@click.argument("name", type=HOST_NAME)
@click.option(
    "--out",
    type=FILE,
    required=True,
    help="The file for the host's keyset. If it exists, the host's own keys in it are kept.",
)
@wait
@state_dir
def split(name: str, out: Path, timeout: float, state_dir: Path) -> None:
    """Make the keyset of an intake host.

    The host NAME can store with it, and cannot open. Beside it, a file that ends with .host.json is for `keys hosts
    enrol`. Run it again for a host after `keys rotate`.
    """
    with opened_coordinator(state_dir, timeout) as coordinator:
        coordinator.finish_last_change()
        before = coordinator.keyring.keyset.digest
        opened = tiers.begin_split(coordinator.path, today())
        if opened.digest != before:
            coordinator.change(opened)
    entry = tiers.make_intake_keyset(opened, name, out, today())
    public = out.with_name(out.name.removesuffix(".json") + PUBLIC_SUFFIX)
    write_secret_file(public, msgspec.json.format(msgspec.json.encode(entry), indent=2) + b"\n", replace=True)
    public.chmod(PUBLIC_MODE)
    click.echo(f"{out} is the keyset of {name}: put it there as keyset.json, over a confidential channel.")
    if not any(known.name == name for known in read(state_dir / "keyset.json")[0].hosts):
        click.echo(f"Then run: keys hosts enrol {public}")


@click.group()
def hosts() -> None:
    """Enrol, list and revoke intake hosts."""


@hosts.command()
@click.argument("file", type=GIVEN_FILE)
@wait
@state_dir
def enrol(file: Path, timeout: float, state_dir: Path) -> None:
    """Enrol an intake host: what it signs is accepted.

    FILE is the .host.json of `keys split`.
    """
    try:
        entry = msgspec.json.decode(file.read_bytes(), type=HostEntry)
    except msgspec.DecodeError as fault:
        raise click.BadParameter(f"{file} does not describe a host ({fault})") from None
    _change(state_dir, timeout, lambda coordinator: tiers.enrol(coordinator.path, entry, today()))
    click.echo(f"{entry.name} is enrolled, with the id {tiers.id_of(entry)}. Back up {state_dir / 'keyset.json'} now.")


@hosts.command()
@click.argument("name", type=HOST_NAME)
@wait
@state_dir
def revoke(name: str, timeout: float, state_dir: Path) -> None:
    """Revoke the intake host NAME, and all that it has ever signed.

    What it stored cannot be opened from then on. Leave a host that was not compromised enrolled until its last
    records have expired.
    """
    _change(state_dir, timeout, lambda coordinator: tiers.revoke(coordinator.path, name, today()))
    click.echo(f"{name} is revoked, and opening what it stored raises an alarm. Back up the keyset now.")


@hosts.command(name="list")
@state_dir
def list_hosts(state_dir: Path) -> None:
    """Show the intake hosts."""
    table = Table("host", "id", "state", "since")
    for entry in read(state_dir / "keyset.json")[0].hosts:
        table.add_row(entry.name, tiers.id_of(entry), entry.state, entry.since)
    Console(highlight=False).print(table)


def _change(state_dir: Path, timeout: float, change: Callable[[Coordinator], Keyset]) -> None:
    with opened_coordinator(state_dir, timeout) as coordinator:
        coordinator.finish_last_change()
        coordinator.change(change(coordinator))
