"""The command line: `python -m masking_service COMMAND`. Faults are said in words and exit with 2."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from keys.errors import KeysError
from masking_service import __version__


class Deferred(click.Command):
    """A command in lists and completions, which is imported when it is run or asked for its help.

    Args:
        name: of the command. Its module has it under that name, with `_` for `-`.
    """

    def __init__(self, name: str, module: str, help: str) -> None:  # noqa: A002  # click's name for it
        super().__init__(name, help=help)
        self.module = module

    def imported(self) -> click.Command:
        command: click.Command = getattr(import_module(self.module), str(self.name).replace("-", "_"))
        return command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Return the context of the command, with which click goes on: see `click.Command.make_context`."""
        return self.imported().make_context(*args, **extra)


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
