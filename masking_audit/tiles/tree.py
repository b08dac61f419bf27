"""Makes roots, inclusion proofs and consistency proofs of Merkle trees, as RFC 6962 defines them, with SHA-256.

Pure. They are made from the hashes of complete subtrees.
"""

from collections.abc import Callable, Sequence

from masking_audit.tiles.merkle import EMPTY_ROOT, node_hash

Nodes = Callable[[int, int], bytes]
"""Returns the hash of a complete subtree: of the leaves ``[index << level, (index + 1) << level)``."""


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[0::2], row[1::2], strict=True)]
    (found,) = row
    return found


def root(size: int, nodes: Nodes) -> bytes:
    """Return the root of a tree with `size` leaves."""
    return range_hash(0, size, nodes) if size else EMPTY_ROOT


def range_hash(begin: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash of a subtree of a tree, over the leaves ``[begin, end)``, at least one."""
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


def _left_count(count: int) -> int:
    """Return how many of `count` leaves, at least two, are on the left: the largest power of two below."""
    return 1 << ((count - 1).bit_length() - 1)
