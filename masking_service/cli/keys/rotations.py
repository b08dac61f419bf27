"""The secrets on which values in the store, or the log in it, depend: how each is rotated, and what is said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from masking_service.audit.actions import Action
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.index import rotate_index
from masking_service.rotation.rotate import rotate_audit, rotate_clients, rotate_publication
from masking_service.rotation.search import rotate_search
from masking_service.rotation.state import rotate_state
from masking_service.runtime.administration import OpenRegistries
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import write_public_key


@dataclass(frozen=True, slots=True)
class Rotating:
    """What a rotation may use."""

    coordinator: Coordinator
    registries: OpenRegistries


class Rotation(NamedTuple):
    """How a secret is rotated.

    Attributes:
        run: rotates it, or continues, and returns what it counted; None if it only finished an earlier one.
        said, reported: what `keys rotate` and the report of `keys leaver` say of what it counted.
    """

    run: Callable[[Rotating], tuple[int, ...] | int | None]
    said: str
    reported: str


def told(done: tuple[int, ...] | int | None, text: str, finished: str) -> str:
    """Return what a rotation has done: `text` with what it counted, or `finished`."""
    if done is None:
        return finished
    return text.format(*(done if isinstance(done, tuple) else [done]))


def _clients(using: Rotating) -> int:
    registries = using.registries
    return rotate_clients(
        using.coordinator, registries.registry, lambda change: registries.change(Action.RESEAL, "", change)
    )


def _audit(using: Rotating) -> int | None:
    ended = rotate_audit(using.coordinator, using.registries.checkpoints)
    write_public_key(using.coordinator.path.parent, using.coordinator.keyring)
    return ended


ROTATIONS: Final[Mapping[str, Rotation]] = {
    "index": Rotation(
        lambda using: rotate_index(using.coordinator, using.registries.recorder, using.registries.tenants, clock),
        "{:,} values were moved. {:,} keys of waybills were checked: 0 are at an old place.",
        "{:,} values moved: 0 at an old place",
    ),
    "state": Rotation(
        lambda using: rotate_state(using.coordinator, using.registries.recorder, using.registries.tenants, clock),
        "{:,} sealed values were checked: 0 are under the old state key, which is refused now.",
        "{:,} values checked: 0 under the old secret",
    ),
    "clients": Rotation(
        _clients,
        "The new pepper is in the digests of all {} API keys. No API key changes.",
        "the new pepper is in the digests of {} API keys",
    ),
    "search": Rotation(
        lambda using: rotate_search(using.coordinator, using.registries.policy, clock),
        "{:,} search entries were replaced. {:,} parts were checked: 0 have an old name.",
        "{:,} entries replaced: 0 under an old name",
    ),
    "audit": Rotation(
        _audit,
        "The new key signs the log. From checkpoint {} on, the old one verifies nothing new.",
        "from checkpoint {} on, the old key verifies nothing new",
    ),
    "publication": Rotation(  # only where the tiers are split
        lambda using: rotate_publication(using.coordinator),
        "What the old secret signs is refused by every host now.",
        "the old secret ended",
    ),
}
