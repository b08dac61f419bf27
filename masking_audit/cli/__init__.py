"""`audit`: the log for auditors and operators: taken out, verified, followed, kept."""

from typing import Final

import click

from masking_service.cli import Deferred

_HERE: Final = "masking_audit.cli"
COMMANDS: Final = (
    Deferred("accept-store", f"{_HERE}.accept", "Accept a store that was restored from a backup."),
    Deferred("cosign", f"{_HERE}.cosign", "Cosign the checkpoint notes of logs that only grow."),
    Deferred("export", f"{_HERE}.export", "Write the whole log to standard output as NDJSON."),
    Deferred("follow", f"{_HERE}.follow", "Archive the log as it grows, until SIGTERM or Ctrl-C."),
    Deferred("incident", f"{_HERE}.incident", "Write the pack about a leak."),
    Deferred("lookout", f"{_HERE}.lookout", "List at most five people a day for review."),
    Deferred("prove", f"{_HERE}.prove", "Write one entry of the log with the proof that it is there."),
    Deferred("report", f"{_HERE}.report", "Write the figures of a period for a compliance audit."),
    Deferred("serve", f"{_HERE}.serve", "Answer the service's questions about archived entries."),
    Deferred("sharing", f"{_HERE}.report", "Write the ledger of what was given to whom, from the log."),
    Deferred("tail", f"{_HERE}.tail", "Show entries as they come, one a line."),
    Deferred("verify", f"{_HERE}.verify", "Verify a log with the public key alone."),
)


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def audit() -> None:
    """Export, verify, watch and archive the audit log."""
