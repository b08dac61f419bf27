"""A group of commands that imports a command only when it is asked for.

As click documents it ("Lazily Loading Subcommands"): each command needs another part of the service, and importing all
of them takes longer than most commands.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Imports its commands when they are run, listed with their help, or completed.

    Args:
        modules: the module of each command, by the command's name. The module has the command under that name, with
            `_` for `-`.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in order."""
        del ctx
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if no command has the name."""
        del ctx
        if cmd_name not in self._modules:
            return None
        command: click.Command = getattr(import_module(self._modules[cmd_name]), cmd_name.replace("-", "_"))
        return command
