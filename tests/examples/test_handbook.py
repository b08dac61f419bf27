"""docs/clients.md: its commands are run as they are, its tables are the service's, its numbers the examples'."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.docs.pages import is_what_was_said, run, steps
from tests.e2e.processes import ROOT, Running, environment
from tests.examples.clients import CLIENTS

HANDBOOK = (ROOT / "docs" / "clients.md").read_text("utf-8")
PROGRAM = re.search(r"^```python\n(.*?)^```$", HANDBOOK, re.MULTILINE | re.DOTALL)


def codes(heading: str, column: int) -> set[str]:
    """The codes in a column of the table under a heading."""
    rows = HANDBOOK.partition(heading)[2].partition("\n\n")[2].partition("\n\n")[0].splitlines()[2:]
    return {code for row in rows for code in re.findall(r"`([a-z-]+)`", row.split("|")[column])}


@pytest.fixture(scope="module")
def told(service: Running) -> Any:
    """The service's own document."""
    return json.loads(service.call(None, "GET", "/openapi.json")[2])


@pytest.fixture(scope="module")
def folder(service: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the folder looks in which `make run` was run."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / ".local").symlink_to(service.state)
    return folder


@pytest.mark.needs("java", "javac", "curl", "jq")
def test_the_quick_start_prints_what_it_says(folder: Path, service: Running) -> None:
    told = steps(HANDBOOK)
    tokens: dict[str, str] = {}

    printed = run(told, folder, {"PORT": str(service.port)})

    assert len([step for step in told if step.prints]) == 3
    for step, came in zip(told, printed, strict=True):
        assert is_what_was_said(step, came, tokens), f"{step.commands}\nprinted\n{came}"


def test_the_program_prints_what_it_says(folder: Path, service: Running) -> None:
    (folder / ".local" / "label-printer.key").write_text(service.credentials["label-printer"])
    assert PROGRAM
    program, _, prints = PROGRAM[1].partition("\n# ")

    settings = environment(
        PYTHONPATH="examples/clients",
        MASKING_URL=f"http://127.0.0.1:{service.port}",
        MASKING_API_KEY_FILE=".local/label-printer.key",
    )
    said = programs.run(sys.executable, "-c", program, cwd=folder, env=settings, encoding="utf-8")

    assert (said.stdout, said.stderr) == (prints, "")


def test_every_problem_of_a_call_is_in_the_table_and_no_other(told: Any) -> None:
    calls = [told["paths"][path]["post"]["responses"] for path in ("/v1/mask", "/v1/tokenize")]
    problems = [one["content"].get("application/problem+json", {}) for call in calls for one in call.values()]

    assert codes("Of a whole call:", 2) == {code for one in problems for code in one.get("examples", ())}


def test_every_error_of_a_record_is_in_the_table_and_no_other(told: Any) -> None:
    shapes = told["components"]["schemas"]
    kinds = [shapes[name]["properties"]["code"]["enum"] for name in ("InvalidRecordError", "StoreRefusal")]

    assert codes("Of one record", 1) == {code for kind in kinds for code in kind}


@pytest.mark.parametrize("name", ["label_client.py", "LabelClient.java", "label_client.sh"])
def test_each_example_has_the_numbers_of_the_handbook(name: str) -> None:
    example = (CLIENTS / name).read_text("utf-8").replace("_", "").lower()

    for number in (
        r"maxrecords ?= ?1000\b",
        r"maxbytes ?= ?1000000\b",
        r"connect(seconds)? ?= ?(3$|3\.0|duration\.ofseconds\(3\))",
        r"(answer|read)(seconds)? ?= ?(10\b|duration\.ofseconds\(10\))",
        r"firstpause\b.* ?= ?(250\b|0\.25|duration\.ofmillis\(250\))",
        r"maxpause ?= ?(8000\b|.*8\.0$|duration\.ofseconds\(8\))",
        r"masks(seconds)? ?= ?(30\b|duration\.ofseconds\(30\))",
        r"maskingpatience\W+30\b",
    ):
        assert re.search(number, example, re.MULTILINE), number
