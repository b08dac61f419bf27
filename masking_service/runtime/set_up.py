"""Reads the settings of the set-up in a state directory, for a command."""

import os
from pathlib import Path

from keys import keyset
from masking_service.runtime.embedded_url import running_url
from masking_service.runtime.settings import Settings


def settings_of(folder: Path) -> Settings:
    """Return the settings of the set-up in a state directory, whose keyset says whether it is one for development.

    The embedded store is used if it runs and the environment names no other.

    Raises:
        SettingsError, KeysError: there is no keyset, or it cannot be used.
    """
    development = keyset.load(folder / "keyset.json").made_for == "development"
    url = os.environ.get("MASKING_REDIS_URL") or running_url(folder) or ""
    environment = {**os.environ, "MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url}
    return Settings.read(environment, development=development)
