"""Merkle trees as RFC 6962 defines them, with SHA-256: roots, inclusion proofs and consistency proofs.

Pure. Proofs are made from the hashes of complete subtrees, and verified by the
algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, which share nothing with
the code that makes them.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Nodes = Callable[[int, int], bytes]
"""Returns the hash of a complete subtree: of the leaves ``[index << level, (index + 1) << level)``."""


class ProofError(Exception):
    """A proof does not prove what it is given for."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[0::2], row[1::2], strict=True)]
    return row[0]


def root(size: int, nodes: Nodes) -> bytes:
    """Return the root of a tree with `size` leaves."""
    return range_hash(0, size, nodes) if size else EMPTY_ROOT


def range_hash(begin: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash of a subtree that occurs in a tree: of the leaves ``[begin, end)``, at least one."""
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _left_count(count)
    return node_hash(range_hash(begin, middle, nodes), range_hash(middle, end, nodes))


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, section 2.1.1), from its sibling to a child of the root.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _left_count(end - begin)
        if index < middle:
            proof.append(range_hash(middle, end, nodes))
            end = middle
        else:
            proof.append(range_hash(begin, middle, nodes))
            begin = middle
    return proof[::-1]


def consistency_proof(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that a tree begins with the leaves of a smaller one (RFC 6962, section 2.1.2).

    It is empty if the smaller tree is empty, or as large as the tree.

    Raises:
        ValueError: `old_size` is not between 0 and `size`.
    """
    if not 0 <= old_size <= size:
        raise ValueError("the old tree is larger")
    if old_size in (0, size):
        return []
    proof: list[bytes] = []
    begin, end = 0, size
    while end != old_size:
        middle = begin + _left_count(end - begin)
        if old_size <= middle:
            proof.append(range_hash(middle, end, nodes))
            end = middle
        else:
            proof.append(range_hash(begin, middle, nodes))
            begin = middle
    if begin:
        proof.append(range_hash(begin, end, nodes))
    return proof[::-1]


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


def _left_count(count: int) -> int:
    """Return how many of `count` leaves, at least two, are on the left: the largest power of two below."""
    return 1 << ((count - 1).bit_length() - 1)
