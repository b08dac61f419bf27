"""Verifies proofs of Merkle trees as RFC 6962 defines them, with SHA-256. Pure.

By the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, which share nothing
with the code that makes the proofs (`tree`).
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""


class ProofError(Exception):
    """A proof does not prove what it is given for."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Check that a leaf is at `index` of the tree with the root `expected`.

    Args:
        leaf: the hash of the leaf.

    Raises:
        ProofError: it is not, or the proof is for another index or size.
    """
    if not 0 <= index < size:
        raise ProofError("the tree has no such leaf")
    found = leaf
    for other, is_left in _siblings(index, size - 1, proof):
        found = node_hash(other, found) if is_left else node_hash(found, other)
    if found != expected:
        raise ProofError("the inclusion proof does not lead to the root")


def verify_consistency(old_size: int, old_expected: bytes, size: int, expected: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree with the root `expected` begins with all leaves of the older tree.

    Raises:
        ProofError: it does not, or the proof is for other sizes.
    """
    if old_size > size:
        raise ProofError("the older tree is larger")
    if old_size in (0, size):
        if proof:
            raise ProofError("the proof is too long")
        if old_expected != (expected if old_size == size else EMPTY_ROOT):
            raise ProofError("the trees have different roots")
        return
    hashes = [old_expected, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not hashes:
        raise ProofError("the proof is too short")
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_found = found = hashes[0]
    for other, is_left in _siblings(node, last, hashes[1:]):
        if is_left:
            old_found = node_hash(other, old_found)
        found = node_hash(other, found) if is_left else node_hash(found, other)
    if old_found != old_expected:
        raise ProofError("the consistency proof does not lead to the older root")
    if found != expected:
        raise ProofError("the consistency proof does not lead to the root")


def _siblings(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Climb from a node to the root; yield each hash of the proof, and whether it is on the left.

    Args:
        node, last: index of the node, and of the last node of its level.
    """
    for other in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        is_left = bool(node & 1) or node == last
        yield other, is_left
        while is_left and node and not node & 1:  # a last node without a sibling moves up unchanged
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
