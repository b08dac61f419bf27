"""Keeps what was done of a file beside its output, so that a killed command can resume.

The journal holds the answers of each batch, which are what the output holds, and a hash of the batch that they answer.
It is readable by its owner only, and removed once the output is whole.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from masking_files import texts
from masking_files.entries import Result
from masking_files.faults import NotDone, RefusedTable
from masking_files.passing import Work
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.texts import say

_decode: Final = msgspec.json.Decoder(float_hook=Fraction).decode


@contextmanager
def resumed(output: str, run: bytes, work: Work) -> Iterator[tuple[Work, Path]]:
    """A work that skips what an earlier run of the command did, and its draft of the output.

    Args:
        output: beside which the journal is; it is removed if the block ends without an error, or if it ends because a
            column is refused.
        run: says what is done to which file; a journal of another run is thrown away.

    Raises:
        NotDone: the journal cannot be read or written, or the same command runs already.
    """
    path = Path(output).absolute()
    name = f".masking-{sha256(os.fsencode(path)).hexdigest()[:16]}"
    journal, head = path.with_name(f"{name}.journal"), encode({"run": sha256(run).hexdigest()}) + b"\n"
    try:
        descriptor = os.open(journal, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+b") as stream:
            _lock(stream)
            if stream.readline() != head:
                stream.seek(0)
                stream.truncate()
                stream.write(head)
            try:
                yield _Journal(stream, work), path.with_name(f"{name}.part")
            except RefusedTable:
                journal.unlink()
                raise
            journal.unlink()
    except OSError as fault:
        raise NotDone(say(texts.UNWRITABLE, reason=fault.strerror)) from None


def _lock(stream: BinaryIO) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotDone(say(texts.RUNNING)) from None


class _Journal:
    """Answers batches from the journal, then by the work itself."""

    def __init__(self, stream: BinaryIO, work: Work) -> None:
        self._stream = stream
        self._work = work
        self._reading = True

    def __call__(self, records: list[Any]) -> list[Result]:
        """The answers of a batch."""
        came = sha256(encode(records)).hexdigest()
        if self._reading:
            begun = self._stream.tell()
            line = self._stream.readline()
            if line.endswith(b"\n"):
                kept = _decode(line)
                if kept["of"] != came:
                    raise NotDone(say(texts.OTHER_INPUT))
                return _put_back(records, kept["answers"])
            self._reading = False
            self._stream.seek(begun)  # a line that was cut by a kill is done again
            self._stream.truncate()
        results = self._work(records)
        self._stream.write(encode({"of": came, "answers": results}) + b"\n")
        self._stream.flush()
        return results


def _put_back(records: list[Any], answers: list[Result]) -> list[Result]:
    """The answers as the work gives them: each changes its record in place."""
    for record, answer in zip(records, answers, strict=True):
        if "record" in answer:
            _fill(record, answer["record"])
            answer["record"] = record
    return answers


def _fill(record: Any, masked: Any) -> None:
    """Make one object or array like another, with the same objects and arrays inside."""
    if isinstance(record, dict):
        inner = {name: record.get(name) for name in masked}
        record.clear()
        for name, value in masked.items():
            record[name] = _filled(inner[name], value)
    else:
        record[:] = [_filled(old, new) for old, new in zip(record, masked, strict=True)]


def _filled(old: Any, new: Any) -> Any:
    if isinstance(new, (dict, list)) and type(old) is type(new):
        _fill(old, new)
        return old
    return new
