"""`policy`: checks a policy and shows its profiles, and hashes the company's own phone numbers for it."""

import os
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, TextIO

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table

from keys.files import read_secret_file
from masking_service.cli import texts
from masking_service.cli.numbers import lines_in
from masking_service.cli.options import FILE, GIVEN_FOLDER, state_dir, tenant_option
from masking_service.masking import RULES_VERSION
from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.profile_masks import examples
from masking_service.masking.records.profiles import Profile, every_profile, union_check
from masking_service.masking.records.recipients import read
from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.cases.case_check import check_key
from masking_service.service.decoys.state import hash_number
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy
from masking_service.service.people.rules import SearchRule
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.people.signed_rules import load_models
from masking_service.service.phone_calls.line import load_provider
from masking_service.shipped import shipped
from masking_service.texts import Text, say

_CHOSEN: Final[Mapping[ParameterSource | None, Text]] = {
    ParameterSource.ENVIRONMENT: Text("checking {file}, as MASKING_POLICY says"),
    ParameterSource.DEFAULT: Text("checking the shipped policy: MASKING_POLICY is not set"),
}
"""The texts about a policy that the caller did not name."""


@click.group()
def policy() -> None:
    """Check a policy, and hash the numbers that it lists."""


@policy.command()
@click.argument("file", type=FILE, envvar="MASKING_POLICY", default=shipped("policy.yaml"))
@state_dir
@click.option(
    "--schemas", type=GIVEN_FOLDER, envvar="MASKING_SCHEMAS", help="A folder of schemas beside those that are shipped."
)
def check(file: Path, state_dir: Path, schemas: Path | None) -> None:
    """Validate FILE and the schemas, and show what each profile shows. Exits with 1 on a fault.

    Without FILE, the policy of MASKING_POLICY is checked, or else the shipped one; the first line says which.
    Where MASKING_TIER says that the service is split, every purpose has to require a case.
    Keys of issuers that FILE names are looked for beside it; a development set-up in the state directory has one more.
    """
    console = Console(highlight=False)
    source = click.get_current_context().get_parameter_source("file")
    if source in _CHOSEN:
        console.print(say(_CHOSEN[source], file=file), soft_wrap=True)
    try:
        found = Policy.load(file, development=False)
        if os.environ.get("MASKING_TIER", "") not in ("", "all"):
            found.check_split()
        shipped = load_schemas()
        every = load_schemas(schemas)
        hidden = union_check(found.rules.profiles.values())
        issuers = Issuers.load(found, file.parent)
        if found.rules.cases.check is not None:
            check_key(found.rules.cases.check, file.parent, development=False)
        load_models(found.rules.signed, file.parent)
        if found.rules.calls is not None:
            load_provider(found.rules.calls, file.parent, development=False, clock=clock, random=os.urandom)
        if (state_dir / DEVELOPMENT_ISSUER_KEY).exists():
            issuers.with_development(read_secret_file(state_dir / DEVELOPMENT_ISSUER_KEY))
    except (PolicyError, DefinitionError) as fault:
        named = PolicyError(fault.faults, file.name) if isinstance(fault, PolicyError) else fault
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(named))
        sys.exit(1)
    _show_profiles(console, found.rules.profiles.values(), hidden)
    _show_rules(console, found)
    for schema in every.values():
        if schema.name not in shipped:
            _show_schema(console, schema, found)
    console.print(say(Text("{count} schemas: {names}"), count=len(every), names=", ".join(sorted(every))))
    console.print(say(Text("rules of masking: version {version}"), version=RULES_VERSION))
    console.print(say(Text("{file} is sound (digest {digest})."), file=file.name, digest=found.digest[:16]))


def _show_profiles(console: Console, profiles: Collection[Profile], hidden: int) -> None:
    """Show what each profile shows, and what all of them together hide."""
    for name, profile in every_profile(profiles):
        floor = Text("a label: meets the floor of GB/T 41833-2022") if profile.label else Text("not a label")
        title = say(Text("profile {name} ({floor})"), name=name, floor=floor)
        headers = map(say, (Text("kind"), Text("before"), Text("after")))
        table = Table(*headers, title=title, title_justify="left")
        for kind, before, after in examples(profile):
            table.add_row(kind, before, after)
        console.print(table)
    console.print(say(texts.TOGETHER, hidden=hidden))
    if names := [profile.name for profile in profiles if profile.unmapped != "hide"]:
        console.print(say(texts.UNMAPPED, names=", ".join(names)), soft_wrap=True)


def _show_rules(console: Console, found: Policy) -> None:
    """Show which searches and calls there are, and for how many people the common budgets fit."""
    console.print(say(Text("search indexes: {indexes}"), indexes=_indexes(found.rules.search_default)))
    for tenant, rule in found.rules.search_tenants.items():
        console.print(say(Text("tenant {tenant}: {indexes}"), tenant=tenant, indexes=_indexes(rule)))
    for role in found.rules.roles.values():
        shared = [budget for counts, budget in role.budgets.items() if counts not in ("fields", "decoys")]
        if shared:
            fits = min(found.rules.factors.fits(budget) for budget in shared)
            console.print(say(texts.FITS, role=role.name, people=f"{fits:,}"))
    calls = found.rules.calls
    provider = Text("no provider, so no one can be called") if calls is None else calls.provider
    console.print(say(Text("calls: {provider}"), provider=provider))
    console.print(
        say(Text("own numbers, one of which each seed has to have: {count}"), count=len(found.rules.own_numbers))
    )
    _show_signed(console, found)
    _show_devices(console, found)


def _show_signed(console: Console, found: Policy) -> None:
    """Show which acts are signed, and what a stolen key of an issuer could still do."""
    rule = found.rules.signed
    if rule is None:
        console.print(say(texts.SIGNED_OFF), soft_wrap=True)
        return
    acts = ", ".join(sorted(rule.acts)) or "-"
    console.print(say(Text("signatures: people sign {acts} with keys of their own"), acts=acts), soft_wrap=True)
    given = {permission for role in found.rules.roles.values() for permission in role.permissions}
    left = [act for act in SignedAct if act.grave and act not in rule.acts and not given.isdisjoint(act.permissions)]
    if found.rules.devices is None:
        left = [act for act in left if not act.startswith("device-")]
    if left:
        console.print(say(texts.SIGNED_LEFT, acts=", ".join(left)), soft_wrap=True)
    if {"detokenize", "key-approve"} <= rule.acts:
        console.print(say(Text("A stolen signing key of an issuer opens no value.")), soft_wrap=True)


def _show_devices(console: Console, found: Policy) -> None:
    """Show which calls are proven, and which of them a stolen key of an issuer could still make."""
    rule = found.rules.devices
    if rule is not None:
        roles = say(Text("every role")) if rule.roles is None else ", ".join(sorted(rule.roles))
        console.print(say(texts.DEVICES, calls=", ".join(sorted(rule.proof)) or "-", roles=roles), soft_wrap=True)
    signed = found.rules.signed.acts if found.rules.signed is not None else frozenset()
    left = found.unproven
    if left:
        calls = "; ".join(f"{call} ({', '.join(roles)})" for call, roles in left.items())
        console.print(say(texts.DEVICES_LEFT, calls=calls), soft_wrap=True)
    elif rule is None or {"device-approve", "key-approve"} <= signed:
        console.print(say(texts.DEVICES_ALL), soft_wrap=True)
    if rule is not None and found.unproven_keys:
        console.print(say(texts.DEVICES_KEYS, roles=", ".join(found.unproven_keys)), soft_wrap=True)
    if rule is not None and "device-approve" not in signed:
        console.print(say(texts.DEVICES_UNSIGNED), soft_wrap=True)


@policy.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@tenant_option("The tenant whose seeds use these numbers.")
@state_dir
def number(file: TextIO, tenant: str, state_dir: Path) -> None:
    """Print the keyed hashes of the phone numbers in FILE.

    They are for `own_numbers` of a policy's section `decoys`: numbers of the company itself.

    FILE has one number a line, and is - for standard input, so that no number gets into the history of the shell.
    """
    found = [read(line.strip()) for line in lines_in(file) if line.strip()]
    for at, phones in enumerate(found, 1):
        if len(phones) != 1:
            raise click.ClickException(say(texts.NO_NUMBER, line=at))
    keys = open_keyring(settings_of(state_dir)).tenant(tenant)
    for (phone,) in found:
        click.echo(hash_number(keys, phone.number))


def _indexes(rule: SearchRule) -> str:
    indexes = (Text("phone"), rule.phone), (Text("last four digits at a site"), rule.last4)
    return ", ".join(say(text) for text, on in indexes if on) or say(Text("none, so nothing can be searched"))


def _show_schema(console: Console, schema: Schema, policy: Policy) -> None:
    """Show a site's own schema, applied to a sample under each profile for labels."""
    for profile in policy.rules.profiles.values():
        if not profile.label:
            continue
        record = sample_record(schema)
        title = say(Text("schema {name} under profile {profile}"), name=schema.name, profile=profile.name)
        table = Table(*map(say, (Text("path"), Text("kind"), Text("before"), Text("after"))), title=title)
        for place, value in Masker(schema, profile).mask(record).fields:
            table.add_row(place.path, place.kind, str(value), str(place.parent(record)[place.keys[-1]]))
        console.print(table)
