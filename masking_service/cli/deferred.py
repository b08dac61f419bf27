"""Commands that are imported when they are used.

Each command needs another part of the service, and importing all of them takes longer than most commands.
"""

from importlib import import_module
from typing import Any

import click


class Deferred(click.Command):
    """A command in lists and completions, which is imported when it is run or asked for its help.

    Args:
        name: of the command. Its module has it under that name, with `_` for `-`.
    """

    def __init__(self, name: str, module: str, help: str) -> None:  # noqa: A002  # click's name for it
        super().__init__(name, help=help)
        self.module = module

    def imported(self) -> click.Command:
        """Return the command."""
        command: click.Command = getattr(import_module(self.module), str(self.name).replace("-", "_"))
        return command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Return the context of the command, with which click goes on: see `click.Command.make_context`."""
        return self.imported().make_context(*args, **extra)
