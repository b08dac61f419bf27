"""Length-prefixed joining of byte strings, so that no two lists of parts give the same bytes.

Everything that is MACed, hashed for a chain, or bound as AEAD context passes
through here: `("a|b", "c")` and `("a", "b|c")` must differ.
"""


def frame(*parts: bytes) -> bytes:
    """Join `parts`, each behind its length as four big-endian bytes.

    >>> frame(b"ab", b"")
    b'\\x00\\x00\\x00\\x02ab\\x00\\x00\\x00\\x00'
    """
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
