"""Rotates the secret of the opening tier: it signs what is published, and identifies the tier to intake hosts.

An intake host trusts the old and the new keys once it has its part of the keyset, and only the new ones with its next
part. So no call is refused meanwhile, and afterwards what the old key signs is an alarm.
"""

import os
import time
from typing import Final

import msgspec

from keys.errors import KeysError
from keys.rotation import change_name, end_retired, entries_of
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.rotate import rotate
from masking_service.service.state.serials import Serials
from masking_service.service.tiers.documents import (
    DAYS_PLACE,
    STATE_PLACE,
    PublishedAccess,
    PublishedDays,
    publication_key,
)

PUBLISHED_WITHIN_SECONDS: Final = 20.0


def rotate_publication(coordinator: Coordinator) -> bool:
    """Rotate the secret, or continue.

    Returns:
        Whether the old secret has ended now; False if only the end of an earlier rotation had to reach every process.

    Raises:
        KeysError: the tiers are not split; the hosts need their part first; or the opening tier does not publish.
        ProcessesBehindError: a running process did not follow.
        StoreUnavailable: run it again.
    """
    publication_key(coordinator.keyring)
    if coordinator.finish_last_change() == change_name("end", "publication"):
        return False
    if not any(entry.state == "retired" for entry in entries_of(coordinator.file, "publication")):
        rotate(coordinator, "publication", before_activation=coordinator.require_hosts)
    coordinator.drain()
    _wait_for_publication(coordinator)
    coordinator.require_hosts()
    coordinator.change(end_retired(coordinator.path, "publication", coordinator.today))
    return True


def _wait_for_publication(coordinator: Coordinator) -> None:
    """Wait until what is published is under the present file, as it is within a second."""
    until = time.monotonic() + PUBLISHED_WITHIN_SECONDS
    while _published(coordinator) < coordinator.file.serial:
        if time.monotonic() > until:
            raise KeysError("the opening tier has not published with the new secret yet: start it, and run this again")
        coordinator.pause()


def _published(coordinator: Coordinator) -> int:
    """Return under which serial of the keyset the older of the two publications was made."""
    access, days = (
        Serials(coordinator.store, place, lambda: publication_key(coordinator.keyring), os.urandom)
        for place in (STATE_PLACE, DAYS_PLACE)
    )
    if not (access.refresh() and days.refresh()):
        return coordinator.file.serial  # nothing was ever published
    return min(
        msgspec.json.decode(access.content, type=PublishedAccess).sources.keyset,
        msgspec.json.decode(days.content, type=PublishedDays).keyset,
    )
