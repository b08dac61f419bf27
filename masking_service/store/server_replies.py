"""Replies of single servers."""

from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import MovedError, ReadOnlyError

from masking_service.store.connection import Node, Reply
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Bundle
from masking_service.store.reasons import unavailable


@dataclass(frozen=True, slots=True)
class ServerReplies:
    """The replies of one server that takes writes, or why it sent none.

    Attributes:
        slots: those that it owns, in a cluster.
    """

    node: Node
    slots: Sequence[int]
    replies: list[Reply]
    error: StoreUnavailable | None


def only_reply(bundle: Bundle) -> Reply:
    """Return the only reply; an error as a StoreUnavailable."""
    reply = (bundle.replies or [None])[0]
    return unavailable(reply) if isinstance(reply, Exception) else reply


def is_elsewhere(replies: Sequence[Reply]) -> bool:
    """Whether a server says that it is no owner, or no primary, any more."""
    return any(isinstance(reply, MovedError | ReadOnlyError) for reply in replies)
