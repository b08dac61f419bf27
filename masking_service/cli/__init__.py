"""The command line: `python -m masking_service COMMAND`.

Faults are said in words and exit with 2.
"""

import sys
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from keys.errors import KeysError
from masking_service import __version__
from masking_service.access.errors import ClientError, PolicyError
from masking_service.cli.audit import audit
from masking_service.cli.bench import bench
from masking_service.cli.callers import callers
from masking_service.cli.clients import clients
from masking_service.cli.doctor import doctor
from masking_service.cli.files import mask, tokenize
from masking_service.cli.keys import keys
from masking_service.cli.policy import policy
from masking_service.cli.search import search
from masking_service.cli.serve import serve
from masking_service.cli.texts import store_told
from masking_service.cli.token import token
from masking_service.dev.child import ChildError
from masking_service.dev.embedded import EmbeddedServerError
from masking_service.domain.errors import DefinitionError
from masking_service.runtime.settings import SettingsError
from masking_service.runtime.wiring import WrongPurpose
from masking_service.store.errors import StoreUnavailable
from masking_service.store.identity import WrongStore

INSTALLED: Final = "waybill-masking"
"""The command of the installed package. Its shell completion is click's: _WAYBILL_MASKING_COMPLETE=bash_source."""

FAULTS = (
    ChildError,
    ClientError,
    DefinitionError,
    EmbeddedServerError,
    KeysError,
    PolicyError,
    SettingsError,
    StoreUnavailable,
    WrongPurpose,
    WrongStore,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=INSTALLED, message="%(prog)s %(version)s")
def commands() -> None:
    """The waybill masking service: runs it, and manages its keys, clients and policy."""


for command in (audit, bench, callers, clients, doctor, keys, mask, policy, search, serve, token, tokenize):
    commands.add_command(command)


def main() -> None:
    """Run the command that the arguments name."""
    try:
        name = INSTALLED if Path(sys.argv[0]).name == INSTALLED else "python -m masking_service"
        commands.main(prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except FAULTS as fault:
        text = store_told(fault) if isinstance(fault, StoreUnavailable) else str(fault)
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text)
        sys.exit(2)
