"""A stream of checkpoints whose last id was raised."""

import shlex
from pathlib import Path

import pytest
import redis

from masking_service.audit.checkpoints import EVERY_SECONDS, Checkpoints
from masking_service.audit.errors import CheckpointsBlockedError
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit.checkpoints.made import Clock, epochs_in
from tests.store.stores import ask, named

pytestmark = pytest.mark.usefixtures("spread")


def raise_the_last_id(client: redis.Redis) -> None:
    """Block checkpoints, as a writer to the store can."""
    ask(client, "XADD", named().checkpoints, "999999999999-0", "checkpoint", "x")
    ask(client, "XDEL", named().checkpoints, "999999999999-0")


def test_a_raised_last_id_is_an_integrity_error(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    raise_the_last_id(client)

    with pytest.raises(
        CheckpointsBlockedError, match="the stream of checkpoints accepts none after 1, because its last id was raised"
    ):
        checkpoints.make()


def documented() -> list[str]:
    """The command of docs/redis.md, as its words."""
    text = (Path(__file__).parents[3] / "docs" / "redis.md").read_text("utf-8")
    command = next(line for line in text.splitlines() if line.startswith("redis-cli EVAL"))
    return shlex.split(command.replace("wm:{audit}checkpoints", named().checkpoints.decode()))[1:]


def test_the_documented_command_resets_the_last_id(
    checkpoints: Checkpoints, store: Store, client: redis.Redis, clock: Clock
) -> None:
    first = checkpoints.make()
    raise_the_last_id(client)
    clock.now += EVERY_SECONDS
    with pytest.raises(CheckpointsBlockedError) as fault:
        checkpoints.make_if_due()
    said = checkpoints.fault

    ask(client, *documented())
    checkpoints.make_if_due()

    assert (said, checkpoints.fault, epochs_in(client)) == (str(fault.value), "", [1, 2])
    assert next(Streams(store).checkpoints()) == first


def test_the_last_id_is_reset_before_the_first_checkpoint(checkpoints: Checkpoints, client: redis.Redis) -> None:
    raise_the_last_id(client)
    with pytest.raises(CheckpointsBlockedError):
        checkpoints.make()

    ask(client, *documented())

    assert checkpoints.make().checkpoint.epoch == 1
