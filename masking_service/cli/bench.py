"""`bench`: runs the benchmarks of `bench/` in the checkout."""

import runpy
import sys

import click

from masking_service.settings import ROOT


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the service beside its yardstick and its rivals; arguments go to bench/run.py."""
    sys.argv = ["bench/run.py", *arguments]
    runpy.run_path(str(ROOT / "bench" / "run.py"), run_name="__main__")
