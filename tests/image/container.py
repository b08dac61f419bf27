"""Builds the image with Debian's container tools and runs it as the chart does.

No registry of images is needed: the base is made of Debian packages, and the build is told its name.
"""

import os
import resource
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests import programs
from tests.e2e.processes import Running, wait_for
from tests.image import dockerfile
from tests.servers import free_ports

TOOLS = ("buildah", "podman", "runc", "mmdebstrap")
IMAGE = "localhost/waybill-masking:test"
BASE = "localhost/debian-python:trixie"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")


class Images:
    """A store of images in a folder of its own, so that the machine's own containers are not touched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
            "TMPDIR": str(folder),
        }
        # A machine that is itself a container may not raise these limits, so the tools are told to keep them.
        limits = [
            f"{name}={hard}:{hard}"
            for name, number in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC))
            for hard in resource.getrlimit(number)[1:]
        ]
        (folder / "containers.conf").write_text(
            f"[containers]\ndefault_ulimits = {limits!r}\n"
            '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
        )
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/images"\nrunroot = "{folder}/run"\n'
        )

    def command(self, *arguments: str) -> str:
        """Run one of the tools to its end and return its output."""
        return programs.output(*arguments, env=self._environment, cwd=dockerfile.ROOT, timeout=280)

    def build(self) -> None:
        """Build the unchanged Dockerfile on a base of Debian's Python."""
        base = self._folder / "base.tar"
        packages = "python3,python3-venv,python3-pip,ca-certificates"
        self.command(
            *("mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"),
            *(f"--include={packages}", "trixie", str(base)),
        )
        self.command("podman", "import", str(base), BASE)
        base.unlink()
        # Packages come from where this machine gets them, so its certificate authorities are trusted for the build.
        trusted = f"{AUTHORITIES}:{AUTHORITIES}:ro"
        self.command(
            *("buildah", "build", "--isolation=chroot", "--pull=never", f"--build-arg=BASE={BASE}"),
            *(f"--volume={trusted}", f"--tag={IMAGE}", "."),
        )

    def start(self, folder: Path, arguments: Sequence[str], port: int) -> Running:
        """Start a container that answers at `port`, in the foreground of its own process."""
        return Running(["podman", "run", *arguments], folder, self._environment, port)


class Container:
    """One container's settings: a read-only root, no rights, and a volume for its state."""

    def __init__(self, images: Images, folder: Path, settings: Mapping[str, str]) -> None:
        self._images = images
        self._folder = folder
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        user, group = map(int, dockerfile.instructions("USER")[0].split(":"))
        os.chown(self.state, user, group)
        (self.port,) = free_ports(1)
        settings = {"MASKING_BIND": f"127.0.0.1:{self.port}", "MASKING_WORKERS": "2", **settings}
        self._arguments = [
            *("--rm", "--pull=never", "--network=host", *HARDENED),
            f"--volume={self.state}:{dockerfile.environment()['MASKING_STATE_DIR']}",
            *(f"--env={name}={value}" for name, value in settings.items()),
        ]

    def run(self, *command: str, arguments: Sequence[str] = ()) -> str:
        """Run one command in a new container and return its output."""
        return self._images.command("podman", "run", *self._arguments, *arguments, IMAGE, *command).strip()

    def start(self) -> Running:
        """Start the image's own command and wait until it is ready."""
        running = self._images.start(self._folder, [*self._arguments, IMAGE], self.port)
        wait_for(lambda: running.status(None, "GET", "/readyz") == 200, "the container is ready", 30)
        return running


def make_images(folder: Path) -> Images:
    """Return a store of images with the service's image in it."""
    programs.needed(*TOOLS)
    if os.geteuid() != 0:
        pytest.skip("only root can build the image")
    images = Images(folder)
    images.build()
    return images
