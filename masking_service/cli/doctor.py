"""`doctor`: prints each setting with its source, checks the set-up, and says how to fix each fault."""

import os
import resource
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import click
from rich.console import Console
from rich.table import Table

from keys import keyset, selftest
from keys.errors import KeysError
from keys.messages import MessageKey
from masking_service.audit.backlog import LONG_SECONDS, Backlog
from masking_service.audit.checkpoints import Checkpoints
from masking_service.cli import texts
from masking_service.cli.announcement import not_ready
from masking_service.cli.options import state_dir
from masking_service.masking.schemas import load_schemas
from masking_service.masking.timestamps import rfc3339
from masking_service.outbound import Outbound, OutboundError
from masking_service.runtime.administration import opened_registry, opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_archive, open_keyring, open_store
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import VARIABLES, Settings, SettingsError
from masking_service.runtime.state_files import served_address
from masking_service.service.cases.case_check import TIMEOUT_SECONDS, load_case_check
from masking_service.service.cases.problems import CaseCheckUnavailable, TicketMismatch, UnknownCaseNumber
from masking_service.service.holds.state import Holds
from masking_service.service.people.issuer_check import IssuerFault, check_issuer
from masking_service.service.people.issuers import LEEWAY
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.service.tiers.published import LATE_SECONDS, Published
from masking_service.store import health as readiness
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Weight
from masking_service.store.layout import GENESIS
from masking_service.store.reasons import told as store_told
from masking_service.texts import Text, say

Check = tuple[Text, Callable[[], object]]
"""What it is about, and what makes it: returns a text where something could not be checked."""
ALIVE: Final = b'{"status":"alive"}'
"""The answer of `GET /healthz`."""
READY_SECONDS: Final = 5.0
"""Seconds that `GET /readyz` may take on a loaded machine; each of its checks waits for the store."""
LAG_SECONDS: Final = 600
"""Seconds by which the archive may be behind, as in the alert MaskingArchiveLag."""


class CheckFailed(Exception):
    """Something is wrong; the text says what, and how to fix it."""


def _told(failed: list[str], untried: Sequence[str] = ()) -> str | None:
    """Return what could not be checked, a line each; None for nothing. Raises CheckFailed where anything failed."""
    lines = "".join(f"\n  {each}" for each in [*failed, *untried])
    if failed:
        raise CheckFailed(lines)
    return lines or None


def checks(folder: Path) -> Iterator[Check]:
    """Every check of the set-up in a state directory, in the order in which a request needs what is checked."""

    def of(check: Callable[[Settings], object]) -> Callable[[], object]:
        return lambda: check(settings_of(folder))

    intake = os.environ.get("MASKING_TIER") == "intake"
    yield Text("self-test of the cryptography"), selftest.run
    yield Text("keyset"), lambda: keyset.load(folder / "keyset.json")
    yield Text("keyset is of this tier"), of(open_keyring)
    if intake:
        yield Text("memory is not swapped out"), _memory
    yield Text("policy"), of(_policy)
    yield Text("issuers"), of(_issuers)
    yield Text("ticket system answers"), of(_case_check)
    yield Text("schemas"), of(lambda settings: load_schemas(settings.schemas))
    yield Text("key of alerts"), of(_alerts)
    yield Text("files cannot be read or changed by others"), of(_files)
    yield Text("store keeps what it acknowledges"), of(lambda settings: _store(settings, "loses", "unready", "unseen"))
    cut_off = Text("store stops taking writes when it is cut off from its replicas")
    yield cut_off, of(lambda settings: _store(settings, "advice", "unseen"))
    yield Text("store requires a password and limits its memory"), of(_guarded)
    yield Text("clocks of this machine and the store agree"), of(_clocks)
    if intake:
        yield Text("opening tier publishes for this host"), of(_published)
        return
    yield Text("addresses that devices prove"), of(_addresses)
    yield Text("audit log is archived"), of(_archived)
    yield Text("store is this keyset's, and clients can be read"), of(_clients)
    yield Text("legal holds"), of(_holds)


def _policy(settings: Settings) -> Policy:
    policy = Policy.load(settings.policy, development=False)
    if settings.tier != "all":
        policy.check_split()
    return policy


def described_tier(folder: Path) -> str:
    """Return which tier this set-up is of, and what it can open."""
    settings = settings_of(folder)
    opened = keyset.load(settings.keyset)
    if settings.tier == "intake":
        return f"tier intake, host {opened.intake}: it stores, and can open nothing that is stored"
    hosts = sum(not host.revoked for host in opened.hosts.values())
    return f"tier {settings.tier}: it can open all that is stored. Intake hosts that are enrolled: {hosts}"


def _memory() -> None:
    """Check that this user may lock memory, or that there is no swap."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    swaps = Path("/proc/swaps").read_text("ascii").splitlines()[1:]
    if hard != resource.RLIM_INFINITY and swaps:
        raise CheckFailed(
            "keys of past hours could be on the disk. Fix: swapoff -a, or let the service lock its memory "
            "(LimitMEMLOCK=infinity in systemd)"
        )


def _published(settings: Settings) -> None:
    with opened_store(settings, None) as store:
        published = Published(store, open_keyring(settings), settings.state_dir, os.urandom)
        published.refresh(store)
        published.check_store(store.read([(b"GET", GENESIS)])[0], {})
    if published.age > LATE_SECONDS:
        raise CheckFailed(f"the newest publication is {round(published.age)} s old. Fix: start the opening tier")


def _issuers(settings: Settings) -> str | None:
    failed, untried = [], []
    for alias, rule in _policy(settings).rules.issuers.items():
        try:
            said = check_issuer(rule, settings.policy.parent, clock())
        except IssuerFault as fault:
            failed.append(f"{alias}: {fault}")
        else:
            untried += [f"{alias}: {said}"] if said else []
    return _told(failed, untried)


def _files(settings: Settings) -> None:
    """Check the modes of the files that decide on access, and of the environment file with its password."""
    named = [rule.keys for rule in _policy(settings).rules.issuers.values() if not rule.fetched]
    deciding = [settings.policy, *(settings.policy.parent / name for name in named)]
    deciding += [file for file in (settings.redis_tls.authority, settings.redis_tls.certificate) if file]
    deciding += sorted(settings.schemas.iterdir()) if settings.schemas else []
    environment = os.environ.get("MASKING_ENVIRONMENT_FILE")
    secret = [file for file in (Path(environment) if environment else None, settings.redis_tls.key) if file]
    changeable = Text("{file}: others can change it. Fix: chmod go-w {file}")
    readable = Text("{file}: others can read it. Fix: chmod 600 {file}")
    failed = [say(changeable, file=file) for file in deciding if _mode(file) & 0o022]
    failed += [say(readable, file=file) for file in secret if _mode(file) & (stat.S_IRWXO | stat.S_IWGRP)]
    _told(failed)


def _mode(file: Path) -> int:
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except OSError as error:
        raise CheckFailed(say(Text("{file}: cannot be seen ({why})"), file=file, why=error.strerror)) from None


def _store(settings: Settings, *weights: Weight) -> str | None:
    with opened_store(settings, None) as store:
        faults = readiness.every_fault(store)
    found = [fault for fault in faults if fault.weight in weights]
    if found and "advice" in weights and any(fault.weight == "unseen" for fault in found):
        raise CheckFailed(say(Text("nothing was seen of it")))
    shown = found or [fault for fault in faults if fault.weight == "untried" and "loses" in weights]
    text = Text("{check}: {reason}. Fix: {remedy}")
    told = [say(text, check=fault.check, reason=fault.reason, remedy=fault.remedy) for fault in shown]
    return _told(told) if found else _told([], told)


def _guarded(settings: Settings) -> None:
    """Check what only a store for production needs."""
    if settings.development:
        return
    failed = [say(texts.NO_PASSWORD)] if _takes_anyone(settings) else []
    with opened_store(settings, None) as store:
        servers = readiness.examine(store) and store.condition
    if servers and not all(server.limit for server in servers.servers):
        failed.append(say(texts.NO_MAXMEMORY))
    _told(failed)


def _takes_anyone(settings: Settings) -> bool:
    """Return whether the store answers a connection without user and password."""
    url = urlsplit(settings.redis_url)
    store = open_store(settings, urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path, url.query, "")))
    store.trust()
    try:
        store.read([(b"GET", GENESIS)])
    except StoreUnavailable:
        return False
    finally:
        store.close()
    return True


def _clocks(settings: Settings) -> None:
    with opened_store(settings, None) as store:
        readiness.examine(store)
        ahead = round(store.clocks.ahead)
    if abs(ahead) > LEEWAY:
        raise CheckFailed(say(texts.CLOCK_AHEAD if ahead > 0 else texts.CLOCK_BEHIND, seconds=abs(ahead)))


def _archived(settings: Settings) -> str | None:
    """Check the witness's work, in the archive if asked, else in the store's log."""
    keyring = open_keyring(settings)
    archive = open_archive(settings)
    with opened_store(settings, keyring) as store:
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        checkpoints.read_newest()
        backlog = Backlog(store, checkpoints, archive, clock)
        backlog.refresh()
    oldest = checkpoints.oldest
    if backlog.lag and backlog.lag.seconds > LAG_SECONDS:
        raise CheckFailed(say(texts.ARCHIVE_BEHIND, seconds=backlog.lag.seconds))
    if oldest and clock() - oldest.checkpoint.at > LONG_SECONDS:
        raise CheckFailed(say(texts.NOT_TRIMMED))
    if archive is None and not settings.development:
        return say(Text("MASKING_AUDIT_URL is not set, so a witness that is down is noticed after a day only"))
    return None


def _case_check(settings: Settings) -> None:
    policy = _policy(settings)
    check = load_case_check(
        policy.rules.cases.check,
        settings.policy.parent,
        development=settings.development,
        clock=clock,
        random=os.urandom,
        counted=lambda _: None,
    )
    if check is None:
        return
    try:
        check.confirm(DEFAULT_TENANT, "doctor", "doctor", (), None, clock())
    except (UnknownCaseNumber, TicketMismatch):
        return  # a valid answer
    except CaseCheckUnavailable as error:
        why = f" ({error})" if str(error) else ""
        raise CheckFailed(say(texts.NO_TICKET_ANSWER, seconds=TIMEOUT_SECONDS, why=why)) from None


def _addresses(settings: Settings) -> str | None:
    """Ask for the service under each address that proofs may name."""
    rule = _policy(settings).rules.devices
    untried, failed = [], []
    for url in rule.urls if rule is not None else ():
        try:
            answered = Outbound(url, name="doctor", seconds=TIMEOUT_SECONDS, at_once=1, wait=0).ask(
                b"", {}, method="GET", path="/healthz"
            )
        except OutboundError as error:
            why = f" ({error})" if str(error) else ""
            untried.append(say(texts.NOT_REACHED, url=url, why=why))
        else:
            if answered.body != ALIVE:
                failed.append(say(texts.NOT_THIS_SERVICE, url=url))
    return _told(failed, untried)


def _alerts(settings: Settings) -> None:
    if settings.alert_key is not None:
        MessageKey.read(settings.alert_key)


_HOLD_STATES: Final = {
    "setting": ", not all are kept yet: set it again if it stays so",
    "lifting": ", its lifting is proposed",
    "releasing": ", being lifted: lift it again if it stays so",
}


def _holds(settings: Settings) -> str | None:
    """Return the holds in force: what is kept for them must not be deleted by hand either."""
    told = []
    with opened_registry(settings) as opened:
        for tenant in sorted(opened.tenants):
            kept = [hold for hold in opened.state(Holds).listed(tenant) if hold.keeps or hold.status == "releasing"]
            told += [
                f"\n  {hold.name} of tenant {tenant}: {hold.kept} of {hold.waybills} waybills, "
                f"set {rfc3339(hold.set_at)}{_HOLD_STATES.get(hold.status, '')}"
                for hold in kept
            ]
    if not told:
        return None
    return "".join(told) + "\n  Delete no segment of the audit archive while a hold is set (docs/holds.md)."


def _clients(settings: Settings) -> None:
    with opened_registry(settings) as opened:
        if not len(opened.registry.clients):
            told = Text("no client may call yet: python -m masking_service clients add ID --role label-printer")
            raise CheckFailed(say(told))


@click.command()
@state_dir
def doctor(state_dir: Path) -> None:
    """Check the set-up; exits with 1 if something is wrong. What could not be checked is marked with `?`."""
    console = Console(highlight=False)
    table = Table(*map(say, (Text("setting"), Text("value"), Text("source"))))
    for name, default in VARIABLES.items():
        given = os.environ.get(name)
        secret = given and name in {"MASKING_REDIS_URL", "MASKING_ALERT_URL"}
        source = Text("environment") if given else Text("default")
        table.add_row(name, say(Text("(set)")) if secret else given or default, say(source))
    console.print(table)
    address = served_address(state_dir)
    reason = not_ready(address, READY_SECONDS) if address else ""
    served = Text("served at {address}, not ready: {reason}") if reason else Text("served at {address}")
    console.print(
        say(served if address else Text("not served from here"), address=address, reason=reason), markup=False
    )
    with suppress(KeysError, SettingsError):  # which the checks name
        console.print(described_tier(state_dir), markup=False)
    failed: dict[str, str] = {}  # a fault, and the first check that met it
    for what, look in checks(state_dir):
        named = say(what)
        try:
            found = look()
        except Exception as fault:
            told = say(store_told(fault)) if isinstance(fault, StoreUnavailable) else str(fault) or type(fault).__name__
            first = failed.setdefault(told, named)
            console.print(f"[red]✗[/red] {named}: ", end="")
            console.print(
                told if first == named else say(Text("the same fault as under “{check}”"), check=first), markup=False
            )
        else:
            untried = found if isinstance(found, str) else ""
            console.print(f"[yellow]?[/yellow] {named}: " if untried else f"[green]✓[/green] {named}", end="")
            console.print(untried, markup=False)
    sys.exit(1 if failed else 0)
