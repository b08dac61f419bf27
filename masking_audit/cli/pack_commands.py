"""What the commands that write packs share: the period, the log, and the folder that they write."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from keys.keyring import Keyring, TenantKeys
from keys.signatures import Verifier
from masking_audit.archive.export import export
from masking_audit.cli.file_options import archive
from masking_audit.cli.places import archived_lines, opened_log
from masking_audit.cli.verify_output import count
from masking_audit.format.entries import Entry
from masking_audit.format.lines import CheckpointLine, EntryLine, entry_lines
from masking_audit.format.links import entry_id
from masking_audit.newest_hashes import NewestHashes
from masking_audit.packs.documents import Document, without_staff
from masking_audit.packs.evidence import entry_of
from masking_audit.packs.manifest import Manifest, digest_of, write_manifest
from masking_audit.verify.verifier import Verification
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.streams import Streams
from masking_service.cli.options import FOLDER, Checked, state_dir, tenant_option
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339, unix_time
from masking_service.runtime.clock import clock
from masking_service.store.client import Store
from masking_service.texts import LANGUAGES

Command = Callable[..., Any]


def _begin(text: str) -> int:
    """Return a time, or the beginning of a day, as Unix seconds."""
    try:
        return unix_time(text)
    except ValueError:
        raise ValueError("has to be a day such as 2026-11-24, or a time such as 2026-11-24T08:00:00Z") from None


def _end(text: str) -> int:
    """Return a time, or the end of a day, as Unix seconds."""
    is_day = len(text) == len("2027-05-23") and "-" in text
    return _begin(text) + (SECONDS_A_DAY if is_day else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOptions:
    """The options of every pack.

    Attributes:
        begin, end: the period, in Unix seconds; `end` is outside.
        output: the folder to write; None for one that is named after the command and the days.
        overseer: whether the pack names no member of staff.
    """

    begin: int
    end: int
    tenant: str
    output: Path | None
    overseer: bool
    archive: Path | None
    state_dir: Path


def period(command: Command) -> Command:
    """Give a command the options of every pack, as `asked`."""

    @wraps(command)
    def packing(**options: Any) -> Any:
        asked = PackOptions(**{each.name: options.pop(each.name) for each in fields(PackOptions)})
        return command(asked=asked, **options)

    made: Command = packing
    for option in (
        state_dir,
        archive,
        click.option("--overseer", is_flag=True, help="Name no member of staff, and write no evidence: for outsiders."),
        click.option(
            "--output",
            type=FOLDER,
            help="The folder to write, which must not exist. If not given, it is named after the command and the days.",
        ),
        tenant_option("The tenant that the pack is about."),
        click.option("--to", "end", type=Checked("time", _end), required=True, help="A time, or the last day (UTC)."),
        click.option(
            "--from", "begin", type=Checked("time", _begin), required=True, help="A time, or the first day (UTC)."
        ),
    ):
        made = option(made)
    return made


@dataclass(frozen=True, slots=True)
class WholeLog:
    """The log up to a checkpoint made now, and the pack that is made of it.

    Attributes:
        newest_hashes: shows entries of the tenant with the keyed hashes of now.
        lines: yields the lines of the export, at each call.
        verification: what the first pass found.
    """

    asked: PackOptions
    folder: Path
    store: Store
    keyring: Keyring
    newest_hashes: NewestHashes
    newest: CheckpointLine
    lines: Callable[[], Iterator[bytes]]
    verification: Verification

    @property
    def keys(self) -> TenantKeys:
        """The keys of the tenant."""
        return self.keyring.tenant(self.asked.tenant)

    @property
    def tenant(self) -> str:
        """The tenant's hash, as in entries."""
        return self.keys.tenant_hash

    def verified_entries(self) -> Iterator[tuple[str, Entry]]:
        """First pass: yield the entries of the tenant by their ids, and verify the log."""
        parsed = (self.verification.add(line) for line in self.lines())
        yield from self._own_entries(one for one in parsed if isinstance(one, EntryLine))
        self.verification.end()

    def unverified_entries(self) -> Iterator[tuple[str, Entry]]:
        """A later pass: yield the entries once more."""
        return self._own_entries(entry_lines(self.lines()))

    def _own_entries(self, lines: Iterable[EntryLine]) -> Iterator[tuple[str, Entry]]:
        tenant = self.tenant
        for line in lines:
            entry = entry_of(line)
            if entry is not None and entry.tenant == tenant:
                yield entry_id(line.writer, line.number), self.newest_hashes(entry)

    def source(self) -> dict[str, object]:
        """Return the values of the paragraph `source`, after the first pass."""
        return {
            "made": rfc3339(clock()),
            "checkpoint": self.newest.checkpoint.epoch,
            "entries": self.verification.summary().entries,
            "faults": self.verification.findings.count,
            "tenant": self.tenant,
        }


@contextmanager
def new_pack(asked: PackOptions, name: str) -> Iterator[WholeLog]:
    """Create the folder of a pack, and open the log in archive and store, as `audit export` reads it."""
    with _new_folder(asked, name) as folder, opened_log(asked.state_dir) as (store, keyring):
        newest = Checkpoints(store, keyring.audit_signer, asked.state_dir, clock).make()
        lines = partial(export, Streams(store), newest, archived_lines(asked.state_dir, asked.archive))
        hashes = NewestHashes([keyring.tenant(asked.tenant)])
        verification = Verification(Verifier(keyring.audit_signer.public_pem()))
        yield WholeLog(asked, folder, store, keyring, hashes, newest, lines, verification)


@contextmanager
def _new_folder(asked: PackOptions, name: str) -> Iterator[Path]:
    """Create the folder of a pack, readable by its owner only; remove it if the pack is not finished."""
    if asked.end <= asked.begin:
        raise click.UsageError("--from has to be before --to")
    days = f"{rfc3339(asked.begin)[:10]}-{rfc3339(asked.end - 1)[:10]}"
    folder = asked.output or Path(f"{name}-{days}")
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise click.ClickException(f"{folder} exists already: choose another folder with --output") from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be made ({error.strerror})") from None
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_pack(log: WholeLog, document: Document, about: str = "") -> None:
    """Write the document in all formats and languages, and the signed manifest of all files; say what was written."""
    asked, folder = log.asked, log.folder
    if asked.overseer:
        document, about = without_staff(document), ""
    for language in LANGUAGES:
        name = f"{document.title}.{language}"
        with (folder / f"{name}.md").open("w", encoding="utf-8") as file:
            file.writelines(document.markdown(language))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            document.write_csv(file, language)
    files = {path.name: digest_of(path) for path in sorted(folder.iterdir())}
    summary, faults = log.verification.summary(), log.verification.findings.count
    manifest = Manifest(
        pack=document.title,
        made_at=clock(),
        checkpoint=log.newest.checkpoint.epoch,
        checkpoint_link=log.newest.link.hex(),
        entries=summary.entries,
        faults=faults,
        files=files,
        tenant=log.tenant,
        principal=about,
        begin=asked.begin,
        end=asked.end,
    )
    write_manifest(folder, manifest, log.keyring.audit_signer)
    click.echo(f"{folder}: {', '.join(files)}, from {count(summary.entries, 'entry')}")
    if faults:
        click.echo(
            f"THE LOG IS NOT WHOLE: {count(faults, 'fault')}. Run `audit verify`; the documents say so too.", err=True
        )
    click.echo(f"Verify it with the public key alone: audit verify {folder} --public-key audit-public.pem")
