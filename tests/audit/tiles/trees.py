"""Merkle trees as RFC 6962 defines them, word for word: slow, and independent of the code under test."""

from collections.abc import Sequence
from hashlib import sha256

from masking_audit.tiles.tree import Nodes


def split(count: int) -> int:
    """Return k, the largest power of two smaller than `count`."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle Tree Hash of section 2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def proof(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PROOF(m, D[n]) of section 2.1.2."""
    return subproof(old, leaves, whole=True)


def subproof(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b)."""
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(old - k, leaves[k:], whole=False), mth(leaves[:k])]


def nodes(leaves: Sequence[bytes]) -> Nodes:
    """Return a reader of the complete subtrees."""
    return lambda level, index: mth(leaves[index << level : (index + 1) << level])


def some_leaves(count: int) -> list[bytes]:
    """Return different leaves."""
    return [b"leaf %d" % number for number in range(count)]
