"""`audit`: the log for auditors and operators: taken out, verified, followed, kept."""

import click

from masking_service.cli.audit.accept import accept_store
from masking_service.cli.audit.cosign import cosign
from masking_service.cli.audit.export import export
from masking_service.cli.audit.follow import follow
from masking_service.cli.audit.incident import incident
from masking_service.cli.audit.lookout import lookout
from masking_service.cli.audit.prove import prove
from masking_service.cli.audit.report import report
from masking_service.cli.audit.tail import tail
from masking_service.cli.audit.verify import verify

__all__ = ["audit"]


@click.group()
def audit() -> None:
    """Export, verify, watch and archive the audit log."""


for command in (accept_store, cosign, export, follow, incident, lookout, prove, report, tail, verify):
    audit.add_command(command)
