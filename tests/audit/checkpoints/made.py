"""What checkpoints name, and which of them the store has."""

import redis

from masking_audit.format.lines import CheckpointLine
from tests.store.stores import NOW, ask, named


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def heads(made: CheckpointLine | None) -> list[tuple[str, int, str]]:
    assert made is not None
    return [(head.writer, head.number, head.link) for head in made.checkpoint.heads]


def epochs_in(client: redis.Redis) -> list[int]:
    """The epochs in the store."""
    return [int(name.removesuffix(b"-0")) for name, _ in ask(client, "XRANGE", named().checkpoints, "-", "+")]
