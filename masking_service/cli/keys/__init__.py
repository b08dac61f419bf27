"""`keys`: the keyset and the data keys. Keys are handled here and nowhere else."""

from masking_service.cli.keys.commands import keys
from masking_service.cli.keys.leaver import leaver

keys.add_command(leaver)

__all__ = ["keys"]
