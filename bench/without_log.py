"""`python -m bench.without_log serve --dev …`: the service with an audit log that keeps nothing.

The product has no such switch: this module replaces the log before the service starts.
"""

from collections.abc import Sequence
from unittest.mock import PropertyMock, patch

from masking_audit.format.entries import Entry
from masking_audit.format.links import encode, entry_id
from masking_service.audit.log import AuditLog
from masking_service.cli import commands
from masking_service.service.state.sealed import HashField


def forget(_: AuditLog, entry: Entry, __: Sequence[HashField] = ()) -> str:
    """Encode an entry, which is the caller's part, and return an id at once."""
    encode(entry)
    return entry_id("0" * 16, 1)


if __name__ == "__main__":
    # Disclosures, which the log would write together with the entry, are written by themselves.
    with (
        patch.object(AuditLog, "append", forget),
        patch.object(AuditLog, "writes_fields", PropertyMock(return_value=False)),
    ):
        commands()
