"""The leaf of an entry: its id and its link. So the tiles can be published: they hold no content of an entry."""

from masking_audit.format.links import entry_id


def leaf_of(writer: str, number: int, link: bytes) -> bytes:
    """Return the leaf of an entry: ``audit-leaf/1 WRITER-NUMBER LINK``, the link in hexadecimal."""
    return f"audit-leaf/1 {entry_id(writer, number)} {link.hex()}".encode()
