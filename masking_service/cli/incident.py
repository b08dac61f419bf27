"""`incident`: opens and closes incidents, and says what is due by when. The desk has the same on the page Incidents."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

import click
from rich.console import Console

from masking_service.cli.options import FOLDER, GIVEN_FOLDER, Checked, state_dir, tenant_option
from masking_service.masking.timestamps import rfc3339, unix_time
from masking_service.runtime.administration import OpenRegistries, opened_registry
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.incidents.duties import Duty, Flag, countries, duties_of, form_of, grade_of
from masking_service.service.incidents.problems import IncidentClosed, IncidentExists
from masking_service.service.incidents.state import IncidentLists, IncidentRecord, PackFile
from masking_service.service.incidents.use import IncidentBook, Known, named
from masking_service.service.rule_texts import with_rules
from masking_service.texts import Text, language_of_terminal, say

FLAGS: Final = get_args(Flag)
SAID: Final = {
    "incident-exists": Text("an incident of this name was opened before"),
    "incident-closed": Text("the incident is closed: only reports can be noted"),
}
_tenant: Final = tenant_option("The tenant of the incident.")


def _at(text: str) -> int:
    """Return a time in UTC as Unix seconds."""
    try:
        return unix_time(text)
    except ValueError:
        raise ValueError("has to be a time such as 2026-11-24T02:00:00Z") from None


@click.group()
def incident() -> None:
    """Open incidents, show their deadlines, and close them."""


@incident.command("open")
@click.argument("name")
@click.option("--leak", required=True, help="What leaked, in a word or two.")
@click.option(
    "--country",
    "codes",
    multiple=True,
    required=True,
    type=click.Choice(list(countries())),
    help="A country whose law applies; may be repeated.",
)
@click.option(
    "--found", type=Checked("time", _at), help="When it was found: deadlines count from then. Now, if not given."
)
@click.option(
    "--flag", "flags", multiple=True, type=click.Choice(FLAGS), help="A fact that duties depend on; may be repeated."
)
@click.option("--persons", type=click.IntRange(0), help="Distinct persons concerned, as `audit incident` counts them.")
@_tenant
@state_dir
def open_incident(name: str, tenant: str, state_dir: Path, **said: Any) -> None:
    """Open the incident NAME, and start the deadlines of each country."""
    found = said["found"] or clock()
    fresh = IncidentRecord(
        name=name,
        leak=said["leak"],
        countries=tuple(dict.fromkeys(said["codes"])),
        found_at=found,
        opened_at=0,
        opened_by="",
        flags=frozenset(said["flags"]),
        persons=said["persons"],
    )
    with opened_registry(settings_of(state_dir)) as opened, _refusals_in_words():
        _show([_book(opened).open(opened.operator(tenant), fresh)])


@incident.command()
@click.argument("name", required=False)
@click.option("--persons", type=click.IntRange(0), help="Note how many persons are certainly concerned.")
@click.option("--possible", type=click.IntRange(0), help="Note how many persons may be concerned.")
@click.option(
    "--flag",
    "flags",
    multiple=True,
    type=click.Choice(FLAGS),
    help="Note a fact that duties depend on; may be repeated. Replaces those noted before.",
)
@click.option(
    "--reported",
    multiple=True,
    metavar="COUNTRY/DUTY",
    help="Note that this report has just been made; may be repeated.",
)
@click.option("--pack", type=GIVEN_FOLDER, help="The folder of a pack: note its files, by name and SHA-256.")
@click.option("--forms", type=FOLDER, help="Write each country's form here.")
@_tenant
@state_dir
def status(name: str | None, tenant: str, state_dir: Path, **said: Any) -> None:
    """Show each incident, or NAME, and what is due.

    Shows the grade, the deadlines and the reports that were made. Options for NAME note what became known, before that.
    """
    known = Known(
        persons=said["persons"],
        possible=said["possible"],
        flags=frozenset(said["flags"]) if said["flags"] else None,
        reported=dict.fromkeys(said["reported"], clock()),
        files=_files(said["pack"]) if said["pack"] else (),
    )
    if name is None and (known != Known() or said["forms"]):
        raise click.UsageError("name the incident to which this belongs")
    with opened_registry(settings_of(state_dir)) as opened, _refusals_in_words():
        book = _book(opened)
        if name is not None and known != Known():
            book.note(opened.operator(tenant), name, known)
        incidents = book.lists.listed(tenant)
        shown = incidents if name is None else [named(incidents, name)]
    if said["forms"]:
        _write_forms(said["forms"], shown[0])
    _show(shown)


@incident.command()
@click.argument("name")
@_tenant
@state_dir
def close(name: str, tenant: str, state_dir: Path) -> None:
    """Close the incident NAME. Deadlines that count from its end begin."""
    with opened_registry(settings_of(state_dir)) as opened, _refusals_in_words():
        _show([_book(opened).close(opened.operator(tenant), name)])


def _book(opened: OpenRegistries) -> IncidentBook:
    return IncidentBook(opened.state(IncidentLists), opened.recorder)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except NotFound:
        raise click.ClickException(say(Text("there is no incident of this name"))) from None
    except (IncidentExists, IncidentClosed) as refusal:
        raise click.ClickException(say(SAID[refusal.code])) from None
    except InvalidRequest as fault:
        raise click.ClickException(
            with_rules(Text("This cannot be noted."), fault.places, language_of_terminal())
        ) from None


def _files(pack: Path) -> list[PackFile]:
    if not (pack / "manifest.json").is_file():
        told = Text("{folder} has no manifest.json: `audit incident` writes a pack with one")
        raise click.BadParameter(say(told, folder=pack), param_hint="--pack")
    return [
        PackFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(pack.iterdir())
        if path.is_file()
    ]


def _write_forms(folder: Path, incident: IncidentRecord) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for code in incident.countries:
        path = folder / f"{incident.name}-{code}.md"
        path.write_text(form_of(code, incident), "utf-8")
        click.echo(path)


def _show(incidents: Iterable[IncidentRecord]) -> None:
    """Print incidents with what is due."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    own = language_of_terminal()
    for one in incidents:
        ended = say(Text(", closed {closed}"), closed=rfc3339(one.closed_at)) if one.closed_at else ""
        head = Text("{name}: {leak}, discovered {found}")
        console.print(say(head, name=one.name, leak=one.leak, found=rfc3339(one.found_at)) + ended)
        for code in one.countries:
            grade = grade_of(countries()[code], one)
            console.print(f"  {code}: {grade.name[own] if grade else '?'}")
        for duty in duties_of(one):
            console.print(f"  {_due(duty)}: {duty.key}, {duty.rule.what[own]} → {duty.rule.to[own]}")


def _due(duty: Duty) -> str:
    """Say by when a duty is due, or when it was done."""
    law = "" if duty.binding else say(Text(" (not in force yet)"))
    if duty.reported_at:
        return say(Text("reported {at}"), at=rfc3339(duty.reported_at))
    if not duty.deadline:
        return say(Text("at once") if duty.begins else Text("after the end")) + law
    return f"{rfc3339(duty.deadline)}{law}, {_time_left(duty.deadline - clock())}"


def _time_left(seconds: int) -> str:
    if seconds < 0:
        return say(Text("OVERDUE"))
    hours, rest = divmod(seconds, 3600)
    if hours >= 48:
        return say(Text("{days} d {hours} h left"), days=hours // 24, hours=hours % 24)
    return say(Text("{hours} h {minutes} min left"), hours=hours, minutes=rest // 60)
