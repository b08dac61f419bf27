"""The audit program: witness, archive, verification, proofs and packs."""
