"""Takes signed commits out of the log, so that single entries can be verified with the public key alone.

A line is a commit: the link before it, its entries, and the signature after the
last one. Only the wanted entries are in it with their content: of the others,
which may be about other people and tenants, there is a hash. It proves that the
service signed these entries. That none was left out is proved by the whole log
only.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_audit.format.commits import Commit, verify_commit
from masking_audit.format.entries import Entry
from masking_audit.format.lines import (
    UNREADABLE,
    CheckpointLine,
    EntryLine,
    UnreadableLineError,
    each_once,
    entry_lines,
    is_signed,
    read_line,
)
from masking_audit.format.links import FIRST_LINK, commit_message, entry_hash, entry_id, first_link_form
from masking_audit.format.signed import verify_entry

_decode: Final = msgspec.json.Decoder(Commit).decode
_decode_entry: Final = msgspec.json.Decoder(Entry).decode


def excerpt(
    lines: Iterable[bytes], wanted: Callable[[str, Entry], bool], sign: Callable[[bytes], bytes] | None = None
) -> Iterator[bytes]:
    """Yield the commits with a wanted entry, as lines.

    Args:
        wanted: tells by id and entry whether it belongs into the excerpt.
        sign: signs with the active key what an older one signed, in a log that was verified as a whole: alone, such a
            commit would not show that it is from before that key ended. What the active key signed stays as it is.
    """
    links: dict[str, bytes] = {}
    commits: dict[str, list[EntryLine]] = {}
    for line in entry_lines(lines):
        commit = commits.setdefault(line.writer, [])
        commit.append(line)
        if not line.signature:
            continue
        named = [(entry_id(one.writer, one.number), entry_of(one)) for one in commit]
        each = [entry is not None and wanted(name, entry) for name, entry in named]  # of all: `wanted` may keep them
        if any(each):
            shown = [number for number, named in enumerate(each) if named]
            if sign is not None:
                commit[-1] = replace(line, signature=sign(commit_message(line.writer, line.number, line.link)))
            yield msgspec.json.encode(commit_of(links.get(line.writer, FIRST_LINK), commit, shown)) + b"\n"
        links[line.writer] = line.link
        commit.clear()


def entry_of(line: EntryLine) -> Entry | None:
    """Return the content of an entry; None if it was edited so that it has none."""
    try:
        return _decode_entry(line.entry)
    except msgspec.ValidationError:
        return None


def commit_of(previous: bytes, entries: Sequence[EntryLine], shown: Container[int]) -> Commit:
    """Return the commit of some entries.

    Args:
        previous: the link before the first of them.
        entries: consecutive entries of a writer; the last has the signature.
        shown: the indexes of those with their content. Links of an earlier release need that of all.
    """
    first, last = entries[0], entries[-1]
    old = first.link == first_link_form(previous, first.writer, first.number, first.entry)
    raw = [
        msgspec.Raw(one.entry if old or at in shown else msgspec.json.encode(entry_hash(one.entry).hex()))
        for at, one in enumerate(entries)
    ]
    name = entry_id(first.writer, first.number)
    return Commit(name, previous.hex(), raw, b64encode(last.signature).decode(), 1 if old else 2)


def is_evidence(line: bytes) -> bool:
    """Return whether a line is an excerpt's commit."""
    try:
        _decode(line)
    except UNREADABLE:
        return False
    return True


def verify_excerpt(lines: Iterable[bytes], verifier: Verifier) -> tuple[int, list[int]]:
    """Return how many entries are proved, and the 1-based numbers of the lines that were changed.

    A line is a commit, or a checkpoint of the log.
    """
    proved, wrong = 0, []
    for number, line in enumerate(lines, 1):
        try:
            proved += _proved(line.strip(), verifier)
        except (*UNREADABLE, UnreadableLineError, IntegrityError):
            wrong.append(number)
    return proved, wrong


def _proved(line: bytes, verifier: Verifier) -> int:
    """Verify a line; return its number of entries with their content."""
    if not is_evidence(line):
        parsed = read_line(line)
        if not (isinstance(parsed, CheckpointLine) and is_signed(parsed, verifier)):
            raise UnreadableLineError("is neither a commit nor a signed checkpoint")
        return 0
    json.loads(line, object_pairs_hook=each_once)
    commit = _decode(line)
    verify_commit(commit, verifier)
    for raw in commit.entries:
        entry = msgspec.json.decode(raw)
        if isinstance(entry, dict) and "signed" in entry:
            verify_entry(entry)
    return commit.shown
