"""The names of people, as the service's directory tells them to those who may read it."""

import time
from collections.abc import Mapping
from typing import Final

from masking_console.service import Json, Person

READ_AGAIN_SECONDS: Final = 30
READERS: Final = frozenset({"case:read", "case:open", "audit:read", "principal:freeze"})
"""Permissions with which the service answers the directory."""


class Names:
    """Remembers each tenant's directory for a short while."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, Json]]] = {}

    def of(self, person: Person, me: Json) -> Mapping[str, Json]:
        """The people of a person's tenant by id; none for those who may not read the directory.

        Raises as the calls of `Person`.
        """
        if not READERS.intersection(me["permissions"]):
            return {}
        until, known = self._known.get(me["tenant"], (0.0, {}))
        if until < time.monotonic() or me["principal"] not in known:
            known = {each["principal"]: each for each in person.get("people")["people"]}
            self._known[me["tenant"]] = (time.monotonic() + READ_AGAIN_SECONDS, known)
        return known
