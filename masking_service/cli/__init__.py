"""The command line: `python -m masking_service COMMAND`. Faults are said in words and exit with 2."""

import sys
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from keys.errors import KeysError
from masking_service import __version__
from masking_service.cli.deferred import Deferred

INSTALLED: Final = "waybill-masking"
"""The command of the installed package. Its shell completion is click's: _WAYBILL_MASKING_COMPLETE=bash_source."""

_HERE: Final = "masking_service.cli"
COMMANDS: Final = (
    Deferred("audit", "masking_audit.cli", "Export, verify, watch and archive the audit log."),
    Deferred("bench", f"{_HERE}.bench", "Measure the service beside a baseline and other products."),
    Deferred("callers", f"{_HERE}.callers", "Import the phone numbers of callers."),
    Deferred("clients", f"{_HERE}.clients", "Add, list and revoke machine clients."),
    Deferred("doctor", f"{_HERE}.doctor", "Check the set-up; exits with 1 if something is wrong."),
    Deferred("incident", f"{_HERE}.incident", "Open incidents, show their deadlines, and close them."),
    Deferred("keys", f"{_HERE}.keys", "Create, rotate and destroy keys."),
    Deferred("mask", "masking_files", "Mask the records of a file."),
    Deferred("people", f"{_HERE}.people", "Approve people's keys and devices, and unfreeze people."),
    Deferred("policy", f"{_HERE}.policy", "Check a policy, and hash the numbers that it lists."),
    Deferred("pseudonyms", f"{_HERE}.pseudonyms", "Manage pseudonyms that end."),
    Deferred("search", f"{_HERE}.search", "Manage the search indexes."),
    Deferred("serve", f"{_HERE}.serve", "Serve HTTP until SIGTERM or Ctrl-C."),
    Deferred("token", f"{_HERE}.token", "Mint access tokens of the development issuer."),
    Deferred("tokenize", "masking_files", "Tokenize the records of a file, and store their values."),
)


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=INSTALLED, message="%(prog)s %(version)s")
def commands() -> None:
    """The waybill masking service: runs it, and manages its keys, clients and policy."""


def main() -> None:
    """Run the command that the arguments name."""
    run(commands, INSTALLED, "masking_service")


def run(group: click.Group, installed: str, module: str) -> None:
    """Run a program, and exit.

    Args:
        installed: its name where it is installed.
        module: its package, as it is run from a checkout.
    """
    try:
        name = installed if Path(sys.argv[0]).name == installed else f"python -m {module}"
        group.main(prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ModuleNotFoundError:
        raise
    except Exception as error:
        text = _in_words(error)
        if text is None:
            raise
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text)
        sys.exit(2)


def _in_words(error: Exception) -> str | None:
    if isinstance(error, KeysError):
        return str(error)
    try:
        from masking_service.cli.faults import told  # imports most of the service
    except ModuleNotFoundError:
        return None  # only the auditor's requirements are installed, so it is no fault of the service
    return told(error)
