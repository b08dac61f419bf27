"""`people`: the keys in people's hands, and who is frozen, for an operator."""

from pathlib import Path
from typing import Final

import click

from keys.assertions import unb64
from keys.authenticators import fingerprint
from masking_service.cli.options import state_dir
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.metrics import Metrics
from masking_service.runtime.administration import OpenRegistries, opened_registry
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.wiring import open_alerts
from masking_service.service.acts.state import PersonKey
from masking_service.service.people.principals import principal_id, service_principal, tenant_name

COLUMNS: Final = ("principal", "key", "name", "since", "state", "fingerprint")


class _Principal(click.ParamType[str]):
    name = "id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return principal_id(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _TenantName(click.ParamType[str]):
    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return tenant_name(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


tenant_option = click.option(
    "--tenant", type=_TenantName(), default="default", show_default=True, help="Whose people they are."
)
principal_option = click.option("--principal", type=_Principal(), help="Whose key it is: ALIAS/SUB.")


@click.group()
def people() -> None:
    """List, approve and revoke people's keys, and unfreeze people."""


@people.group()
def keys() -> None:
    """Keys with which people sign what they do."""


@keys.command("list")
@principal_option
@tenant_option
@state_dir
def list_keys(principal: str | None, tenant: str, state_dir: Path) -> None:
    """Show the keys that wait, and those of a person.

    The fingerprint of a key is the SHA-256 of its public key.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        rows = [
            (one.principal, one.id, one.name, rfc3339(one.since), "pending", _fingerprint(one.public_key))
            for one in opened.waiting_keys(tenant)
            if principal in (None, one.principal)
        ]
        if principal is not None:
            held, revoked = opened.keys_of(tenant, principal)
            rows += [
                (principal, key.id, key.name, rfc3339(key.since), _state(key, revoked), _fingerprint(key.public_key))
                for key in held
            ]
    table = [COLUMNS, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@keys.command()
@click.argument("key")
@principal_option
@tenant_option
@state_dir
def approve(key: str, principal: str | None, tenant: str, state_dir: Path) -> None:
    """Approve a KEY that waits.

    It is for the first approvers of a tenant, who then approve all others. Everyone hears of it: it is an entry of the
    log, and an alert. The fingerprint that is printed belongs into the file that `audit verify --approvers` reads.
    """
    settings = settings_of(state_dir)
    with opened_registry(settings) as opened:
        found = [one for one in opened.waiting_keys(tenant) if one.id == key and principal in (None, one.principal)]
        if not found:
            raise click.ClickException("no such key waits for approval")
        approved = opened.approve_key(tenant, found[0])
        alerts = open_alerts(settings, opened.keyring, Metrics())
        alerts.raise_alert("key-by-command", service_principal("command-line", tenant))
        alerts.close()
    click.echo(f"{_fingerprint(approved.public_key)} {found[0].principal}")
    click.echo("approved: keep this line with the fingerprints of the ceremony", err=True)


@keys.command()
@click.argument("key")
@click.option("--principal", type=_Principal(), required=True, help="Whose key it is: ALIAS/SUB.")
@tenant_option
@state_dir
def revoke(key: str, principal: str, tenant: str, state_dir: Path) -> None:
    """Revoke a KEY of a person.

    It signs nothing from the next call on.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        opened.revoke_key(tenant, principal, _held(opened, tenant, principal, key))
    click.echo("revoked")


@people.command()
@click.argument("principal", type=_Principal())
@tenant_option
@state_dir
def unfreeze(principal: str, tenant: str, state_dir: Path) -> None:
    """Unfreeze a PRINCIPAL.

    It is for the case that everyone who may unfreeze is frozen, too.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        opened.unfreeze(tenant, principal)
    click.echo("unfrozen")


def _held(opened: OpenRegistries, tenant: str, principal: str, key: str) -> PersonKey:
    for one in opened.keys_of(tenant, principal)[0]:
        if one.id == key:
            return one
    raise click.ClickException("this person has no such key")


def _state(key: PersonKey, revoked: frozenset[str]) -> str:
    if key.revoked_at or key.id in revoked:
        return "revoked"
    return f"active, approved by {key.approved_by}"


def _fingerprint(public_key: str) -> str:
    return fingerprint(unb64(public_key))
