"""`keys leaver`: rotates every key that a departed key holder could have copied, and writes a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import click
import msgspec
from rich.console import Console
from rich.table import Table

from keys import tiers
from keys.files import write_secret_file
from keys.keyset import read
from keys.keyset_file import KeysetFile, NamedRoot
from masking_service.audit.actions import Action
from masking_service.cli.keys.opened import hosts_have, opened_coordinator, opened_rotation, root, wait
from masking_service.cli.keys.rotations import ROTATIONS, Rotating, told
from masking_service.cli.options import state_dir
from masking_service.masking.timestamps import rfc3339
from masking_service.rotation.leaver import STEPS, Access, LeaverPlan, key_names, load, outdated, run, without
from masking_service.rotation.reseal import STARTED, reseal, reseal_hosts
from masking_service.rotation.rotate import rotate
from masking_service.rotation.shred import rewrap
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of

PLAN: Final = "leaver.json"
VERIFY_FIRST: Final = (
    "Run `audit verify --store` before these steps: they announce in the log what they find in the store, so later "
    "it finds little of what such a person had put in or brought back."
)
SECONDS_A_STEP: Final = 20
"""Seconds that a step takes with any store: every process has to follow, and calls have to end."""
VALUES_A_SECOND: Final = {"rotate state": 2_000, "rotate index": 2_000, "reseal": 3_000}
"""About how many values such a step reads and seals anew in a second (`make turnover`)."""


@click.command()
@click.option(
    "--could",
    "could",
    multiple=True,
    type=click.Choice(get_args(Access)),
    help="What the person had access to; may be repeated. host: root on a machine of the service.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the first step.")
@root
@hosts_have
@wait
@state_dir
def leaver(could: tuple[Access, ...], yes: bool, named: NamedRoot | None, timeout: float, state_dir: Path) -> None:
    """Rotate every key that a person who leaves had access to.

    Shows the steps and how long they take, and asks. An interrupted run continues. At the end there is a report for the
    file, with what has to be done by hand.
    """
    open_keyring(settings_of(state_dir))  # without a set-up this says how to make one
    path = state_dir / PLAN
    begun = load(path)
    if begun is None and not could:
        raise click.UsageError("--could says what the person could have had: host, store, keys or code")
    if begun is not None and could and {*could} != {*begun.could}:
        raise click.UsageError(
            f"a run for --could {' --could '.join(begun.could)} is not complete: finish it first, without --could"
        )
    departure = begun or _planned(could, state_dir / "keyset.json")
    if departure.left:
        _show(departure, _values(state_dir))
        if not yes:
            click.confirm("Go on?", abort=True)
    if not path.exists():
        (state_dir / STARTED).unlink(missing_ok=True)  # the data keys of an earlier run are old now
        write_secret_file(path, msgspec.json.encode(departure), replace=True)

    def run_step(step: str) -> str | None:
        with opened_rotation(state_dir, timeout) as (coordinator, opened):
            using = _OfStep(coordinator, opened, departure, named)
            said = _RUN[step](using)
            while departure.leaves_known(step, coordinator.file):  # it only finished an earlier rotation
                said = _RUN[step](using)
            return said

    departure = run(path, departure, run_step, clock, lambda step, said: click.echo(f"{step}: {said}"))
    if departure.left:
        raise click.ClickException(f"not complete: {', '.join(departure.left)}. Run the command again")
    report = state_dir / f"leaver-{rfc3339(departure.began).replace(':', '')}.md"
    write_secret_file(report, departure.report(clock()).encode(), replace=True)
    path.unlink(missing_ok=True)
    click.echo(f"{report} is the report for the file. It names what has to be done by hand:")
    for line in departure.by_hand:
        click.echo(f"- {line}")
    click.echo(f"Back up {state_dir / 'keyset.json'} now, and destroy every older copy.")


def _planned(could: tuple[Access, ...], path: Path) -> LeaverPlan:
    """Return the plan of a run that begins now."""
    file = read(path)[0]
    keys = key_names([*file.roots, *file.secrets])
    return LeaverPlan(tuple(dict.fromkeys(could)), clock(), hosts=_enrolled(file), keys=keys)


def _show(departure: LeaverPlan, values: int) -> None:
    table = Table("step", "about", "why")
    done = {one.step: rfc3339(one.at) for one in departure.finished}
    for step in departure.steps:
        seconds = SECONDS_A_STEP + values / VALUES_A_SECOND.get(step, values or 1)
        about = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
        table.add_row(step, done.get(step, about), STEPS[step].why)
    Console(highlight=False).print(table)
    if "rotate state" not in done:
        click.echo(VERIFY_FIRST)


def _values(state_dir: Path) -> int:
    """Count what is stored of waybills."""
    with opened_coordinator(state_dir, 0.0) as coordinator:
        return sum(1 for _ in coordinator.store.keys(b"wm:{*"))


def _enrolled(file: KeysetFile) -> tuple[str, ...]:
    """Return the names of the intake hosts that are trusted."""
    return tuple(host.name for host in file.hosts if host.state == "enrolled")


@dataclass(frozen=True, slots=True)
class _OfStep(Rotating):
    """What a step may use."""

    departure: LeaverPlan
    named: NamedRoot | None


def _root(opened: _OfStep) -> str:
    rotate(opened.coordinator, "root", opened.named)
    return "a new root key is active"


def _rewrap(opened: _OfStep) -> str:
    data_keys, secrets = rewrap(opened.coordinator)
    return f"{data_keys:,} data keys and {secrets} secrets rewrapped"


def _token(opened: _OfStep) -> str:
    rotate(opened.coordinator, "token")
    return "a new token key is active; the old one reads existing tokens"


def _rotating(which: str) -> Callable[[_OfStep], str]:
    """Return what rotates one of the `ROTATIONS`."""
    rotation = ROTATIONS[which]
    return lambda opened: told(rotation.run(opened), rotation.reported, "an earlier rotation is finished")


def _publication(opened: _OfStep) -> str:
    if "publication" not in opened.coordinator.keyring.keyset.active:
        return "there is none: the tiers are not split"
    return _rotating("publication")(opened)


def _reseal(opened: _OfStep) -> str:
    done = reseal(opened.coordinator, opened.registries.recorder, opened.registries.policy, clock)
    return (
        f"{done.records:,} records, {done.entries:,} search entries and {done.held:,} held waybills: "
        f"{done.left:,} records under older data keys"
    )


def _revoke_hosts(opened: _OfStep) -> str | None:
    coordinator = opened.coordinator
    coordinator.finish_last_change()
    enrolled = _enrolled(coordinator.file)
    leaving = [name for name in opened.departure.hosts if name in enrolled]
    if leaving and len(leaving) == len(enrolled):
        click.echo(
            f"The keys of these intake hosts may be in other hands: {', '.join(leaving)}. Enrol new ones under new "
            "names (keys split, keys hosts enrol), stop these, then run this again. Where no other host follows them: "
            "stop them, then keys reseal, then keys hosts revoke"
        )
        return None
    ids = [key for key, host in coordinator.keyring.keyset.hosts.items() if host.name in leaving]
    sealed = 0
    if ids:
        done = reseal_hosts(coordinator, opened.registries.recorder, opened.registries.policy, clock, ids)
        sealed = done.records + done.entries
    for name in leaving:
        coordinator.change(tiers.revoke(coordinator.path, name, coordinator.today))
    return f"{len(leaving)} revoked; {sealed:,} values of theirs sealed anew: 0 are under their keys"


def _revoke(opened: _OfStep) -> str | None:
    revocable, waiting = outdated(opened.registries.registry.clients, opened.departure.began, clock())
    if revocable:
        opened.registries.change(Action.CLIENT_REVOKE, "", lambda clients: without(clients, revocable))
    if waiting:
        click.echo(
            "These clients have no API key that was made since: give each a second one (clients add), let it change "
            f"over, then run this again: {', '.join(waiting)}"
        )
        return None
    return f"{len(revocable)} revoked; every valid API key was made since"


_RUN: Final[Mapping[str, Callable[[_OfStep], str | None]]] = {
    "rotate root": _root,
    "rewrap": _rewrap,
    "rotate token": _token,
    "rotate clients": _rotating("clients"),
    "rotate publication": _publication,
    "rotate state": _rotating("state"),
    "rotate index": _rotating("index"),
    "rotate search": _rotating("search"),
    "rotate audit": _rotating("audit"),
    "reseal": _reseal,
    "revoke intake hosts": _revoke_hosts,
    "revoke API keys": _revoke,
}
