"""The image itself, built from the Dockerfile and run with a read-only root, without root and without capabilities."""

import pytest

from tests.image.container import BASE, IMAGE, Container, Images
from tests.image.dockerfile import ROOT

pytestmark = pytest.mark.timeout(300)  # the first test builds the image


def test_the_container_makes_the_round_trip_of_helm_test_and_ends_cleanly(container: Container) -> None:
    key = container.run("python", "-m", "masking_service", "clients", "add", "printer", "--role", "label-printer")
    service = container.start()
    try:
        printed = container.run(
            "python",
            "/round_trip.py",
            arguments=[
                f"--volume={ROOT}/helm/round_trip.py:/round_trip.py:ro",
                f"--env=MASKING_URL=http://127.0.0.1:{container.port}",
                f"--env=MASKING_TEST_KEY={key}",
            ],
        )
    finally:
        status = service.stop()

    assert [line[:3] for line in printed.splitlines()] == ["ok:"] * 9
    assert key not in printed
    assert status == 0
    assert "Traceback" not in service.log


def test_the_container_runs_without_root_and_without_capabilities(container: Container) -> None:
    printed = container.run("sh", "-c", "id --user; grep CapBnd /proc/self/status")

    assert printed.split() == ["10001", "CapBnd:", "0" * 16]


@pytest.mark.parametrize("path", ["/file", "/opt/masking/app/file", "/opt/masking/venv/file"])
def test_the_container_cannot_write_its_own_files(container: Container, path: str) -> None:
    with pytest.raises(AssertionError, match="Read-only file system"):
        container.run("touch", path)


def test_the_image_holds_no_installer(container: Container) -> None:
    found = container.run("sh", "-c", "ls /opt/masking/venv/bin /usr/local/bin")

    assert "gunicorn" in found
    assert "pip" not in found


def test_the_image_holds_no_server_of_development(container: Container) -> None:
    packages = container.run("sh", "-c", "ls /opt/masking/venv/lib/python3*/site-packages")

    assert "redis" in packages
    assert "valkey" not in packages


def test_the_image_names_its_base(images: Images) -> None:
    label = '{{index .Labels "org.opencontainers.image.base.name"}}'

    assert images.command("podman", "image", "inspect", "--format", label, IMAGE).strip() == BASE
