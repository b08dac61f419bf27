"""What a worker does before it serves."""

import json
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from msgspec import _utils

from masking_service.server.serving import settle_shapes
from masking_service.shipped import ROOT


class _Shape(msgspec.Struct):
    number: int


class _Below(_Shape):
    inner: _Shape


def _worked_out(*_: Any) -> None:
    raise AssertionError("this shape is worked out only now")


@pytest.mark.parametrize("shape", [_Shape, _Below])
def test_every_shape_is_worked_out_before_a_second_thread_could_meet_half_of_it(
    shape: type[msgspec.Struct], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_shapes()
    monkeypatch.setattr(_utils, "_get_class_mro_and_typevar_mappings", _worked_out)

    decoded = msgspec.json.decode(b'{"number": 1, "inner": {"number": 2}}', type=shape)

    assert isinstance(decoded, shape)


OPENED_OR_COMPILED_BY_A_BATCH = """
import json, re, sys
from masking_service import mask
from masking_service.server.serving import read_tables

opened = []
read_tables()
compile = re.compile
def note(*args):
    opened.append(sys._getframe(1).f_code.co_filename)
    return compile(*args)
re.compile = note
batch = json.load(open("examples/first_batch.json"))["records"]
sys.addaudithook(lambda event, of: opened.append(str(of[0])) if event == "open" else None)
mask(batch)
of_countries = "abroad.py"  # compiles an expression for each country, with its first phone
print(json.dumps([name for name in opened if "masking_service" in name and not name.endswith(of_countries)]))
"""


def test_no_request_waits_for_the_tables_of_the_masks() -> None:
    answered = subprocess.run(
        [sys.executable, "-c", OPENED_OR_COMPILED_BY_A_BATCH], cwd=ROOT, capture_output=True, check=True
    )

    assert json.loads(answered.stdout) == []
