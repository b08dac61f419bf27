"""Where core dumps are forbidden from outside already, the process is made undumpable and starts all the same."""

import subprocess
import sys

from masking_service.settings import ROOT

PROGRAM = """
import ctypes, resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from keys.process import forbid_core_dumps
forbid_core_dumps()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE))
"""


def test_a_hard_limit_of_none_stays_and_the_process_is_undumpable() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout == "(0, 0) 0\n"
