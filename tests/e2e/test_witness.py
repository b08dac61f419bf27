"""The witness of a development service: it archives as long as the service runs, and not a moment longer."""

from collections.abc import Callable

import pytest

from tests.e2e.processes import Running, _open_files, _processes, command, gone, wait_for

pytestmark = pytest.mark.xdist_group("e2e/service")  # one process starts the service that they share
Start = Callable[..., Running]


def witness_of(running: Running) -> int:
    """The process that holds the archive's lock, by its open files; 0 where none does."""
    lock = (running.state / "audit-archive" / "lock").resolve()
    return next((pid for pid in _processes() if lock in _open_files(pid)), 0)


def test_it_archives_the_log_of_a_service_to_its_end_and_ends_with_it(start: Start) -> None:
    running = start("--dev", "--workers", "1")
    pid = wait_for(lambda: witness_of(running), "the witness has its archive")
    case = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "damaged"}
    opened = running.status(running.credentials["service-desk"], "POST", "/v1/cases", case)
    running.stop()
    path = running.state / "audit-archive" / "audit-000001.ndjson"

    assert (opened, gone(pid)) == (201, True)
    command("audit", "verify", path, MASKING_STATE_DIR=str(running.state))
    assert b'"action":"case-open"' in running.archived()


def test_an_export_of_a_running_service_holds_archive_and_store_together(service: Running) -> None:
    settings = {"MASKING_STATE_DIR": str(service.state)}
    path = service.folder / "log.ndjson"
    path.write_text(command("audit", "export", **settings))

    command("audit", "verify", path, **settings)
