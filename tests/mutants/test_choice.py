"""Which tests are run for a mutant."""

from __future__ import annotations

from tests.mutants.__main__ import CODE, DECLARED, ROOT, TESTS, Covered
from tests.mutants.operators import Mutant

ORDER = "masking_service/audit/order.py"
HERE, OTHER = "tests/audit/test_order.py", "tests/web/test_audit.py"


def chosen(covered: Covered, path: str, line: int) -> list[str]:
    return covered.tests(Mutant(path, "core/NumberReplacer", 0, line))[0]


def test_tests_that_run_the_line_come_first_and_those_of_files_that_import_its_module_before_others() -> None:
    seconds = {f"{HERE}::test_runs": 2.0, f"{HERE}::test_runs_nothing": 0.1, f"{OTHER}::test_runs": 1.0}
    covered = Covered({ORDER: {"9": [f"{OTHER}::test_runs", f"{HERE}::test_runs"]}}, seconds, [])

    assert chosen(covered, ORDER, 9) == [f"{HERE}::test_runs", f"{OTHER}::test_runs", f"{HERE}::test_runs_nothing"]


def test_all_tests_of_a_module_are_run_for_a_line_that_is_run_on_import() -> None:
    seconds = {f"{OTHER}::test_one": 1.0, f"{OTHER}::test_another": 2.0}
    covered = Covered({ORDER: {"9": [f"{OTHER}::test_one"], "12": [f"{OTHER}::test_another"]}}, seconds, [])

    assert chosen(covered, ORDER, 1) == [f"{OTHER}::test_one", f"{OTHER}::test_another"]


def test_what_a_module_declares_is_read_by_tests_that_run_no_line_of_it() -> None:
    declared = ("tests/web/test_openapi.py", "tests/cli/test_help.py")
    covered = Covered({}, {f"{file}::test_all": 1.0 for file in declared}, [])
    api, examples = "masking_service/service/me/api.py", "masking_service/service/call/examples.py"
    paths = (api, examples, "masking_audit/cli/tail.py", "masking_console/__main__.py", ORDER)

    openapi, options = ([f"{file}::test_all"] for file in declared)
    assert [chosen(covered, path, 1) for path in paths] == [openapi, openapi, options, options, []]


def test_slow_tests_of_other_files_are_left_out() -> None:
    slow = {f"{OTHER}::test_{number}": 10.0 for number in range(4)}
    covered = Covered({ORDER: {"9": [*slow]}}, slow, [])

    assert chosen(covered, ORDER, 9) == [f"{OTHER}::test_0", f"{OTHER}::test_1"]


def test_a_transcript_that_runs_the_line_is_run_however_slow_it_is() -> None:
    slow = {f"{OTHER}::test_one": 20.0, "tests/web/test_transcript.py::test_a_day": 30.0}
    covered = Covered({ORDER: {"9": [*slow]}}, slow, [])

    assert chosen(covered, ORDER, 9) == [*slow]


def test_the_folders_and_files_of_code_and_tests_exist() -> None:
    assert [folder for folder in (*CODE, *TESTS, *DECLARED.values()) if not (ROOT / folder).exists()] == []
