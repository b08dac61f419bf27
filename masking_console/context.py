"""The parts of a desk, as a request finds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, g

from masking_console.metrics import DeskMetrics
from masking_console.names import Names
from masking_console.oidc import Provider
from masking_console.service import Json, Refusal, Service
from masking_console.sessions import Sessions
from masking_console.settings import Settings

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
