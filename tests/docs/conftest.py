"""A checkout in which `make run` was run."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import Step, checkout, run
from tests.servers import free_ports


@dataclass(frozen=True)
class Reader:
    """A checkout, and the settings of `make run`."""

    folder: Path
    settings: dict[str, str]

    def run(self, *steps: Step) -> list[str]:
        return run([*steps], self.folder, self.settings)


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("checkout")
    checkout(folder)
    if subprocess.run(["make", "--question", ".venv/runtime"], cwd=folder, check=False).returncode:
        pytest.skip("this test needs the .venv of `make .venv/dev`, as new as the locks: run it by .venv/bin/python")
    (port,) = free_ports(1)
    reader = Reader(folder, {"PORT": str(port), "HOME": str(tmp_path_factory.mktemp("home"))})
    try:
        reader.run(Step("make run", ""))
        yield reader
    finally:
        reader.run(Step("make stop", ""))
    assert [*Path(reader.settings["HOME"]).iterdir()] == []
