"""`policy check`: checks a policy and shows its profiles."""

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from keys.files import read_secret_file
from masking_service.access.case_check import check_key
from masking_service.access.errors import PolicyError
from masking_service.access.issuers import Issuers
from masking_service.access.policy import Policy
from masking_service.access.rules import SearchRule
from masking_service.calls.loading import load_provider
from masking_service.cli import texts
from masking_service.cli.language import say
from masking_service.cli.options import state_dir
from masking_service.masking.errors import DefinitionError
from masking_service.masking.profiles import examples, union_check
from masking_service.masking.record import Masker
from masking_service.masking.sample_record import sample_record
from masking_service.masking.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.runtime.clock import clock
from masking_service.runtime.wiring import DEVELOPMENT_ISSUER_KEY
from masking_service.shipped import shipped


@click.group()
def policy() -> None:
    """Check a policy before it is used."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=shipped("policy.yaml"))
@state_dir
@click.option(
    "--schemas",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    envvar="MASKING_SCHEMAS",
    help="A folder of schemas beside those that are shipped.",
)
def check(file: Path, state_dir: Path, schemas: Path | None) -> None:
    """Validate FILE and the schemas, and show what each profile shows. Exits with 1 on a fault.

    Keys of issuers that FILE names are looked for beside it; a development set-up in the state directory has one more.
    """
    console = Console(highlight=False)
    try:
        found = Policy.load(file, development=False)
        shipped = load_schemas()
        every = load_schemas(schemas)
        hidden = union_check(found.rules.profiles.values())
        issuers = Issuers.load(found, file.parent)
        if found.rules.cases.check is not None:
            check_key(found.rules.cases.check, file.parent, development=False)
        if found.rules.calls is not None:
            load_provider(found.rules.calls, file.parent, development=False, clock=clock, random=os.urandom)
        if (state_dir / DEVELOPMENT_ISSUER_KEY).exists():
            issuers.with_development(read_secret_file(state_dir / DEVELOPMENT_ISSUER_KEY))
    except (PolicyError, DefinitionError) as fault:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(fault))
        sys.exit(1)
    for profile in found.rules.profiles.values():
        floor = say(texts.MEETS_FLOOR if profile.label else texts.NO_LABEL)
        title = say(texts.PROFILE, name=profile.name, floor=floor)
        table = Table(*_headers("kind", "before", "after"), title=title, title_justify="left")
        for kind, before, after in examples(profile):
            table.add_row(kind, before, after)
        console.print(table)
    console.print(say(texts.TOGETHER, hidden=hidden))
    console.print(say(texts.SEARCH, indexes=_indexes(found.rules.search_default)))
    for tenant, rule in found.rules.search_tenants.items():
        console.print(say(texts.SEARCH_TENANT, tenant=tenant, indexes=_indexes(rule)))
    calls = found.rules.calls
    console.print(say(texts.CALLS, provider=say(texts.CALLS_OFF) if calls is None else calls.provider))
    for schema in every.values():
        if schema.name not in shipped:
            _show_schema(console, schema, found)
    console.print(say(texts.SCHEMAS, count=len(every), names=", ".join(sorted(every))))
    console.print(say(texts.SOUND, file=file.name, digest=found.digest[:16]))


def _headers(*names: str) -> list[str]:
    return [say(texts.COLUMNS[name]) for name in names]


def _indexes(rule: SearchRule) -> str:
    kept = [text for text, on in ((texts.SEARCH_PHONE, rule.phone), (texts.SEARCH_LAST4, rule.last4)) if on]
    return ", ".join(map(say, kept)) or say(texts.SEARCH_OFF)


def _show_schema(console: Console, schema: Schema, policy: Policy) -> None:
    """Show a site's own schema, applied to a sample under each profile for labels."""
    for profile in policy.rules.profiles.values():
        if not profile.label:
            continue
        record = sample_record(schema)
        title = say(texts.SCHEMA, name=schema.name, profile=profile.name)
        table = Table(*_headers("path", "kind", "before", "after"), title=title)
        for place, value in Masker(schema, profile).mask(record).fields:
            table.add_row(place.path, place.kind, str(value), str(place.parent(record)[place.keys[-1]]))
        console.print(table)
