"""What a process leaves in the log when it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from masking_service.audit.checkpoints import Checkpoints
from masking_service.service.oversight.auditing import end
from masking_service.store.client import Store
from tests.audit import logs
from tests.keys.known import known_keyring
from tests.store.stores import NOW


@pytest.mark.parametrize(("entries", "heads"), [(0, []), (1, [3])])  # with the entries that begin and end its chain
def test_only_a_process_that_wrote_an_entry_ends_with_a_checkpoint(
    store: Store, tmp_path: Path, entries: int, heads: list[int]
) -> None:
    log = logs.log_on(store)
    for number in range(entries):
        log.append(logs.full_entry(number))
    end(log, Checkpoints(store, known_keyring().audit_signer, tmp_path, lambda: NOW))
    newest = logs.newest(store)

    assert [head.number for head in (newest.checkpoint.heads if newest else [])] == heads
