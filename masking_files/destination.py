"""Writes the output whole, or not at all. It is a file readable by its owner only, or standard output."""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from masking_files import texts
from masking_files.faults import NotDone
from masking_files.sources import STANDARD
from masking_service.texts import say

Write = Callable[[bytes], object]

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


def destination_of(file: str, output: str | None, mark: str) -> str:
    """Return where the output goes by default: beside the input, with `mark` before its suffix."""
    if output is not None or file == STANDARD:
        return output or STANDARD
    path = Path(file)
    return str(path.with_name(f"{path.stem}.{mark}{path.suffix}"))


@contextmanager
def written(output: str, file: str, *, force: bool, draft: Path | None = None) -> Iterator[Write]:
    """Take the output's bytes, and put them under the output's name if the block ends without an error.

    Args:
        output: a path, or STANDARD for standard output.
        file: the input, which is never the output.
        force: whether a file that is there may be replaced.
        draft: where it is until it is whole, if that has a fixed name: what a killed run left there is replaced.

    Raises:
        NotDone: the output cannot be written there.
    """
    if output == STANDARD:
        yield from _to_standard_output()
        return
    path = Path(output)
    _refuse(path, file, force=force)
    # A name of its own length: the output's may be as long as a name can be.
    if draft is None:
        draft = path.with_name(f".masking-{os.getpid()}-{os.urandom(4).hex()}.part")
    else:
        draft.unlink(missing_ok=True)
    try:
        with _stopped_by_signals():
            try:
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
                with os.fdopen(descriptor, "wb") as stream:
                    yield stream.write
                    stream.flush()
                    os.fsync(stream.fileno())
                _publish(draft, path, force=force)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as fault:
        raise NotDone(say(texts.UNWRITABLE, reason=fault.strerror)) from None


def _refuse(path: Path, file: str, *, force: bool) -> None:
    if not os.path.lexists(path):
        return
    with suppress(OSError):
        if file != STANDARD and path.samefile(file):
            raise NotDone(say(texts.SAME_FILE))
    if path.is_symlink() or not path.is_file():
        raise NotDone(say(texts.NO_PLAIN_FILE))
    if not force:
        raise NotDone(say(texts.EXISTS))


def _publish(draft: Path, path: Path, *, force: bool) -> None:
    """Give the finished draft its name."""
    try:
        if force:
            draft.replace(path)
        else:
            os.link(draft, path)  # unlike a rename it never replaces a file that appeared meanwhile
    except FileExistsError:
        raise NotDone(say(texts.EXISTS)) from None
    except OSError:
        if os.path.lexists(path):
            raise
        draft.replace(path)  # a file system without hard links
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def discarded() -> Iterator[Write]:
    yield len


def _to_standard_output() -> Iterator[Write]:
    """Keep the output on disk until it is whole. The last row may be the reason to write none."""
    stream = sys.stdout.buffer
    with TemporaryFile() as draft:
        yield draft.write
        draft.seek(0)
        try:
            shutil.copyfileobj(draft, stream)
            stream.flush()
        except BrokenPipeError:
            # The interpreter would try, and fail, to flush once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            raise NotDone(say(texts.CLOSED_OUTPUT)) from None


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """End by a signal as by Ctrl-C, so that the draft goes."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What is ignored stays ignored: nohup means it.
    heeded = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
