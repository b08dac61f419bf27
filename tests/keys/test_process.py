"""Core dumps: a process that holds keys leaves none."""

import sys

from tests import programs


def test_core_dumps_of_the_process_and_its_children_are_disabled() -> None:
    # 1 byte, not 0: core(5) ignores a limit of 0 where dumps go to a pipe.
    program = (
        "import resource, subprocess, sys; from keys.process import forbid_core_dumps; forbid_core_dumps();"
        "child = 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE))';"
        "subprocess.run([sys.executable, '-c', child], check=True)"
    )

    limits = programs.output(sys.executable, "-c", program)

    assert limits == "(1, 1)\n"
