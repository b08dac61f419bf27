"""`keys`: the keyset and the data keys.

Keys are handled here and nowhere else.
"""

from masking_service.cli.keys.commands import keys

__all__ = ["keys"]
