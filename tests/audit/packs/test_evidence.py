"""What an excerpt of the log proves."""

from masking_service.audit.lines import write_line
from masking_service.audit.packs.evidence import verify_excerpt
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import VERIFIER


def test_a_signed_checkpoint_proves_no_entry(store: Store) -> None:
    line = write_line(logs.checkpoint(store))

    assert verify_excerpt([line], VERIFIER) == (0, [])
    assert verify_excerpt([line, line.replace(b'"epoch":1', b'"epoch":2')], VERIFIER) == (0, [2])
