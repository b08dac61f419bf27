"""A command that follows the policy does nothing under another one than that of the service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys.errors import KeysError
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.reseal import reseal, reseal_hosts
from masking_service.rotation.search import rotate_search
from masking_service.service.people.policy import Policy
from tests.rotation.processes import Process, coordinator
from tests.store.stores import NOW

POLICY = Policy.load(Path(__file__).parents[2] / "policy.yaml", development=False)
NO_RECORDER: Any = None
COMMANDS: dict[str, Callable[..., object]] = {
    "rotate search": lambda mine: rotate_search(mine, POLICY, lambda: NOW),
    "reseal": lambda mine: reseal(mine, NO_RECORDER, POLICY, lambda: NOW),
    "revoke hosts": lambda mine: reseal_hosts(mine, NO_RECORDER, POLICY, lambda: NOW, []),
}


@pytest.fixture
def mine(path: Path, url: str) -> Callable[[str], Coordinator]:
    """The coordinator of a command, while a process acts under the policy with this digest."""

    def serving(digest: str) -> Coordinator:
        process = Process(path, url)
        process.watch.beat(process.store, digest)
        return coordinator(path, url, [process])

    return serving


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_is_refused_and_names_the_process(mine: Callable[[str], Coordinator], command: str) -> None:
    with mine("another") as running, pytest.raises(KeysError, match=r"another policy .*:\d+\).* MASKING_POLICY"):
        COMMANDS[command](running)


@pytest.mark.parametrize("digest", [POLICY.digest, ""], ids=["the same policy", "a release that reports none"])
def test_the_command_goes_on(mine: Callable[[str], Coordinator], digest: str) -> None:
    with mine(digest) as running:
        assert rotate_search(running, POLICY, lambda: NOW) == (0, 0)
