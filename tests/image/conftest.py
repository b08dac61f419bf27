"""Fixtures of the image's tests: the built image, an installation, and services that run from them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import folder_in_memory
from tests.e2e.processes import Running
from tests.image.container import Container, Images, make_images
from tests.image.installed import Installed, install
from tests.servers import Node, single


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("image") / "opt"
    install(folder)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A store with production's durable settings."""
    with single(tmp_path_factory.mktemp("image-store")) as node:
        yield node


@pytest.fixture(scope="package")
def installed(target: Path, store: Node, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A production set-up: keys from the command line."""
    store.client.flushall()  # other tests have used it with other keys
    installed = Installed(target, tmp_path_factory.mktemp("container"), store.url)
    installed.run("python", "-m", "masking_service", "keys", "init")
    return installed


@pytest.fixture(scope="package")
def printer(installed: Installed) -> str:
    """The API key of a label printer."""
    return installed.run("python", "-m", "masking_service", "clients", "add", "printer", "--role", "label-printer")


@pytest.fixture
def service(installed: Installed, printer: str) -> Iterator[Running]:
    running = installed.start()
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="package")
def images() -> Iterator[Images]:
    """The service's image, built once."""
    with folder_in_memory("images-") as folder:
        yield make_images(folder)


@pytest.fixture
def container(images: Images, store: Node, tmp_path: Path) -> Container:
    """A production set-up in containers: its keys come from the command line."""
    container = Container(images, tmp_path, {"MASKING_REDIS_URL": store.url})
    container.run("python", "-m", "masking_service", "keys", "init")
    return container
