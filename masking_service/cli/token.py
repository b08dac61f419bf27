"""`token mint`: a sign-in by the development issuer. No other issuer's tokens can be made here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from keys.errors import MissingKeyFileError
from keys.files import read_secret_file
from masking_service.cli.options import state_dir
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.people.issuers import DEVELOPMENT_TENANTS, mint
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import site_codes, staff_principal_id
from masking_service.service.people.rules import DEVELOPMENT_ALIAS

NO_PHONE: Final = "010-10000000"
"""The calling number of minted people. No subscriber's number in Beijing (010) begins with 1."""


@click.group()
def token() -> None:
    """Mint access tokens of the development issuer."""


@token.command("mint")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be repeated.")
@click.option("--sub", required=True, help="The person: the subject of the access token.")
@click.option("--ttl", default=600, show_default=True, type=click.IntRange(1, 900), help="Seconds until it ends.")
@click.option("--tenant", default="default", show_default=True, help="The tenant of the person.")
@click.option("--site", "sites", multiple=True, help="A site that they work for; may be repeated.")
@state_dir
def mint_token(
    roles: tuple[str, ...], sub: str, ttl: int, tenant: str, sites: tuple[str, ...], state_dir: Path
) -> None:
    """Print a JWT of the development issuer.

    The roles have to be in the policy of MASKING_POLICY, or else in that of the last `serve --dev` there.
    """
    _refuse_what_no_one_has(roles, sub, tenant, sites, settings_of(state_dir).policy)
    try:
        pem = read_secret_file(state_dir / DEVELOPMENT_ISSUER_KEY)
    except MissingKeyFileError as fault:
        raise MissingKeyFileError(f"{fault}. `make run` makes a development set-up, which has this issuer") from None
    click.echo(mint(pem, sub=sub, roles=roles, tenant=tenant, sites=sites, phone=NO_PHONE, ttl=ttl, now=clock()))


def _refuse_what_no_one_has(roles: Sequence[str], sub: str, tenant: str, sites: Sequence[str], policy: Path) -> None:
    """Refuse what the service would refuse, or pass over, in the token. Raises click.UsageError."""
    known = Policy.load(policy, development=True).rules.roles
    if unknown := [role for role in roles if role not in known]:
        raise click.BadParameter(
            f"the policy {policy} has no role {', '.join(unknown)}: it has {', '.join(sorted(known))}",
            param_hint="--role",
        )
    if tenant not in DEVELOPMENT_TENANTS:
        raise click.BadParameter(
            f"the development issuer speaks for {', '.join(sorted(DEVELOPMENT_TENANTS))} only", param_hint="--tenant"
        )
    try:
        staff_principal_id(DEVELOPMENT_ALIAS, sub)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--sub") from None
    try:
        site_codes(sites)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--site") from None
