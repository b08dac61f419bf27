"""One development service for all tests of the clients, and each client in turn."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import Running
from tests.examples.clients import LANGUAGES, Client, command
from tests.web.api import record
from tests.web.people import PRINTER


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running.serve(tmp_path_factory.mktemp("clients"), "--dev", "--workers", "1")
    yield running
    running.stop()


@pytest.fixture
def key(service: Running) -> str:
    return service.credentials[PRINTER]


@pytest.fixture
def url(service: Running) -> str:
    return f"http://127.0.0.1:{service.port}"


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """How each client is started."""
    classes = tmp_path_factory.mktemp("java") / "classes"
    return lambda language: command(language, classes)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.needs(*LANGUAGES[name])) for name in LANGUAGES])
def client(request: pytest.FixtureRequest, commands: Callable[[str], list[str]], tmp_path: Path) -> Client:
    return Client(request.param, commands(request.param), tmp_path)


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def fresh(_numbers: Iterator[int]) -> Callable[[int], list[Any]]:
    """Makes records whose numbers were not used before."""
    return lambda count: [record(f"CLIENT-{next(_numbers):07d}") for _ in range(count)]
