"""Processes that hold keys leave no core dump, and what they hold is not swapped out."""

import sys

import pytest

from masking_service.shipped import ROOT
from tests import programs

BEGIN = """
import ctypes, platform, resource, struct, subprocess, sys
from pathlib import Path
from keys.process import forbid_core_dumps, forbid_swap

def dumpable():
    return ctypes.CDLL(None).prctl(3)  # PR_GET_DUMPABLE

def locked():
    return int(Path("/proc/self/status").read_text().partition("VmLck:")[2].split()[0])
"""

REFUSING = """
# A kernel that refuses a call of this number and first argument, made with seccomp(2). Its filter: load the number;
# if it is this one, load the first argument; if that is this one too, answer EPERM; let all else through.
def refuse(number, argument):
    PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
    steps = [
        (0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, 16), (0x15, 0, 1, argument), (0x06, 0, 0, 0x00050001),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    kernel = ctypes.CDLL(None)
    assert kernel.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    steps = struct.pack("H6xP", len(steps), ctypes.addressof(code))
    assert kernel.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, steps) == 0

PRCTL, MLOCKALL = {"x86_64": (157, 151), "aarch64": (167, 230)}[platform.machine()]
"""


def told_by(program: str) -> str:
    return programs.output(sys.executable, "-c", BEGIN + program, cwd=ROOT)


def test_core_dumps_of_the_process_and_its_children_are_disabled() -> None:
    """The limit is 1 byte, not 0: core(5) ignores a limit of 0 where dumps go to a pipe."""
    child = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    program = (
        f"forbid_core_dumps(); print(subprocess.check_output([sys.executable, '-c', {child!r}], text=True), dumpable())"
    )

    assert told_by(program) == "(1, 1)\n 1\n"


def test_a_hard_limit_of_none_stays_and_the_process_is_undumpable() -> None:
    told = told_by(
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); forbid_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), dumpable())"
    )

    assert told == "(0, 0) 0\n"


@pytest.mark.parametrize("forbid", ["forbid_core_dumps", "forbid_swap"])
def test_a_process_that_cannot_be_made_undumpable_does_not_start(forbid: str) -> None:
    program = f"""
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
refuse(PRCTL, 4)
try:
    {forbid}()
except OSError as fault:
    print(fault)
"""

    assert told_by(REFUSING + program) == "the kernel refused PR_SET_DUMPABLE\n"


def test_all_memory_is_locked_what_is_taken_later_too_and_others_cannot_read_it() -> None:
    """Where the limit of locked memory does not allow it, the process is undumpable all the same."""
    told = told_by(
        "before = locked(); done = forbid_swap(); now = locked(); more = bytearray(40 << 20);"
        "print(done, now > before, locked() - now > 30 << 10, dumpable())"
    )

    assert told in ("True True True 0\n", "False False False 0\n")


def test_memory_that_may_not_be_locked_is_told() -> None:
    assert told_by(REFUSING + "refuse(MLOCKALL, 3); print(forbid_swap(), locked(), dumpable())") == "False 0 0\n"
