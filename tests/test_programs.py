"""A test whose programs are missing is skipped before anything is started, and CI installs them all."""

import re

import pytest

from tests import conftest, programs
from tests.e2e.processes import ROOT


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no program at all."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "FOLDERS", ())


@pytest.mark.usefixtures("bare")
def test_a_missing_program_is_named_with_what_to_install() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"java, javac missing: apt-get install default-jdk-headless$"):
        programs.needed("java", "javac")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("fixture", "program"), sorted(conftest.NEEDS.items()))
def test_a_test_with_a_fixture_that_needs_a_program_is_skipped_before_any_fixture(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, fixture: str, program: str
) -> None:
    monkeypatch.setattr(request.node, "fixturenames", [fixture])
    conftest.pytest_collection_modifyitems([request.node])

    with pytest.raises(pytest.skip.Exception, match=f"^{program} missing"):
        conftest.pytest_runtest_setup(request.node)


def test_programs_are_looked_for_before_fixtures(pytestconfig: pytest.Config) -> None:
    last_is_first = [each.plugin_name for each in pytestconfig.hook.pytest_runtest_setup.get_hookimpls()]

    assert last_is_first.index(conftest.__file__) > last_is_first.index("runner")


def test_ci_installs_every_program_that_a_test_needs() -> None:
    listed = re.search(r"^packages=\(\n(.*?)^\)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE | re.DOTALL)
    assert listed is not None
    installed = {line.partition("#")[0].strip() for line in listed[1].splitlines()} | {"nodejs", "npm"}

    assert {package for packages in programs.PACKAGES.values() for package in packages.split()} <= installed
