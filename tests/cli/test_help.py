"""What the command line says of itself, and what it says where it cannot run at all."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from masking_audit.cli import COMMANDS as OF_AUDIT
from masking_console.__main__ import main as desk
from masking_service.cli import COMMANDS, Deferred, commands
from tests import programs
from tests.e2e.processes import ROOT
from tests.every import every
from tests.telling import Told

WIDTH = 80
OPTIONS = Path(__file__).with_name("options.txt")
BROKEN = """
import runpy, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == 'masking_service.cli':
            raise ModuleNotFoundError("No module named '{0}'", name='{0}')

sys.meta_path.insert(0, Finder())
runpy.run_module('masking_service', run_name='__main__')
"""


def tree(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, Deferred):
        command = command.imported()
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from tree(inner, *path, name)


EVERY = [*tree(commands)]


@every(("path", "command"), EVERY)
def test_a_list_of_commands_cuts_no_sentence(path: tuple[str, ...], command: click.Command) -> None:
    del command
    shown = CliRunner().invoke(commands, [*path, "--help"], terminal_width=WIDTH)

    assert shown.exit_code == 0
    assert [line for line in shown.stdout.splitlines() if re.match(r"  .*\.\.\.$", line)] == []


def test_each_parameter_of_a_command_is_as_listed(tmp_path: Path) -> None:
    """Its names, what it takes, what it is where it is left out, and the environment variable that it is read from."""
    told = Told(re.compile(r"(?!)"), long=200)
    for path, command in [*EVERY, *tree(desk, "(desk)")]:
        told.tell(" ".join(path) or "(program)")
        for parameter in command.params:
            told.tell(f"    {spoken(parameter)}")
    told.is_as_in(OPTIONS, tmp_path)


def spoken(parameter: click.Parameter) -> str:
    default = parameter.default if isinstance(parameter.default, int | float | str | Path | tuple) else None
    facts = {
        "takes": spoken_type(parameter.type),
        "default": str(default).removeprefix(f"{ROOT}/") if default else default,
        "required": parameter.required or None,
        "times": parameter.nargs if parameter.nargs != 1 else None,
        "repeated": getattr(parameter, "multiple", None) or None,
        "flag": getattr(parameter, "is_flag", None) or None,
        "shown default": getattr(parameter, "show_default", None) or None,
        "environment": parameter.envvar,
    }
    names = " ".join([*parameter.opts, *parameter.secondary_opts])
    return ", ".join([names, *(f"{name} {value}" for name, value in facts.items() if value not in (None, ""))])


def spoken_type(taken: click.ParamType[Any]) -> str:
    if isinstance(taken, click.Path):
        no = [name for name, allowed in (("file", taken.file_okay), ("folder", taken.dir_okay)) if not allowed]
        words = ["a path", "that exists" if taken.exists else "", *(f"of no {name}" for name in no)]
        return " ".join(filter(None, [*words, "or -" if taken.allow_dash else ""]))
    if isinstance(taken, click.File):
        return f"a file, mode {taken.mode}"
    if type(taken).__module__.startswith("click."):
        return str(taken)
    known = {name.strip("_"): getattr(value, "__name__", value) for name, value in vars(taken).items()}
    return f"{type(taken).__name__.strip('_')} {known or ''}".strip()


@pytest.mark.parametrize("command", [*COMMANDS, *OF_AUDIT], ids=lambda command: command.module)
def test_a_command_is_listed_with_its_own_first_sentence(command: Deferred) -> None:
    assert command.get_short_help_str(WIDTH) == command.imported().get_short_help_str(WIDTH)


def test_a_list_of_commands_imports_none_of_them() -> None:
    asked = "import sys, runpy; sys.argv[1:] = ['-h']; runpy.run_module('masking_service', run_name='__main__')"
    code = f"import atexit, sys; atexit.register(lambda: print(*sys.modules)); {asked}"

    said = programs.output(sys.executable, "-c", code)

    assert "Mask the records of a file." in said
    assert not {command.module for command in COMMANDS} & {*said.split()}


@every(("path", "command"), EVERY)
def test_every_option_says_what_it_is_for(path: tuple[str, ...], command: click.Command) -> None:
    del path
    options = [each for each in command.params if isinstance(each, click.Option)]

    assert [each.opts for each in options if not each.help] == []


def test_a_python_without_the_requirements_is_told_how_to_get_them() -> None:
    without = programs.run(sys.executable, "-S", "-m", "masking_service", "--help", cwd=ROOT)

    assert without.returncode == 2
    assert without.stderr == (
        "the requirements are not installed for this Python: run make install, "
        "then .venv/bin/python -m masking_service ...\n"
    )


@pytest.mark.parametrize("missing", ["masking_service.gone", "keys.gone", "json.gone"])
def test_a_module_of_our_own_that_is_missing_stays_a_traceback(missing: str) -> None:
    ended = programs.run(sys.executable, "-c", BROKEN.format(missing), cwd=ROOT)

    assert f"ModuleNotFoundError: No module named {missing!r}" in ended.stderr
