"""`clients`: machine clients and their API keys. A key is shown once, when it is made."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from masking_service.access.clients import KEY_BYTES, Clients, key_bytes, key_text
from masking_service.access.errors import ClientError
from masking_service.access.policy import Policy
from masking_service.cli.options import opened_registry, settings_of, state_dir
from masking_service.timestamps import clock, rfc3339
from masking_service.vault.datakeys import SECONDS_A_DAY


@click.group()
def clients() -> None:
    """Add, list and revoke machine clients."""


@clients.command()
@click.argument("client_id")
@click.option("--role", help="The client's role. Not for a client that exists: it gets a second key.")
@click.option("--tenant", default="default", show_default=True)
@click.option("--site", "sites", multiple=True, help="A site that it works for; may be repeated.")
@click.option("--network", "networks", multiple=True, help="A network that it may call from (CIDR); may be repeated.")
@click.option("--expires-in-days", type=click.IntRange(1, 3660), help="When the key ends; never if not given.")
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
    """Add a client, or a second key to one for a change-over, and print the key."""
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
        digest = opened.keyring.api_key_digest(key_bytes(key))

        def change(known: Clients) -> Clients:
            if role is None:
                return known.add_key(client_id, digest, now, expires=expires)
            return known.add(
                client_id, role, digest, now, tenant=tenant, sites=sites, networks=networks, expires=expires
            )

        opened.change("client-add", client_id, change)
    click.echo(key)
    click.echo("This is the only time that the key is shown.", err=True)


@clients.command("list")
@state_dir
def list_clients(state_dir: Path) -> None:
    """Show the clients and their keys' ids."""
    table = Table("client", "tenant", "role", "sites", "networks", "keys", "state")
    with opened_registry(settings_of(state_dir)) as opened:
        for client in opened.registry.clients:
            keys = [f"{key.id} until {rfc3339(key.expires)}" if key.expires else key.id for key in client.keys]
            table.add_row(
                client.id,
                client.tenant,
                client.role,
                ", ".join(sorted(client.sites)),
                ", ".join(map(str, client.networks)) or "any",
                "\n".join(keys),
                "revoked" if client.revoked else "in use",
            )
    Console().print(table)


@clients.command()
@click.argument("client_id")
@click.option("--key", "key_id", help="Only this key of the client, by its id.")
@state_dir
def revoke(client_id: str, key_id: str | None, state_dir: Path) -> None:
    """Shut a client out for good, or end one of its keys. Every worker knows within two seconds."""
    with opened_registry(settings_of(state_dir)) as opened:
        opened.change(
            "client-revoke",
            client_id,
            lambda known: known.revoke_key(client_id, key_id) if key_id is not None else known.revoke(client_id),
        )
    click.echo("revoked")
