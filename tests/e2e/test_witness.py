"""The witness of a development service: it archives as long as the service runs, and not a moment longer."""

import pytest

from tests.e2e.conftest import Stopped
from tests.e2e.processes import Running, command, gone

pytestmark = pytest.mark.xdist_group("e2e/service")  # one process starts the service that they share


def test_it_archives_the_log_of_a_service_to_its_end_and_ends_with_it(stopped: Stopped) -> None:
    path = stopped.service.state / "audit-archive" / "audit-000001.ndjson"

    assert gone(stopped.witness)
    command("audit", "verify", path, MASKING_STATE_DIR=str(stopped.service.state))
    assert b'"action":"case-open"' in stopped.archived


def test_an_export_of_a_running_service_holds_archive_and_store_together(service: Running) -> None:
    settings = {"MASKING_STATE_DIR": str(service.state)}
    path = service.folder / "log.ndjson"
    path.write_text(command("audit", "export", **settings))

    command("audit", "verify", path, **settings)
