"""`token mint`: a sign-in by the development issuer.

No other issuer's tokens can be made here.
"""

from pathlib import Path
from typing import Final

import click

from keys.errors import MissingKeyFileError
from keys.files import read_secret_file
from masking_service.cli.options import state_dir
from masking_service.runtime.clock import clock
from masking_service.runtime.wiring import DEVELOPMENT_ISSUER_KEY
from masking_service.service.people.issuers import mint

NO_PHONE: Final = "010-10000000"
"""From which minted people call. It is no one's: in Beijing (010) no subscriber's number begins with 1."""


@click.group()
def token() -> None:
    """Mint access tokens of the development issuer."""


@token.command("mint")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be repeated.")
@click.option("--sub", required=True, help="Who it is: the subject.")
@click.option("--ttl", default=600, show_default=True, type=click.IntRange(1, 900), help="Seconds until it ends.")
@click.option("--tenant", default="default", show_default=True, help="Whose person it is.")
@click.option("--site", "sites", multiple=True, help="A site that they work for; may be repeated.")
@state_dir
def mint_token(
    roles: tuple[str, ...], sub: str, ttl: int, tenant: str, sites: tuple[str, ...], state_dir: Path
) -> None:
    """Print a JWT of the development issuer."""
    try:
        pem = read_secret_file(state_dir / DEVELOPMENT_ISSUER_KEY)
    except MissingKeyFileError as fault:
        raise MissingKeyFileError(f"{fault}. `make run` makes a development set-up, which has this issuer") from None
    click.echo(mint(pem, sub=sub, roles=roles, tenant=tenant, sites=sites, phone=NO_PHONE, ttl=ttl, now=clock()))
