"""docs/operations.md: its commands are run as they stand, in order, and print what it says that they print."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.operations.handbook import DOCUMENT, ROOT, Machine, Step, steps

pytestmark = pytest.mark.timeout(300)  # it installs, runs and restores a whole service
STEPS = steps()
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "(time)"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "(id)"),
    (re.compile(r'"ms":[\d.]+'), '"ms":(number)'),
    (re.compile(r"(checkpoint|ends at) \d+"), r"\1 (number)"),
)
"""What differs from run to run."""


def settled(text: str) -> list[str]:
    """Lines, with everything the same that may differ."""
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
    """What each step printed, once all of them are through."""
    return machine.run(STEPS)


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.chapter.strip("# ") for step in STEPS])
def test_a_step_ends_with_what_the_page_says(printed: list[str], number: int) -> None:
    said = settled("\n".join(STEPS[number].printed))

    assert settled(printed[number])[len(settled(printed[number])) - len(said) :] == said


@pytest.mark.usefixtures("printed")
def test_no_key_that_was_written_can_be_read_by_others(machine: Machine) -> None:
    keys = [key for folder in (machine.root, machine.checkout) for key in folder.rglob("*.key")]

    assert {"label-printer-1.key", "label-printer-2.key", "tls.key", "ca.key"} <= {key.name for key in keys}
    assert [key.name for key in keys if key.stat().st_mode & 0o077] == []


@pytest.mark.usefixtures("printed")
def test_an_upgrade_leaves_what_ran_beside_what_runs_and_nothing_of_those_before(machine: Machine) -> None:
    places = machine.root / "opt"

    assert {path.name for path in places.iterdir()} == {"masking", "masking-old"}
    assert [{path.name for path in place.iterdir()} for place in places.iterdir()] == [{"app", "venv"}] * 2
    assert not (places / "masking" / "app" / "left").exists()


def test_no_command_stands_where_nobody_runs_it() -> None:
    """Only `bash` and `text` have a test behind them: no other block is on the page."""
    fences = re.findall(r"^```(\w*)$", DOCUMENT.read_text(), re.MULTILINE)

    assert set(fences[::2]) == {"bash", "text"}
    assert set(fences[1::2]) == {""}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", DOCUMENT.read_text()))))
def test_a_link_leads_somewhere(target: str) -> None:
    file, _, anchor = target.partition("#")
    if file.startswith("https://"):
        return
    page = (DOCUMENT.parent / file).resolve() if file else DOCUMENT
    assert page.is_relative_to(ROOT)
    assert page.is_file()
    chapters = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE) if anchor else []

    assert not anchor or anchor in {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in chapters}


def test_steps_are_found_in_order() -> None:
    assert STEPS[0].chapter == "### The store"
    assert STEPS[-1].chapter == "### MaskingArchiveLate"
    assert isinstance(STEPS[0], Step)
