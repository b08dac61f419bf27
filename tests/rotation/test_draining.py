"""A command waits for calls that began before a change, until nothing more happens under the older key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys.tiers import begin_split
from masking_service.audit.checkpoints import Checkpoints
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.index import rotate_index
from masking_service.rotation.rotate import rotate_audit, rotate_publication
from masking_service.rotation.search import rotate_search
from masking_service.rotation.state import rotate_state
from masking_service.service.call.recorder import Recorder
from masking_service.service.vault.wrapped_keys import KeyNotice
from tests.rotation.commands import LATE, running
from tests.rotation.processes import TODAY, Process, coordinator
from tests.service.people.policies import policy

Command = Callable[[Coordinator, Recorder], object]
WAIT = "wait for calls"
COMMANDS: dict[str, tuple[Command, list[str]]] = {
    "state": (
        lambda mine, recorder: rotate_state(mine, recorder, ["default"], lambda: LATE),
        ["distribute state", "activate state", WAIT, "end state"],
    ),
    "search": (
        lambda mine, _: rotate_search(mine, policy(lambda _: None), lambda: LATE),
        ["distribute search", "activate search", WAIT, "end search"],
    ),
    "audit": (
        lambda mine, _: rotate_audit(
            mine, Checkpoints(mine.store, mine.keyring.audit_signer, mine.path.parent, lambda: LATE)
        ),
        ["distribute audit", "activate audit", WAIT, "end audit"],
    ),
    "publication": (
        lambda mine, _: rotate_publication(mine),
        ["distribute publication", "hosts", "activate publication", WAIT, "hosts", "end publication"],
    ),
    "index": (
        lambda mine, recorder: rotate_index(mine, recorder, ["default"], lambda: LATE),
        [
            "distribute index",
            "hosts",
            WAIT,
            "activate index",
            "hosts",
            WAIT,
            "settle index",
            "hosts",
            WAIT,
            "end index",
        ],
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_rotation_waits_for_calls_between_its_changes(
    path: Path, process: Process, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    begin_split(path, TODAY)
    process.look()
    process.put("SF0000000001")
    happened: list[str] = []

    def noting(method: str, told: Callable[[Coordinator], str]) -> None:
        original = getattr(Coordinator, method)

        def noted(self: Coordinator, *given: Any) -> Any:
            happened.append(told(self))
            return original(self, *given)

        monkeypatch.setattr(Coordinator, method, noted)

    noting("change", lambda mine: mine.file.last)
    noting("drain", lambda _: WAIT)
    noting("require_hosts", lambda _: "hosts")
    command, expected = COMMANDS[name]

    assert running(path, process.url, command, [process])
    assert happened == expected


def test_processes_are_told_of_one_more_rotation_of_data_keys(path: Path, process: Process) -> None:
    mine = coordinator(path, process.url, [process])
    before = mine._notice()

    mine.wait_for_data_keys()

    assert mine._notice() == KeyNotice(before.least, before.rotations + 1)
