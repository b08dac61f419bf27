"""`doctor`: prints each setting with its source, checks the set-up, and says how to fix each fault."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from keys import keyset, selftest
from keys.messages import MessageKey
from masking_service.cli.announcement import not_ready, served_address
from masking_service.cli.options import settings_of, state_dir
from masking_service.masking.schemas import load_schemas
from masking_service.runtime.administration import opened_registry, opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import VARIABLES, Settings
from masking_service.service.cases.case_check import TIMEOUT_SECONDS, load_case_check
from masking_service.service.people.errors import CaseCheckUnavailable, TicketMismatch, UnknownCaseNumber
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.store import health as readiness
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Weight
from masking_service.store.reasons import told

Check = tuple[str, str]


@click.command()
@state_dir
def doctor(state_dir: Path) -> None:
    """Check the set-up; exits with 1 if something is wrong."""
    console = Console(highlight=False)
    table = Table("setting", "value", "source")
    for name, default in VARIABLES.items():
        given = os.environ.get(name)
        shown = "(set)" if given and name in {"MASKING_REDIS_URL", "MASKING_ALERT_URL"} else given or default
        table.add_row(name, shown, "environment" if given else "default")
    console.print(table)
    address = served_address(state_dir)
    reason = not_ready(address) if address else ""
    console.print(f"served at {address}{reason and f', not ready: {reason}'}" if address else "not served from here")
    sound = True
    for what, look in _checks(state_dir):
        try:
            look()
        except Exception as fault:
            sound = False
            console.print(f"[red]✗[/red] {what}: ", end="")
            console.print(told(fault) if isinstance(fault, StoreUnavailable) else str(fault), markup=False)
        else:
            console.print(f"[green]✓[/green] {what}")
    sys.exit(0 if sound else 1)


class CheckFailed(Exception):
    """Something is wrong; the text says what, and how to fix it."""


def _checks(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "known answers of the cryptography", selftest.run
    yield "keyset", lambda: keyset.load(folder / "keyset.json")
    yield "policy", lambda: Policy.load(settings_of(folder).policy, development=False)
    yield "ticket system answers", lambda: _case_check(settings_of(folder))
    yield "schemas", lambda: load_schemas(settings_of(folder).schemas)
    yield "key of alerts", lambda: _alerts(settings_of(folder))
    yield "store keeps what it acknowledges", lambda: _store(settings_of(folder), "loses", "unready", "unseen")
    yield (
        "store stops taking writes when it is cut off from its replicas",
        lambda: _store(settings_of(folder), "advice", "unseen"),
    )
    yield "store is this keyset's, and clients can be read", lambda: _clients(settings_of(folder))


def _store(settings: Settings, *weights: Weight) -> None:
    with opened_store(settings, None) as store:
        found = [fault for fault in readiness.look(store) if fault.weight in weights]
    if found and "advice" in weights and any(fault.weight == "unseen" for fault in found):
        raise CheckFailed("nothing was seen of it")
    if found:
        lines = [f"{fault.check}: {fault.reason}. Fix: {fault.remedy}" for fault in found]
        raise CheckFailed("".join(f"\n  {line}" for line in lines))


def _case_check(settings: Settings) -> None:
    policy = Policy.load(settings.policy, development=False)
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
    except CaseCheckUnavailable:
        raise CheckFailed(
            f"no signed answer within {TIMEOUT_SECONDS} s. Fix: check cases.check.url, and that both sides have the key"
        ) from None


def _alerts(settings: Settings) -> None:
    if settings.alert_key is not None:
        MessageKey.read(settings.alert_key)


def _clients(settings: Settings) -> None:
    with opened_registry(settings) as opened:
        if not len(opened.registry.clients):
            raise CheckFailed("no client may call yet: python -m masking_service clients add ID --role label-printer")
