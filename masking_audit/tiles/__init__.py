"""The archive as a transparency log: C2SP tiles, signed checkpoint notes, proofs, and a witness that cosigns."""
