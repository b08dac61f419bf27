"""Verifies a signed commit: consecutive entries of a writer, some with their content, the others by their hashes."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from keys.signatures import Verifier
from masking_audit.format.links import commit_message, encode, entry_hash, first_link_form, link_of_hash, place_of

_decode: Final = msgspec.json.Decoder().decode


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One commit of a writer.

    Attributes:
        commit: the id of its first entry, ``WRITER-NUMBER``.
        previous: the link before it, in hexadecimal.
        entries: its entries, as they are signed; or the hash of an entry in hexadecimal, in its place.
        signature: after the last entry, in base64.
        form: of its links, 1 or 2. Links of form 1, of earlier releases, need the content of every entry.
    """

    commit: str
    previous: str
    entries: Sequence[msgspec.Raw]
    signature: str
    form: Literal[1, 2] = 1

    @property
    def shown(self) -> int:
        """The number of entries with their content."""
        return sum(not bytes(raw).lstrip().startswith(b'"') for raw in self.entries)


def links_of(commit: Commit) -> Iterator[tuple[str, int, bytes]]:
    """Yield writer, number and link of each entry. Raises ValueError, msgspec.MsgspecError: the commit is malformed."""
    writer, first = place_of(commit.commit)
    linked = bytes.fromhex(commit.previous)
    for number, raw in enumerate(commit.entries, first):
        entry = _decode(raw)
        if commit.form == 1:
            linked = first_link_form(linked, writer, number, encode(entry))
        else:
            hashed = bytes.fromhex(entry) if isinstance(entry, str) else entry_hash(encode(entry))
            linked = link_of_hash(linked, writer, number, hashed)
        yield writer, number, linked


def verify_commit(commit: Commit, verifier: Verifier) -> None:
    """Check that the service signed the entries of a commit.

    Raises:
        IntegrityError: it did not sign them.
        ValueError, msgspec.MsgspecError: the commit is malformed.
    """
    *_, (writer, last, linked) = links_of(commit)
    verifier.verify(b64decode(commit.signature, validate=True), commit_message(writer, last, linked))
