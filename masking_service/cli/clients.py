"""`clients`: machine clients and their API keys. A key is shown once, when it is made."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from masking_service.audit.actions import Action
from masking_service.cli.options import echo_columns, state_dir, tenant_option
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.runtime.administration import opened_registry
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.service.people.clients import KEY_BYTES, ApiKey, Client, Clients, key_bytes, key_text
from masking_service.service.people.errors import ClientError
from masking_service.service.people.policy import Policy

COLUMNS: Final = ("client", "tenant", "role", "sites", "networks", "keys", "state")
KEY_ID_LENGTH: Final = 12
"""A key's id is copied to revoke it, so it is never wrapped."""


@click.group()
def clients() -> None:
    """Add, list and revoke machine clients."""


@clients.command()
@click.argument("client_id")
@click.option("--role", help="The role of a new client. Leave it out to give an existing client a second key.")
@tenant_option("The tenant of the client.")
@click.option("--site", "sites", multiple=True, help="A site that it works for; may be repeated.")
@click.option("--network", "networks", multiple=True, help="A network that it may call from (CIDR); may be repeated.")
@click.option("--expires-in-days", type=click.IntRange(1, 3660), help="Days until the key expires; never if not given.")
@state_dir
def add(
    client_id: str,
    role: str | None,
    tenant: str,
    sites: tuple[str, ...],
    networks: tuple[str, ...],
    expires_in_days: int | None,
    state_dir: Path,
) -> None:
    """Add a client, or a second key to one, and print the key.

    A client has two keys while it changes over from one to the other.
    """
    settings = settings_of(state_dir)
    policy = Policy.load(settings.policy, development=settings.development)
    if role is not None and role not in policy.rules.roles:
        raise ClientError("the policy has no such role")
    if role is not None and role not in policy.roles_for_keys:
        raise ClientError("this role opens, approves or erases: it is given to signed-in people only, not to a key")
    key = key_text(os.urandom(KEY_BYTES))
    now = clock()
    expires = now + expires_in_days * SECONDS_A_DAY if expires_in_days else None
    with opened_registry(settings, may_claim=True) as opened:
        made: list[ApiKey] = []

        def change(known: Clients) -> Clients:
            digest = opened.keyring.api_key_digest(key_bytes(key), known.pepper)
            one = ApiKey.new(digest, now, expires)
            made[:] = [one]
            if role is None:
                if client_id not in {client.id for client in known}:
                    raise ClientError("no such client; give --role for a new client")
                return known.add_key(client_id, one)
            return known.add(client_id, role, one, tenant=tenant, sites=sites, networks=networks)

        opened.change(Action.CLIENT_ADD, client_id, change)
    click.echo(key)
    click.echo(f"This is the only time that the key is shown. Its id is {made[0].id}.", err=True)


@clients.command("list")
@state_dir
def list_clients(state_dir: Path) -> None:
    """Show the clients and their keys' ids.

    Where the output is no terminal, each client is one line, with two spaces between its aligned columns.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        found = [*opened.registry.clients]
    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        console.print(_table(found))
    else:
        echo_columns([COLUMNS, *([cell or "-" for cell in _row(client, ",")] for client in found)])


def _table(found: Iterable[Client]) -> Table:
    """Return a table of the clients for any terminal width. A long id goes on in the next line."""
    table = Table(show_lines=True)
    for name in COLUMNS:
        table.add_column(name, overflow="fold", min_width=KEY_ID_LENGTH if name == "keys" else None)
    for client in found:
        table.add_row(*_row(client, "\n"))
    return table


def _row(client: Client, between: str) -> Iterator[str]:
    yield client.id
    yield client.tenant
    yield client.role
    yield between.join(sorted(client.sites))
    yield between.join(client.networks) or "any"
    yield between.join(f"{key.id} until {rfc3339(key.expires)}" if key.expires else key.id for key in client.keys)
    yield "revoked" if client.revoked else "in use"


@clients.command()
@click.argument("client_id")
@click.option("--key", "key_id", help="Only this key of the client, by its id.")
@state_dir
def revoke(client_id: str, key_id: str | None, state_dir: Path) -> None:
    """Revoke a client, or one of its keys. Every worker refuses it within two seconds."""
    with opened_registry(settings_of(state_dir)) as opened:
        opened.change(
            Action.CLIENT_REVOKE,
            client_id,
            lambda known: known.revoke_key(client_id, key_id) if key_id is not None else known.revoke(client_id),
        )
    click.echo("revoked")
