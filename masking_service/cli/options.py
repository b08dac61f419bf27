"""What every command has in common: the option for the state directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def state_dir(command: Command) -> Command:
    """Give a command the option ``--state-dir``."""
    return click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(".local"),
        envvar="MASKING_STATE_DIR",
        show_default=True,
        help="Where keys, snapshots and the embedded store are.",
    )(command)
