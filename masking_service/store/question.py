"""Questions to the store that are sent together, in one exchange."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from masking_service.store.connection import Command, Reply
from masking_service.store.identity import Roster
from masking_service.store.scripts import Script

T = TypeVar("T")


@dataclass(slots=True)
class Question(Generic[T]):
    """Commands, and how to read their replies.

    `Store.ask` sends several questions together.

    Attributes:
        commands: they only read, unless there is a script; none where the answer is known without the store.
        read: turns the replies, in order, into the answer. It may raise, or ask the store again.
        script: what the only command runs. What a script writes is durable once it is answered.
        replies: set by `Store.ask`.
        since: `identity.roster` of before a data key was taken, where the script writes what is sealed with it.
    """

    commands: Sequence[Command]
    read: Callable[[list[Reply]], T]
    script: Script | None = None
    replies: list[Reply] | None = None
    since: Roster | None = None

    @classmethod
    def running(
        cls,
        script: Script,
        keys: Sequence[bytes],
        args: Sequence[bytes | int],
        read: Callable[[Reply], T],
        since: Roster | None = None,
    ) -> "Question[T]":
        """Return the question that runs a script on keys of one slot."""
        command = (b"EVALSHA", script.digest, len(keys), *keys, *args)
        return cls([command], lambda replies: read(replies[0]), script, since=since)

    def answer(self) -> T:
        """Return the answer.

        Replies are dropped unread where this is not called.
        """
        if self.replies is None:
            raise RuntimeError("the question was not asked")
        return self.read(self.replies)
