"""The parts of a desk, as a request finds them."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from masking_console.metrics import DeskMetrics
from masking_console.oidc import Provider
from masking_console.service import Service
from masking_console.sessions import Sessions
from masking_console.settings import Settings

NAME = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages use."""

    settings: Settings
    sessions: Sessions
    provider: Provider
    service: Service
    metrics: DeskMetrics


def desk() -> Desk:
    """The parts of the application that answers."""
    return cast(Desk, current_app.extensions[NAME])
