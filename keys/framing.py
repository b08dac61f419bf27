"""Joins byte strings unambiguously, with length prefixes.

Everything that is MACed, hashed into a chain or bound as AEAD context is framed
here: `("a|b", "c")` and `("a", "b|c")` must give different bytes. It is a module of its own because a verifier of
proofs needs it, and no keyed hash.
"""


def frame(*parts: bytes) -> bytes:
    """Join `parts`, each after its length as four big-endian bytes.

    >>> frame(b"ab", b"")
    b'\\x00\\x00\\x00\\x02ab\\x00\\x00\\x00\\x00'
    """
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
