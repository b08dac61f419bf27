"""`audit incident`: what a principal saw in a period, for the lawyer and for the police."""

from pathlib import Path

import click

from keys.keyring import TenantKeys
from masking_audit.cli.packing import new_folder, period, whole_log, write_pack
from masking_audit.format.lines import write_line
from masking_audit.packs.evidence import excerpt
from masking_audit.packs.incident import Incident
from masking_audit.packs.manifest import EVIDENCE
from masking_service.audit.entries import outside_id
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.people.principals import principal_id


@click.command()
@click.option("--principal", required=True, help="Whom it is about, as in the log: client/ID or ALIAS/SUB.")
@click.option(
    "--waybills",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Waybill numbers, one a line: those that occur are named in the documents, which then contain them.",
)
@period
def incident(
    principal: str,
    waybills: Path | None,
    begin: int,
    end: int,
    tenant: str,
    output: Path | None,
    archive: Path | None,
    state_dir: Path,
) -> None:
    """Write what a principal saw, for lawyers and the police.

    Which waybills and kinds, when, under which cases, with whose approval: a folder with Markdown and CSV in English
    and Chinese, the signed entries behind them as NDJSON, and a signed list of the files. `audit verify FOLDER`
    verifies all of it with the public key alone.
    """
    try:
        principal_id(principal)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--principal") from None
    folder = new_folder(output, "incident", begin, end)
    with whole_log(state_dir, archive) as log:
        keys = log.keyring.tenant(tenant)
        hashed = keys.audit_hash("tenant")
        found = Incident(outside_id(principal), hashed, begin, end)
        found.find_acts(log.verified_entries())
        evidence = [*excerpt(log.lines(), found.belongs), write_line(log.newest)]
        numbers = _numbers_by_hash(keys, waybills) if waybills else {}
        document = found.document(log.source(hashed), numbers)
        about = {"tenant": hashed, "principal": found.principal, "begin": begin, "end": end}
        write_pack(folder, log, document, about=about, evidence={EVIDENCE: evidence})
    if not found.acts:
        click.echo("The log has no entry of this principal in this period.", err=True)


def _numbers_by_hash(keys: TenantKeys, path: Path) -> dict[str, str]:
    """Return the numbers in a file by the hash that entries have."""
    numbers = []
    for at, line in enumerate(path.read_text("utf-8-sig").split(), 1):
        try:
            numbers.append(normalise_waybill_no(line))
        except ValueError:
            raise click.BadParameter(
                f"number {at} in {path} is not a waybill number", param_hint="--waybills"
            ) from None
    return {
        keys.audit_hash("waybill", base.hex()): number
        for base, number in zip(keys.bases(numbers), numbers, strict=True)
    }
