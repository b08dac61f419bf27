"""`search`: fills the search indexes for what is stored already."""

import os
from pathlib import Path
from typing import Final, TextIO

import click

from masking_service.cli.numbers import numbers_in
from masking_service.cli.options import state_dir, tenant_option
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of
from masking_service.service.custody.state import Custodies
from masking_service.service.people.policy import Policy
from masking_service.service.search.fill_index import FillIndex
from masking_service.service.vault.vault import Vault
from masking_service.store.health import uphold
from masking_service.texts import Text, say

NO_INDEX: Final = Text(
    "the policy keeps no search index for this tenant: add a section `search` first (docs/search.md)"
)
DONE: Final = Text("{found} of {asked} waybills can be found now; the others are not stored, or nothing finds them.")


@click.group()
def search() -> None:
    """Manage the search indexes."""


@search.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@tenant_option("The tenant of the waybills.")
@state_dir
def index(file: TextIO, tenant: str, state_dir: Path) -> None:
    """Add the waybills in FILE to the search indexes that the policy keeps.

    FILE has one waybill number a line, and is - for standard input. A stored record does not hold its number, so the
    numbers have to come from outside. The service may go on meanwhile, and the command may be repeated.
    """
    settings = settings_of(state_dir)
    rule = Policy.load(settings.policy, development=settings.development).search(tenant)
    if not (rule.phone or rule.last4):
        raise click.UsageError(say(NO_INDEX))
    keyring = open_keyring(settings)
    asked = found = 0
    with opened_store(settings, keyring) as store:
        uphold(store)
        vault = Vault(store, keyring, os.urandom)
        fill = FillIndex(vault, Custodies(store, keyring, os.urandom, vault.record_keys), tenant, rule)
        for numbers in numbers_in(file):
            found += fill(numbers, clock())
            vault.data_keys.refresh(store)  # reports how often keys were used
            asked += len(numbers)
    click.echo(say(DONE, found=found, asked=asked))
