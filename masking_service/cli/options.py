"""What commands have in common: the option for the state directory, and the types of paths."""

from pathlib import Path
from typing import Final

import click

GIVEN_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
FILE: Final = click.Path(path_type=Path, dir_okay=False)
GIVEN_FOLDER: Final = click.Path(path_type=Path, file_okay=False, exists=True)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
"""`FILE` and `FOLDER` may be missing."""

state_dir = click.option(
    "--state-dir",
    type=FOLDER,
    default=Path(".local"),
    envvar="MASKING_STATE_DIR",
    show_default=True,
    help="Where keys, snapshots and the embedded store are.",
)
