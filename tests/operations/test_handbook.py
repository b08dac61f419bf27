"""The commands of the operations pages run in order and print what the pages say."""

import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.handbook import PAGES, Machine, Step, steps
from tests.servers import HOST

pytestmark = pytest.mark.timeout(500)  # it installs, runs and restores a whole service
STEPS = steps()
PROGRAMS = ("nginx", "redis-server", "openssl", "curl")
"""What the machine of the pages has."""
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "(time)"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "(id)"),
    (re.compile(r'"ms":[\d.]+'), '"ms":(number)'),
    (re.compile(r"(checkpoint|ends at) \d+"), r"\1 (number)"),
)
"""Text that differs from run to run."""


def settled(text: str) -> list[str]:
    """Split into lines, with volatile parts replaced by names."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text.strip().splitlines()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    yield machine
    machine.stop()


@pytest.fixture(scope="module")
def printed(machine: Machine) -> list[str]:
    """What each step printed."""
    return machine.run(STEPS)


@pytest.mark.needs(*PROGRAMS)
@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.chapter.strip("# ") for step in STEPS])
def test_a_step_prints_what_the_page_says(printed: list[str], number: int) -> None:
    said = settled("\n".join(STEPS[number].printed))

    assert settled(printed[number])[len(settled(printed[number])) - len(said) :] == said


@pytest.mark.needs(*PROGRAMS)
@pytest.mark.usefixtures("printed")
def test_written_keys_are_readable_by_their_owner_only(machine: Machine) -> None:
    keys = [key for folder in (machine.root, machine.checkout) for key in folder.rglob("*.key")]

    assert {"label-printer-1.key", "label-printer-2.key", "tls.key", "ca.key"} <= {key.name for key in keys}
    assert [key.name for key in keys if key.stat().st_mode & 0o077] == []


@pytest.mark.needs(*PROGRAMS)
@pytest.mark.usefixtures("printed")
def test_an_upgrade_keeps_only_the_previous_release(machine: Machine) -> None:
    places = machine.root / "opt"

    assert {path.name for path in places.iterdir()} == {"masking", "masking-old"}
    assert [{path.name for path in place.iterdir()} for place in places.iterdir()] == [{"app", "venv"}] * 2
    assert not (places / "masking" / "app" / "left").exists()


@pytest.mark.parametrize(
    ("name", "authority"),
    [(HOST, "store-ca.crt"), ("masking.example", "tls.crt"), ("desk.example", "desk-tls.crt")],
    ids=["store", "proxy", "desk"],
)
@pytest.mark.usefixtures("printed")
def test_certificates_pass_the_check_of_python_3_13(machine: Machine, name: str, authority: str) -> None:
    """From 3.13 on, Python's own contexts have this flag; `.ci/installation` runs the page there."""
    context = ssl.create_default_context(cafile=machine.root / "etc/masking" / authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    port = machine.store if name == HOST else machine.tls
    with socket.create_connection((HOST, port), 5) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        assert tls.getpeercert()


@pytest.mark.parametrize("unit", ["masking", "masking-witness", "masking-archive", "masking-desk"])
@pytest.mark.usefixtures("printed")
def test_an_upgrade_leaves_no_program_on_the_previous_release(machine: Machine, unit: str) -> None:
    pid = (machine.system / "pids" / unit).read_text()

    assert Path(f"/proc/{pid}/cwd").readlink() == machine.root / "opt/masking/app"


@pytest.mark.usefixtures("printed")
def test_no_keyset_is_beside_a_backup_of_the_store(machine: Machine) -> None:
    backups = [path.name for path in (machine.root / "var/backups").rglob("*")]

    assert ("SHA256SUMS" in backups, "keyset.json" in backups) == (True, False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_code_block_is_tested(page: Path) -> None:
    """Only blocks of `bash` and `text` are run or compared."""
    fences = re.findall(r"^```(\w*)$", page.read_text(), re.MULTILINE)

    assert set(fences[::2]) <= {"bash", "text"}
    assert set(fences[1::2]) == {""}


def test_steps_are_in_the_order_of_the_pages() -> None:
    assert STEPS[0].chapter == "## Packages and the release"
    assert STEPS[-1].chapter == "### MaskingArchiveLate"
    assert isinstance(STEPS[0], Step)
