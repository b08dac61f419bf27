"""Whether the store keeps what it acknowledges: asked of the store itself, each answer a check with its reason."""

from typing import Final

from masking_service.vault.connection import Store
from masking_service.vault.errors import StoreUnavailable

_WANTED: Final = {
    "role": ("master", "the store must be a primary, not a replica"),
    "loading": ("0", "the store is still loading its data"),
    "aof_enabled": ("1", "appendonly must be yes, or a crash loses what was acknowledged"),
    "aof_last_write_status": ("ok", "the last write of the append-only file failed"),
    "maxmemory_policy": ("noeviction", "maxmemory-policy must be noeviction, or records vanish silently"),
}


def faults(store: Store) -> list[tuple[str, str]]:
    """(check, reason) for every check that fails; an empty list means ready. One round trip.

    `docs/adr/0004-appendfsync-always.md` says why these, and why no timed WAITAOF is among them.
    """
    try:
        info, config = store.read([(b"INFO",), (b"CONFIG", b"GET", b"appendfsync")])
    except StoreUnavailable as error:
        return [("store", f"the store does not answer ({error.reason})")]
    said = dict(line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line)
    found = [(check, reason) for check, (wanted, reason) in _WANTED.items() if said.get(check) != wanted]
    if int(said.get("connected_slaves", "0")) < store.replicas:
        found.append(("replicas", "fewer replicas are connected than a write has to reach"))
    if [part.decode() for part in config] != ["appendfsync", "always"]:
        found.append(("appendfsync", "appendfsync must be always, or a power cut loses what was acknowledged"))
    return found
