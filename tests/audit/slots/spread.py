"""The four slots of these logs, and what writes to them and archives them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from masking_service.store.client import Store
from masking_service.store.layout import AuditKeys
from tests.audit.archives import follow
from tests.audit.logs import entry, findings, log_on, writer_of
from tests.store import stores
from tests.store.stores import NOW

SLOTS = 4
KEYS = AuditKeys(SLOTS)


def writers_of_all_slots(store: Store) -> list[str]:
    """Write a commit in each slot; the writers, by slot."""
    return [writer_of(log_on(store, str(number)).append(entry(at=NOW))) for number in range(SLOTS)]


def witness(store: Store, folder: Path) -> None:
    """Archive everything new, as a witness without a keyset does."""
    with stores.spread_over(1):
        follow(store, folder)


def verified(lines: Sequence[bytes], **how: Any) -> list[str]:
    """What is wrong with a log, in words."""
    return [str(finding) for finding in findings(lines, **how)]
