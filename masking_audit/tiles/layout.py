"""Paths and content of tiles (https://c2sp.org/tlog-tiles). Pure.

A tile holds up to 256 hashes: those of leaves at level 0, and at each level
above those of the full tiles below. An entry bundle holds the leaves of a tile
of level 0.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from masking_audit.tiles.merkle import HASH_BYTES

WIDTH: Final = 256
HEIGHT: Final = 8
"""Levels of the Merkle tree in a tile: 2**8 is its width."""
ENTRIES: Final = "entries"


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile, or of an entry bundle, below the folder of the log.

    Args:
        level: `ENTRIES` for a bundle.
        index: 0-based, within the level.
        width: number of hashes; less than `WIDTH` for a partial tile.
    """
    rest, last = divmod(index, 1000)
    parts = [f"{last:03}"]
    while rest:
        rest, part = divmod(rest, 1000)
        parts.insert(0, f"x{part:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(parts)}{partial}"


def levels(size: int) -> Iterator[tuple[int, int]]:
    """Yield each level of the tiles of a tree, with its number of hashes."""
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // WIDTH


def width_of(index: int, count: int) -> int:
    """Return the width of a tile in a level with `count` hashes; not positive if there is no such tile."""
    return min(WIDTH, count - index * WIDTH)


def split_hashes(content: bytes) -> list[bytes]:
    """Return the hashes of a tile. Raises ValueError: it is not a whole number of hashes."""
    if len(content) % HASH_BYTES:
        raise ValueError("is not a whole number of hashes")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def write_bundle(leaves: Sequence[bytes]) -> bytes:
    """Return the content of an entry bundle; leaves have up to 65,535 bytes."""
    return b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves])


def split_bundle(content: bytes) -> list[bytes]:
    """Return the leaves of an entry bundle. Raises ValueError: it ends within a leaf."""
    leaves: list[bytes] = []
    at = 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if end > len(content):
            raise ValueError("ends within a leaf")
        leaves.append(content[at + 2 : end])
        at = end
    return leaves
