"""Where the `audit` commands find the log: in the archive, and in the store."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from keys.keyring import Keyring
from masking_audit.archive.segments import archived
from masking_audit.format.lines import UnreadableLineError
from masking_service.runtime.administration import opened_store
from masking_service.runtime.opened import open_archive, open_keyring
from masking_service.runtime.set_up import running_url, settings_of
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import ARCHIVE
from masking_service.store.client import Store


def settings_without_keys(folder: Path) -> Settings:
    """Read the settings of a process without a keyset, such as the witness."""
    url = os.environ.get("MASKING_REDIS_URL") or running_url(folder) or ""
    return Settings.read({**os.environ, "MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url}, development=False)


def archived_lines(folder: Path, archive: Path | None, since: int = 0) -> Callable[[], Iterator[bytes]]:
    """Return a function that yields the lines of the archive: in its folder, or else where MASKING_AUDIT_URL says.

    Args:
        since: if it is not 0, segments may be left out whose entries are all older (Unix seconds).
    """
    path = archive or folder / ARCHIVE
    settings = settings_of(folder)
    asked = None if archive or path.exists() else open_archive(settings)
    return partial(asked.lines, since) if asked else partial(archived, path, since)


@contextmanager
def opened_log(folder: Path) -> Iterator[tuple[Store, Keyring]]:
    """Open the store and the keys of a state directory, and check that they belong together."""
    settings = settings_of(folder)
    keyring = open_keyring(settings)
    try:
        with opened_store(settings, keyring) as store:
            yield store, keyring
    except UnreadableLineError as error:
        raise click.ClickException(f"the log in the store has a line that {error}") from None
