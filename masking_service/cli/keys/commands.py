"""The commands of `keys`. One that was interrupted goes on from there when it is run again."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

import click
import msgspec
from rich.console import Console
from rich.table import Table

from keys import keyset, tiers
from keys.files import write_secret_file
from keys.keyring import Keyring
from keys.keyset import Keyset, read
from keys.keyset_file import HostEntry, NamedRoot, date_of, day_of
from keys.suites import AES_256_GCM_SIV, SUITES
from masking_service.cli.keys.opened import hosts_have, opened_coordinator, opened_rotation, root, wait
from masking_service.cli.keys.rotations import ROTATIONS, Rotating, told
from masking_service.cli.keys.status import show
from masking_service.cli.numbers import numbers_in
from masking_service.cli.options import FILE, GIVEN_FILE, Checked, state_dir
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.index import find_numbers
from masking_service.rotation.reseal import reseal as reseal_all
from masking_service.rotation.rotate import rotate as rotate_file
from masking_service.rotation.rotate import rotate_data, rotate_session
from masking_service.rotation.shred import restore as restore_surviving
from masking_service.rotation.shred import rewrap as rewrap_all
from masking_service.rotation.shred import shred as shred_days
from masking_service.runtime.clock import clock, today
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.state_files import PUBLIC_KEY, write_public_key
from masking_service.service.people.policy import Policy

EARLIER: Final = "An earlier rotation is finished."


def _host_name(text: str) -> str:
    """Return the name of an intake host, where it is one."""
    if not (text.isascii() and 1 <= len(text) <= 64 and text.replace("-", "").replace(".", "").isalnum()):
        raise ValueError(f"{text!r} is no name of a host: 1 to 64 of A-Z a-z 0-9 . -")
    return text


HOST_NAME: Final = Checked("name", _host_name)


@click.group()
def keys() -> None:
    """Create, rotate and destroy keys."""


@keys.command()
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
    public = out.with_name(out.name.removesuffix(".json") + ".host.json")
    write_secret_file(public, msgspec.json.format(msgspec.json.encode(entry), indent=2) + b"\n", replace=True)
    public.chmod(0o644)
    click.echo(f"{out} is the keyset of {name}: put it there as keyset.json, over a confidential channel.")
    if not any(known.name == name for known in read(state_dir / "keyset.json")[0].hosts):
        click.echo(f"Then run: keys hosts enrol {public}")


@keys.group()
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


@keys.command()
@click.option(
    "--suite", type=click.Choice([suite.name for suite in SUITES.values()]), help="The cipher for new records."
)
@root
@state_dir
def init(suite: str | None, named: NamedRoot | None, state_dir: Path) -> None:
    """Make a keyset for production. An existing one is never overwritten."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state_dir / "keyset.json"
    chosen = suite or SUITES[AES_256_GCM_SIV].name
    keyset.create(path, made_for="production", today=today(), suite=chosen, named=named)
    write_public_key(state_dir, Keyring(keyset.load(path)))
    click.echo(f"{path} is made. Back it up now, apart from the data: without it nothing stored can be read.")


@keys.command()
@click.option(
    "--session-key",
    type=GIVEN_FILE,
    help="The desk's file MASKING_CONSOLE_SESSION_KEY, on the desk's machine: shown, too.",
)
@state_dir
def status(session_key: Path | None, state_dir: Path) -> None:
    """Show the state of every key, and what is due.

    With its age, its uses and what depends on it. No key is shown.
    """
    show(state_dir, session_key)


@keys.command()
@click.argument("which", type=click.Choice([*ROTATIONS, "root", "data", "token", "session"]))
@root
@click.option(
    "--numbers",
    type=click.File("r", encoding="utf-8-sig"),
    help="Only with index: waybill numbers, one a line, that are looked for at the old places afterwards.",
)
@click.option(
    "--session-key",
    type=GIVEN_FILE,
    help="Only with session: the desk's file MASKING_CONSOLE_SESSION_KEY, on the desk's machine.",
)
@hosts_have
@wait
@state_dir
def rotate(
    which: str,
    named: NamedRoot | None,
    numbers: TextIO | None,
    session_key: Path | None,
    timeout: float,
    state_dir: Path,
) -> None:
    """Rotate a key while the service runs. An interrupted rotation continues where it stopped."""
    if named is not None and which != "root":
        raise click.UsageError("--root is only for `keys rotate root`")
    if numbers is not None and which != "index":
        raise click.UsageError("--numbers is only for `keys rotate index`")
    if (session_key is None) is (which == "session"):
        raise click.UsageError("`keys rotate session` needs --session-key FILE, and no other rotation takes it")
    if session_key is not None:
        rotate_session(session_key, os.urandom)
        click.echo(
            f"{session_key} has a new secret. The desk reads it within seconds; all sessions end, and drafts are lost."
        )
        return
    if which in ROTATIONS:
        _rotate_stored(which, numbers, timeout, state_dir)
        return
    with opened_coordinator(state_dir, timeout) as coordinator:
        if which == "data":
            tenants = rotate_data(coordinator, clock())
            click.echo(f"{tenants} tenants have a new data key for today, and every process uses it.")
            return
        done = rotate_file(coordinator, "root" if which == "root" else "token", named)
    begun = "The new" if done == "rotated" else "An earlier rotation is finished: the newest"
    if which == "root":
        click.echo(f"{begun} root key is active. Now run: keys rewrap")
        click.echo("The retired root key opens what older backups hold. The next `keys shred` destroys it.")
    else:
        days = _policy(state_dir).longest_retention_days
        kept = date_of(day_of(today()) + days + 1)
        click.echo(
            f"{begun} token key is active. The retired one still reads its tokens; the last of them ends by {kept}."
        )
    click.echo(f"Back up {state_dir / 'keyset.json'} now.")


def _rotate_stored(which: str, numbers: TextIO | None, timeout: float, state_dir: Path) -> None:
    """Rotate one of the `ROTATIONS`."""
    rotation = ROTATIONS[which]
    with opened_rotation(state_dir, timeout) as (coordinator, opened):
        click.echo(told(rotation.run(Rotating(coordinator, opened)), rotation.said, EARLIER))
        if which == "audit":
            click.echo(f"Give {state_dir / PUBLIC_KEY}, which has both, to the auditors and for the witness.")
        if numbers is not None:
            found = find_numbers(coordinator, numbers_in(numbers))
            click.echo(
                f"Of {found.asked:,} numbers, {found.stored:,} are stored, and {found.at_old:,} are at an old place."
            )
            if found.at_old:
                raise click.ClickException("waybills are at old places: run the command again")
    click.echo(f"Back up {state_dir / 'keyset.json'} now.")


@keys.command()
@wait
@state_dir
def rewrap(timeout: float, state_dir: Path) -> None:
    """Wrap every data key and secret under the active root key. Doing it again does only what is left."""
    with opened_coordinator(state_dir, timeout) as coordinator:
        data_keys, secrets = rewrap_all(coordinator)
    click.echo(
        f"Rewrapped: {data_keys} data keys, {secrets} secrets of the keyset. Nothing depends on an older root key."
    )


@keys.command()
@wait
@state_dir
def reseal(timeout: float, state_dir: Path) -> None:
    """Seal all records again under new data keys.

    Use it when a person leaves who may have had data keys.
    Search entries follow. An interrupted run continues where it stopped.
    """
    with opened_rotation(state_dir, timeout) as (coordinator, opened):
        done = reseal_all(coordinator, opened.recorder, opened.policy, clock)
    click.echo(f"Sealed anew: {done.records:,} records, {done.entries:,} search entries, {done.held:,} held waybills.")
    click.echo(f"{done.checked:,} records were checked: {done.left:,} are under older data keys.")
    if done.left:
        click.echo("Those are of holds whose lifting was interrupted: lift them again, then run this again.")


@keys.command()
@click.option("--before", required=True, help="The first day to keep (ISO date); all earlier days are shredded.")
@click.option("--inside-retention", is_flag=True, help="Also shred days whose records have not all expired.")
@click.option("--export", type=FILE, help="The file to which the surviving keys are written.")
@root
@wait
@state_dir
def shred(
    before: str,
    inside_retention: bool,
    export: Path | None,
    named: NamedRoot | None,
    timeout: float,
    state_dir: Path,
) -> None:
    """Destroy the data keys of old days.

    No backup opens those days again.
    """
    try:
        first_living = day_of(before)
    except ValueError:
        raise click.UsageError("--before takes a date: 2026-11-24") from None
    if first_living > day_of(today()):
        raise click.UsageError("--before must not lie in the future: the keys of today are in use")
    policy = _policy(state_dir)
    latest = day_of(today()) - policy.longest_retention_days
    if first_living > latest and not inside_retention:
        raise click.UsageError(
            f"records of days from {date_of(latest)} on have not expired; --inside-retention shreds them all the same"
        )
    before = date_of(first_living)
    target = export or state_dir / f"surviving-keys-{before}.json"
    with opened_coordinator(state_dir, timeout) as coordinator:
        coordinator.require_policy(policy.digest)
        done = shred_days(coordinator, before, target, named)
    click.echo(f"Shredded: {done.destroyed} data keys of days before {before}. {done.surviving} data keys survive.")
    click.echo(
        f"{target} holds the surviving ones, wrapped: a store restored from an older backup needs it (keys restore)."
    )
    for name in done.elsewhere:
        click.echo(f"Destroy this root key at its provider, too, or it opens old backups: {name}")
    click.echo("Destroy every older copy of keyset.json: together with an old backup it opens the shredded days.")


@keys.command()
@click.argument("file", type=FILE)
@wait
@state_dir
def restore(file: Path, timeout: float, state_dir: Path) -> None:
    """Put data keys back after the store came from a backup.

    Data keys of FILE that were not shredded are put back; shredded ones become tombstones.
    """
    with opened_coordinator(state_dir, timeout) as coordinator:
        put, buried = restore_surviving(coordinator, file)
    click.echo(f"Put back: {put} data keys. Buried: {buried} of shredded days.")


def _policy(state_dir: Path) -> Policy:
    settings = settings_of(state_dir)
    return Policy.load(settings.policy, development=settings.development)
