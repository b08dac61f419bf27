"""The parts of a desk, as a request finds them; and the names of people, as the service's directory tells them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import current_app, g

from masking_console.metrics import DeskMetrics
from masking_console.oidc import Provider
from masking_console.service import Json, Person, Refusal, Service
from masking_console.sessions import Sessions
from masking_console.settings import Settings

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


if TYPE_CHECKING:
    from masking_console.drafts import Drafts

NAME = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages use."""

    settings: Settings
    sessions: Sessions
    provider: Provider
    service: Service
    metrics: DeskMetrics
    drafts: "Drafts"
    names: Names


def colleagues() -> Mapping[str, Json]:
    """The people whose names the person of the request may see, by id."""
    try:
        return desk().names.of(g.person, g.me) if "me" in g else {}
    except Refusal:  # a frozen person's
        return {}


def desk() -> Desk:
    """The parts of the application that answers."""
    return cast(Desk, current_app.extensions[NAME])
