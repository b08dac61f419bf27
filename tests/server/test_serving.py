"""What a worker does before it serves."""

from typing import Any

import msgspec
import pytest
from msgspec import _utils

from masking_service.server.serving import settle_shapes


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
