"""What a command says while it runs: how much is done, of how much."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.rotate import rotate_data
from masking_service.rotation.shred import rewrap
from masking_service.rotation.state import rotate_state
from masking_service.service.call.recorder import Recorder
from tests.rotation.commands import LATE, running
from tests.rotation.processes import Process

Command = Callable[[Coordinator, Recorder], object]


@pytest.mark.parametrize(
    ("command", "what", "told"),
    [
        (lambda mine, _: rotate_data(mine, LATE), "new data keys", [(1, 2), (2, 2)]),
        (lambda mine, _: rewrap(mine), "data keys checked", [(2, 2)]),
        (
            lambda mine, recorder: rotate_state(mine, recorder, ["default", "other"], lambda: LATE),
            "sealed values checked",
            [(5, 5), (5, 5)],  # two data keys and three other values, until none is left under the older key
        ),
    ],
    ids=["data keys", "root key", "state"],
)
def test_it_says_how_much_is_done(
    path: Path, process: Process, command: Command, what: str, told: list[tuple[int, int]]
) -> None:
    process.put("SF0000000001")
    process.put("SF0000000002", tenant="other")
    said: list[tuple[int, int]] = []

    def noting(mine: Coordinator, recorder: Recorder) -> object:
        progress = mine.progress

        def note(name: str, done: int, total: int) -> None:
            progress(name, done, total)
            if name == what:
                said.append((done, total))

        mine.progress = note
        return command(mine, recorder)

    running(path, process.url, noting, [process])

    assert said == told
