"""Two development services that end-to-end tests share, one of which has ended, and others that a test starts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.processes import Running, _open_files, _processes, wait_for

RECORD = {"waybill_no": "SF1234567890", "sender": {"name": "张三", "phone": "13812345678"}}
CASE = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "lost"}
REFUSED: dict[str, list[str]] = {"items": []}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running.serve(tmp_path_factory.mktemp("shared"), "--dev", "--workers", "2")
    yield running
    running.stop()


@dataclass(frozen=True)
class Stopped:
    """A service of two workers that was stopped by SIGTERM, and what there was before.

    Attributes:
        service: its folder is as the service left it, until a test starts another service there.
        ended: its exit status.
        valkey, witness: the processes of its store and of its archive.
        answered: what it answered to a first batch.
        log, archived: what it had written and archived at its end.
    """

    service: Running
    ended: int
    valkey: int
    witness: int
    answered: bytes
    log: str
    archived: bytes


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """A service that stored a batch, opened a case and refused 40 openings before it was stopped."""
    service = Running.serve(tmp_path_factory.mktemp("stopped"), "--dev", "--workers", "2")
    who = service.credentials
    witness = wait_for(lambda: witness_of(service), "the witness has its archive")
    answered = service.call(who["label-printer"], "POST", "/v1/tokenize", {"records": [RECORD]})[2]
    for _ in range(40):  # until both workers will have had some
        assert service.status(who["dispute-officer"], "POST", "/v1/detokenize", REFUSED) == 400
    assert service.status(who["service-desk"], "POST", "/v1/cases", CASE) == 201
    valkey = service.valkey_pid()
    ended = service.stop()
    return Stopped(service, ended, valkey, witness, answered, service.log, service.archived())


def witness_of(running: Running) -> int:
    """The process that holds the archive's lock, by its open files; 0 where none does."""
    lock = (running.state / "audit-archive" / "lock").resolve()
    return next((pid for pid in _processes() if lock in _open_files(pid)), 0)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts services: `start("--dev")`; the same folder every time."""
    started: list[Running] = []

    def begin(*arguments: str, **settings: str) -> Running:
        started.append(Running.serve(tmp_path, *arguments, **settings))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
