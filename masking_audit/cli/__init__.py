"""`audit`: the log for auditors and operators: taken out, verified, followed, kept."""

from typing import Final

import click

from masking_service.cli.lazy import LazyGroup

_HERE: Final = "masking_audit.cli"
MODULES: Final = {
    "accept-store": f"{_HERE}.accept",
    **{
        name: f"{_HERE}.{name}"
        for name in (
            "cosign",
            "export",
            "follow",
            "incident",
            "lookout",
            "prove",
            "report",
            "serve",
            "sharing",
            "tail",
            "verify",
        )
    },
}
"""The module of each command."""


@click.group(cls=LazyGroup, modules=MODULES, context_settings={"help_option_names": ["-h", "--help"]})
def audit() -> None:
    """Export, verify, watch and archive the audit log."""
