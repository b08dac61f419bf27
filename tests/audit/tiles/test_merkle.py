"""Tests roots and proofs against RFC 6962 and against the published vectors of transparency-dev/merkle."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_audit.tiles import merkle, tree
from masking_audit.tiles.merkle import ProofError
from tests.audit.tiles import trees
from tests.every import every

VECTORS = json.loads((Path(__file__).parent / "vectors" / "rfc6962.json").read_bytes())
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
MAX_SIZE = 40
TREE = trees.some_leaves(MAX_SIZE)
ROOTS = [trees.mth(TREE[:size]) for size in range(MAX_SIZE + 1)]
NODES = trees.nodes(TREE)

sizes = st.integers(1, MAX_SIZE)


@every(("size", "expected"), list(enumerate(VECTORS["roots"])))
def test_roots_are_those_of_the_published_vectors(size: int, expected: str) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]

    def nodes(level: int, index: int) -> bytes:
        return tree.complete_root(hashes[index << level : (index + 1) << level])

    assert tree.root(size, nodes).hex() == expected


@every("size", range(1, MAX_SIZE + 1))
def test_proofs_are_those_of_rfc_6962(size: int) -> None:
    leaves = TREE[:size]

    assert tree.root(size, NODES) == trees.mth(leaves)
    for index in range(size):
        assert tree.inclusion_proof(index, size, NODES) == trees.path(index, leaves)
    for old in range(1, size + 1):
        assert tree.consistency_proof(old, size, NODES) == trees.proof(old, leaves)


@given(sizes, st.data())
def test_a_leaf_is_proved_at_its_index_and_at_no_other(size: int, data: st.DataObject) -> None:
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    proof = tree.inclusion_proof(index, size, NODES)
    leaf = merkle.leaf_hash(TREE[index])

    merkle.verify_inclusion(leaf, index, size, proof, ROOTS[size])
    if other != index:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(leaf, other, size, proof, ROOTS[size])
        with pytest.raises(ProofError):
            merkle.verify_inclusion(merkle.leaf_hash(TREE[other]), index, size, proof, ROOTS[size])


@given(sizes, sizes)
def test_a_tree_is_consistent_with_each_of_its_beginnings(one: int, other: int) -> None:
    old, size = sorted((one, other))

    merkle.verify_consistency(old, ROOTS[old], size, ROOTS[size], tree.consistency_proof(old, size, NODES))


@given(sizes, sizes, st.data())
def test_a_fork_has_no_consistency_proof(one: int, other: int, data: st.DataObject) -> None:
    old, size = sorted((one, other))
    changed = data.draw(st.integers(0, old - 1))
    fork = [*TREE[:changed], b"another", *TREE[changed + 1 : size]]
    proof = tree.consistency_proof(old, size, trees.nodes(fork))

    with pytest.raises(ProofError):
        merkle.verify_consistency(old, ROOTS[old], size, trees.mth(fork), proof)


@given(sizes, sizes, st.data())
def test_a_changed_proof_proves_nothing(one: int, other: int, data: st.DataObject) -> None:
    old, size = sorted((one, other))
    index = data.draw(st.integers(0, size - 1))
    included = tree.inclusion_proof(index, size, NODES)
    consistent = tree.consistency_proof(old, size, NODES)
    leaf = merkle.leaf_hash(TREE[index])

    with pytest.raises(ProofError):
        merkle.verify_inclusion(leaf, index, size, changed(included, data), ROOTS[size])
    with pytest.raises(ProofError):
        merkle.verify_consistency(old, ROOTS[old], size, ROOTS[size], changed(consistent, data))


def changed(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """Return another proof: with a hash that is changed, missing or too much."""
    at = data.draw(st.integers(0, len(proof)))
    extra = [*proof[:at], bytes(32), *proof[at:]]
    if not proof:
        return extra
    at = min(at, len(proof) - 1)
    flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    return data.draw(st.sampled_from([extra, proof[:at] + proof[at + 1 :], [*proof[:at], flipped, *proof[at + 1 :]]]))


def test_the_empty_tree_is_the_beginning_of_every_tree() -> None:
    assert tree.root(0, NODES) == merkle.EMPTY_ROOT
    assert tree.consistency_proof(0, 5, NODES) == []

    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, ROOTS[5], [])
    with pytest.raises(ProofError):
        merkle.verify_consistency(0, ROOTS[1], 5, ROOTS[5], [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_the_tree_does_not_have_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError):
        tree.inclusion_proof(index, size, NODES)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(merkle.leaf_hash(TREE[0]), index, size, [], ROOTS[1])


def test_a_larger_tree_is_no_beginning() -> None:
    with pytest.raises(ValueError):
        tree.consistency_proof(4, 3, NODES)
    with pytest.raises(ProofError):
        merkle.verify_consistency(4, ROOTS[4], 3, ROOTS[3], [])
