"""`pseudonyms permit`: makes, lists, hands out and ends permits for pseudonyms.

Each of them but `list` makes an audit entry before it is done.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import click
import msgspec

from keys.files import write_secret_file
from keys.keyset_file import NamedRoot, date_of, day_of
from masking_service.audit.actions import Action, Outcome
from masking_service.cli.keys.opened import opened_rotation, root, wait
from masking_service.cli.options import NEW_FILE, state_dir, tenant_option
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.rotation.shred import renew_root
from masking_service.runtime.administration import OpenRegistries
from masking_service.runtime.clock import clock, today
from masking_service.service.call.recorder import RequestContext, Stated
from masking_service.service.people.principals import service_principal
from masking_service.service.pseudonyms.state import PermitError, Permits, StoredPermit
from masking_service.service.vault.wrapped_keys import PermitTerms

_tenant = tenant_option("The tenant of the permit.")


@click.group()
def pseudonyms() -> None:
    """Manage pseudonyms that end."""


@pseudonyms.group()
def permit() -> None:
    """Make, list, hand out and end permits."""


@permit.command()
@click.argument("name")
@click.option("--until", required=True, help="The last day on which it can be used (ISO date).")
@click.option("--columns", required=True, help=f"The kinds that get pseudonyms: {', '.join(TOKEN_KINDS)}.")
@_tenant
@wait
@state_dir
def new(name: str, until: str, columns: str, tenant: str, timeout: float, state_dir: Path) -> None:
    """Make a permit with a key of its own.

    NAME is never used twice.
    """
    last = _day(until)
    if last < day_of(today()):
        raise click.UsageError("--until is over")
    terms = PermitTerms(name, last, tuple(dict.fromkeys(kind.strip() for kind in columns.split(","))))
    with opened_rotation(state_dir, timeout) as (coordinator, opened), _refusals_in_words():
        coordinator.finish_last_change()
        permits = Permits(coordinator.wrapped, opened.keyring, tenant)
        draft = permits.draft(terms)
        _record(opened, tenant, Action.PERMIT_NEW, draft, lambda: permits.store(draft))
    click.echo(f"made {name}, until {date_of(last)}; hand it to its job with: pseudonyms permit open {name}")


@permit.command("list")
@_tenant
@wait
@state_dir
def list_permits(tenant: str, timeout: float, state_dir: Path) -> None:
    """Show the permits, each on a line: name, last day, kinds, state."""
    with opened_rotation(state_dir, timeout) as (coordinator, opened):
        for one in Permits(coordinator.wrapped, opened.keyring, tenant):
            state = "ended" if one.ended else "over, to be ended" if one.terms.until < day_of(today()) else "in use"
            click.echo(f"{one.terms.name}  {date_of(one.terms.until)}  {','.join(one.terms.kinds)}  {state}")


@permit.command("open")
@click.argument("name")
@click.option(
    "--output", required=True, type=NEW_FILE, help="The file to write: it holds the key, so give it to the job only."
)
@_tenant
@wait
@state_dir
def open_permit(name: str, output: Path, tenant: str, timeout: float, state_dir: Path) -> None:
    """Hand a permit to the job that holds it.

    The file has the permit's key, and is readable by its owner only.
    """
    if output.exists():
        raise click.UsageError(f"{output} exists")
    with opened_rotation(state_dir, timeout) as (coordinator, opened), _refusals_in_words():
        permits = Permits(coordinator.wrapped, opened.keyring, tenant)
        found = permits.named(name)
        key = permits.key(found, day_of(today()))
        content = {
            "permit": name,
            "until": date_of(found.terms.until),
            "columns": found.terms.kinds,
            "key": base64.b64encode(key).decode("ascii"),
        }
        written = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
        _record(opened, tenant, Action.PERMIT_OPEN, found, lambda: write_secret_file(output, written, replace=False))
    click.echo(f"{output} holds the key of {name}: give it to the job alone, and keep no copy")


@permit.command()
@click.argument("names", nargs=-1)
@click.option("--export", type=NEW_FILE, help="The file to which the surviving keys are written.")
@_tenant
@root
@wait
@state_dir
def end(
    names: tuple[str, ...], export: Path | None, tenant: str, named: NamedRoot | None, timeout: float, state_dir: Path
) -> None:
    """Destroy the keys of permits, in backups too.

    A new root key takes the place of the one that wraps them there. Without NAMES it ends every permit whose
    last day is over, and does nothing where there is none.
    """
    target = export or state_dir / f"surviving-keys-{today()}.json"
    with opened_rotation(state_dir, timeout) as (coordinator, opened), _refusals_in_words():
        permits = Permits(coordinator.wrapped, opened.keyring, tenant)
        due = [permits.named(name) for name in names] or [
            one for one in permits if not one.ended and one.terms.until < day_of(today())
        ]
        if not due:
            click.echo("no permit is over")
            return
        for one in due:
            if not one.ended:
                _record(opened, tenant, Action.PERMIT_END, one, partial(permits.destroy, one))
        done = renew_root(coordinator, target, named)
    click.echo(
        f"ended: {', '.join(one.terms.name for one in due)}. {done.surviving} keys survive, under a new root key"
    )
    click.echo(f"{target} holds them, wrapped: a store restored from an older backup needs it (keys restore)")
    for elsewhere in done.elsewhere:
        click.echo(f"Destroy this root key at its provider, too, or it opens old backups: {elsewhere}")
    click.echo("Destroy every older copy of keyset.json: together with an old backup it opens the permits' keys.")


def _record(opened: OpenRegistries, tenant: str, action: Action, one: StoredPermit, act: Callable[[], object]) -> None:
    """Do what an audit entry announces, once the entry is durable."""
    operator = RequestContext(service_principal("command-line", tenant), "", clock())
    entry = opened.recorder.record(operator, action, Outcome.DONE, Stated(subject=f"permit/{one.terms.name}"))
    with opened.recorder.take_back_on_failure(entry):
        act()


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except PermitError as refusal:
        raise click.UsageError(str(refusal)) from None


def _day(text: str) -> int:
    try:
        return day_of(date.fromisoformat(text).isoformat())
    except ValueError:
        raise click.UsageError("--until takes a date: 2027-01-31") from None
