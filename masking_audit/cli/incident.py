"""`audit incident`: the pack about a leak, for the lawyer, the authority and the police."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from unicodedata import normalize

import click

from keys.keyring import TenantKeys
from keys.keyset_file import day_of
from masking_audit.cli.file_options import lines_of
from masking_audit.cli.pack_commands import PackOptions, WholeLog, new_pack, period, write_pack
from masking_audit.format.entries import Entry
from masking_audit.format.lines import write_line
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.evidence import excerpt
from masking_audit.packs.incident import Incident, More
from masking_audit.packs.key_leak import KeyLeak, KeyLeakKind
from masking_audit.packs.letters import VICTIMS, letters, victims
from masking_audit.packs.manifest import EVIDENCE
from masking_audit.packs.persons import BOTH, Persons, StoredPersons
from masking_audit.packs.sold_list import SoldList
from masking_audit.packs.subject import Subject
from masking_service.audit.log import outside_id
from masking_service.cli.options import GIVEN_FILE, GIVEN_FOLDER
from masking_service.masking.records.recipients import read
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.runtime.set_up import settings_of
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import CLIENT_ALIAS, issuer_alias, principal_id, site_codes
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.errors import StoreUnavailable

Counted = TypeVar("Counted")
_LEAKS: Final = ("principal", "issuer", "site", "courier", "list", "data-key", "keyset", "backup", "host")
"""The options that say what leaked."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A pack whose evidence is written: its document, further files, what it is about, and whether the log has any."""

    document: Document
    files: Mapping[str, str]
    about: str
    found: bool = True


@dataclass(frozen=True, slots=True)
class _IncidentOptions:
    """What the options say beside what leaked, and beside those of every pack."""

    waybills: Path | None
    policies: Path | None
    persons: bool


@click.command()
@click.option("--principal", help="A login or API key, as in the log: client/ID or ALIAS/SUB.")
@click.option("--issuer", help="The signing key of an issuer, by its alias: everyone whom it signs in.")
@click.option("--site", help="A site, by its code: what passed there.")
@click.option("--courier", help="A courier's phone, by the courier's id: what it saw, and what it carried.")
@click.option("--list", type=GIVEN_FILE, help="A list that is for sale: waybill numbers or phones.")
@click.option("--data-key", metavar="DAY", help="The data keys of a day.")
@click.option("--keyset", is_flag=True, help="The keyset, or a host that holds it.")
@click.option("--host", metavar="NAME", help="An intake host that was in other hands in this period.")
@click.option("--backup", metavar="DAY", help="A backup of the store, by the day on which it was made.")
@click.option(
    "--waybills",
    type=GIVEN_FILE,
    help="Waybill numbers, one a line: those that occur are named in the documents, which then contain them.",
)
@click.option(
    "--policies",
    type=GIVEN_FOLDER,
    help="A folder with earlier versions of policy.yaml: what a login or key could do under each.",
)
@click.option(
    "--persons/--no-persons",
    default=True,
    help="Count the distinct persons. This reads every record of the tenant.",
)
@period
def incident(asked: PackOptions, waybills: Path | None, policies: Path | None, persons: bool, **leaks: Any) -> None:
    """Write the pack about a leak.

    It is for lawyers, authorities and the police. One option says what leaked.

    A folder with Markdown and CSV in English and Chinese, the signed entries behind them
    as NDJSON, where numbers are known the list of possible victims and letters to them, and a signed list of the
    files. `audit verify FOLDER` verifies all of it with the public key alone. docs/leaks.md explains each kind.
    """
    (leak, given), *others = [(name, one) for name in _LEAKS if (one := leaks[name.replace("-", "_")])] or [("", None)]
    if not leak or others:
        raise click.UsageError("say what leaked, with one of --" + " --".join(_LEAKS))
    subject = _subject(leak, given)
    options = _IncidentOptions(waybills, policies, persons)
    with new_pack(asked, "incident") as log:
        if subject is not None:
            made = _of_subject(log, subject, options)
        elif leak == "list":
            made = _of_list(log, given, options)
        else:
            made = _of_keys(log, _key_leak(log, cast(KeyLeakKind, leak), given, options), options)
        for name, text in made.files.items() if not asked.overseer else ():
            (log.folder / name).write_text(text, "utf-8", newline="")
        write_pack(log, made.document, made.about)
    if subject is not None and not made.found:
        click.echo(f"The log has no entry of this {subject.kind} in this period.", err=True)


def _subject(leak: str, given: Any) -> Subject | None:
    """Return what leaked, where the log names it; None for lists and keys."""
    try:
        match leak:
            case "principal" | "courier":
                return Subject("principal" if leak == "principal" else "courier", outside_id(principal_id(given)))
            case "issuer":
                return Subject("issuer", issuer_alias(given))
            case "site":
                (site,) = site_codes([given])
                return Subject("site", outside_id(site))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=f"--{leak}") from None
    return None


def _of_subject(log: WholeLog, subject: Subject, options: _IncidentOptions) -> _Made:
    found = Incident(subject, log.asked.begin, log.asked.end)
    found.find_acts(log.verified_entries())
    _write_evidence(log, found.belongs if found.acts else None)
    listed = _numbers_by_hash(log.keys, options.waybills) if options.waybills else {}
    sides, passed = found.sides(), dict.fromkeys(found.passed(), BOTH)
    persons = _persons(log, options, [*listed.values()], sides, passed)
    reach: list[PackTable] = []
    if subject.kind in ("principal", "issuer"):
        policies = _policies(log, options)
        reach = [found.reach.could({policy.digest: policy for policy in policies}), found.reach.can(policies[0])]
    of_released, of_passed = persons or (None, None)
    more = More(of_released, of_passed if passed else None, reach, _now(log, subject))
    files = _for_victims(log, found.numbers(listed), found.kinds)
    return _Made(found.document(log.source(), listed, more), files, str(subject), bool(found.acts))


def _of_list(log: WholeLog, path: Path, options: _IncidentOptions) -> _Made:
    lines = [*_read_list(path)]
    if not lines:
        raise click.BadParameter(f"{path} is empty", param_hint="--list")
    unread = sum(not line.number and not line.phones for line in lines)
    if unread == len(lines):
        told = f"no line of {path} is a waybill number or a phone: write one number on each line"
        raise click.BadParameter(told, param_hint="--list")
    listed = _hashes(log.keys, [*dict.fromkeys(line.number for line in lines if line.number)])
    phones = {phone for line in lines for phone in line.phones}
    stored = StoredPersons(log.store, log.keyring, log.asked.tenant, [*listed.values()])
    occurring = stored.occurring(listed, phones)
    found = SoldList(
        waybills={**dict.fromkeys(occurring.with_phones, ""), **listed},
        lines=len(lines),
        begin=log.asked.begin,
        end=log.asked.end,
    )
    found.unread = unread
    found.rank(log.verified_entries())
    found.settle(occurring.waybills | occurring.with_phones)
    named = {number for number in found.waybills.values() if number}
    found.ours = sum(line.number in named or not occurring.phones.isdisjoint(line.phones) for line in lines)
    _write_evidence(log, found.belongs)
    persons = _persons(log, options, [*listed.values()], dict.fromkeys(found.waybills, BOTH))
    document = found.document(log.source(), persons[0] if persons else None)
    return _Made(document, _for_victims(log, named, ()), "list")


def _write_evidence(log: WholeLog, belongs: Callable[[str, Entry], bool] | None) -> None:
    """Second pass: write the commits of the entries that belong to a pack, and the checkpoint; nothing for outsiders.

    Args:
        belongs: tells them, and keeps what the document says of them; None where the log has none.
    """

    def wanted(name: str, entry: Entry) -> bool:
        return belongs is not None and entry.tenant == tenant and belongs(name, log.newest_hashes(entry))

    tenant = log.tenant
    sign = None if log.verification.findings else log.keyring.audit_signer.sign
    commits = excerpt(log.lines(), wanted, sign) if belongs else iter(())
    if log.asked.overseer:
        for _ in commits:
            pass
        return
    with (log.folder / EVIDENCE).open("wb") as file:
        file.writelines(commits)
        file.write(write_line(log.newest))


def _of_keys(log: WholeLog, leak: KeyLeak, options: _IncidentOptions) -> _Made:
    for _ in log.verified_entries():
        pass
    before = log.keyring.keyset.shredded_before
    for batch in WrappedKeys(log.store, log.keyring, bytes).all():
        leak.add(batch.values(), before)
    listed = _numbers_by_hash(log.keys, options.waybills) if options.waybills else {}
    persons: dict[str, dict[str, Persons]] = defaultdict(dict)
    named: set[str] = set()
    counted = options.persons
    for tenant in leak.tenants if options.persons else ():
        own = listed if tenant == log.asked.tenant else {}
        stored = StoredPersons(log.store, log.keyring, tenant, [*own.values()])
        found = _counted(partial(stored.divided, leak.may_open, leak.opens))
        if found is None:
            counted = False
            break
        for how, (number, opened) in found.items():
            persons[how][tenant] = number
            named |= {own[waybill] for waybill in own if waybill in opened}
    document = leak.document(log.source(), persons, counted=counted)
    return _Made(document, _for_victims(log, named, ()), leak.kind)


def _key_leak(log: WholeLog, kind: KeyLeakKind, given: Any, options: _IncidentOptions) -> KeyLeak:
    policies = _policies(log, options)

    @cache
    def retentions(tenant: str) -> Sequence[int]:
        return sorted({policy.retention_days(tenant) for policy in policies})

    if kind == "host":
        ids = frozenset(each for each, host in log.keyring.keyset.hosts.items() if host.name == given)
        if not ids:
            raise click.BadParameter("is not the name of an intake host: see keys hosts list", param_hint="--host")
        return KeyLeak(kind, log.asked.begin, log.asked.end, retentions, given, ids)
    if kind == "keyset":
        return KeyLeak(kind, 0, 1, retentions)
    try:
        day = day_of(given) * SECONDS_A_DAY
    except ValueError:
        raise click.BadParameter("has to be a day such as 2026-11-24", param_hint=f"--{kind}") from None
    return KeyLeak(kind, day if kind == "data-key" else 0, day + SECONDS_A_DAY, retentions)


def _policies(log: WholeLog, options: _IncidentOptions) -> Sequence[Policy]:
    """Return the policy in force, and then the earlier ones that were given."""
    settings = settings_of(log.asked.state_dir)
    policies = [Policy.load(settings.policy, development=settings.development)]
    for path in sorted(options.policies.glob("*.yaml")) if options.policies else ():
        try:
            policies.append(Policy.load(path, development=settings.development))
        except PolicyError as error:
            raise click.UsageError(f"{path} is no policy that this release reads: {error}") from None
    return policies


def _now(log: WholeLog, subject: Subject) -> list[tuple[object, ...]]:
    """Return what is known of a login or key at this moment."""
    if subject.kind not in ("principal", "courier"):
        return []
    rows: list[tuple[object, ...]] = []
    for freeze in Freezes(log.store, log.keyring, bytes).listed(log.asked.tenant):
        if freeze.id == subject.name:
            rows.append(("frozen", f"{rfc3339(freeze.since)}, {freeze.by}: {freeze.why}"))
    alias, _, name = subject.name.partition("/")
    if alias == CLIENT_ALIAS:
        registry = ClientRegistry(log.store, log.keyring, log.asked.state_dir, bytes)
        registry.refresh()
        for client in registry.clients:
            if client.id == name:
                rows.append(("API key", "revoked" if client.revoked else f"valid, keys: {len(client.keys)}"))
    return rows or [("frozen", "no")]


def _persons(
    log: WholeLog, options: _IncidentOptions, numbers: Sequence[str], *each: Mapping[str, int]
) -> list[Persons] | None:
    if not options.persons:
        return None
    return _counted(lambda: StoredPersons(log.store, log.keyring, log.asked.tenant, numbers).of(*each))


def _counted(count: Callable[[], Counted]) -> Counted | None:
    """Count persons; None where the store's user may not list its keys."""
    try:
        return count()
    except StoreUnavailable as error:
        if error.reason != "listing":
            raise
        click.echo(
            "The persons are not counted: the store's user may not list keys. Name one that may in MASKING_REDIS_URL "
            "(examples/redis-auditor.acl).",
            err=True,
        )
        return None


def _for_victims(log: WholeLog, numbers: set[str], kinds: Iterable[str]) -> dict[str, str]:
    """Return the list of victims and the letters; nothing where no number is known."""
    if not numbers:
        return {}
    try:
        written = letters(kinds, rfc3339(log.asked.begin), rfc3339(log.asked.end))
    except ValueError as error:
        raise click.ClickException(f"letters: {error}; use the release that wrote the log") from None
    return {VICTIMS: victims(numbers), **written}


def _numbers_by_hash(keys: TenantKeys, path: Path) -> dict[str, str]:
    """Return the numbers in a file by the hash that entries have."""
    numbers = []
    words = (word for line in lines_of(path, "--waybills") for word in line.split())
    for at, word in enumerate(words, 1):
        try:
            numbers.append(normalise_waybill_no(word))
        except ValueError:
            raise click.BadParameter(
                f"number {at} in {path} is not a waybill number", param_hint="--waybills"
            ) from None
    return _hashes(keys, numbers)


def _hashes(keys: TenantKeys, numbers: Sequence[str]) -> dict[str, str]:
    return dict(zip(keys.waybill_hashes(keys.bases(numbers)), numbers, strict=True))


@dataclass(frozen=True, slots=True, repr=False)
class _ListLine:
    """A line of a list: a waybill number, phones, or what may be either."""

    number: str
    phones: frozenset[str]


def _read_list(path: Path) -> Iterator[_ListLine]:
    """Yield the lines that are not empty, full-width digits and letters as usual ones."""
    lines = (normalize("NFKC", line).strip().strip(",;\"'") for line in lines_of(path, "--list"))
    for line in filter(None, lines):
        phones = frozenset(one.number for one in read(line)) if not any(map(str.isalpha, line)) else frozenset()
        try:
            yield _ListLine(normalise_waybill_no(line), phones)
        except ValueError:
            yield _ListLine("", phones)
