"""The rules of masking: records, profiles, and each kind of value.

Pure: no I/O, no clock, no randomness.
"""

from typing import Final

RULES_VERSION: Final = "10"
"""Of what is masked. It grows when the same record may be masked otherwise; the changelog says how."""
