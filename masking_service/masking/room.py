"""Makes room for values in a record built from nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from masking_service.masking.schema import Steps


def make_room(record: dict[str, Any], keys: Steps) -> tuple[Any, Any]:
    """Return the container and key at the end of `keys`, and make what is missing on the way."""
    here: Any = record
    for key, following in pairwise(keys):
        wanted: type = list if type(following) is int else dict
        _lengthen(here, key)
        if type(here) is dict:
            here.setdefault(key, wanted())
        elif type(here[key]) is not wanted:
            here[key] = wanted()
        here = here[key]
    _lengthen(here, keys[-1])
    return here, keys[-1]


def _lengthen(container: Any, key: Any) -> None:
    """Let an array grow up to the index.

    Slots of which nothing is known are empty objects.
    """
    if type(container) is list:
        container.extend({} for _ in range(len(container), key + 1))
