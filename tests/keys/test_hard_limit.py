"""Tests processes with a hard core limit of 0."""

import sys

from masking_service.shipped import ROOT
from tests import programs

PROGRAM = """
import ctypes, resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from keys.process import forbid_core_dumps
forbid_core_dumps()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE))
"""

# A kernel that refuses PR_SET_DUMPABLE, made with seccomp(2). Its filter: load the call's number; if it is prctl and
# its first argument is PR_SET_DUMPABLE (4), answer EPERM; let everything else through.
REFUSING = """
import ctypes, platform, resource, struct
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
prctl_number = {"x86_64": 157, "aarch64": 167}[platform.machine()]
steps = [
    (0x20, 0, 0, 0), (0x15, 0, 3, prctl_number), (0x20, 0, 0, 16), (0x15, 0, 1, 4), (0x06, 0, 0, 0x00050001),
    (0x06, 0, 0, 0x7FFF0000),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
kernel = ctypes.CDLL(None)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
assert kernel.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert kernel.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, struct.pack("H6xP", len(steps), ctypes.addressof(code))) == 0
from keys.process import forbid_core_dumps
try:
    forbid_core_dumps()
except OSError as fault:
    print(fault)
"""


def told_by(program: str) -> str:
    return programs.output(sys.executable, "-c", program, cwd=ROOT)


def test_a_hard_limit_of_none_stays_and_the_process_is_undumpable() -> None:
    assert told_by(PROGRAM) == "(0, 0) 0\n"


def test_a_process_that_cannot_be_made_undumpable_does_not_start() -> None:
    assert told_by(REFUSING) == "the kernel refused PR_SET_DUMPABLE\n"
