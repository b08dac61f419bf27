"""`audit tail` shows entries as they come."""

import signal
from types import SimpleNamespace
from typing import Any

from masking_audit.cli.tail import HISTORY, LogTail, shown
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import encode
from tests.audit.logs import entry
from tests.cli.audit.witnesses import StartCommand
from tests.cli.conftest import Command


def test_each_entry_is_shown_in_one_line_with_what_it_says_in_columns() -> None:
    said = entry(at=0, action="detokenize", outcome="released", purpose="dispute", case="D-2026-0001", count=3)

    assert [shown(EntryLine("ab", 1, encode(one), b"")) for one in (said, entry(at=60, count=12))] == [
        "1970-01-01T00:00:00Z  staff/u-1                     detokenize      released        dispute      D-2026-0001"
        "     3",
        "1970-01-01T00:01:00Z  staff/u-1                     view            done            -            -          "
        "     12",
    ]


def test_control_characters_of_an_entry_are_not_printed() -> None:
    line = shown(EntryLine("ab", 1, encode(entry(principal="a\x1b[2Jb\nc")), b""))

    assert ("a?[2Jb?c" in line, "\n" in line, "\x1b" in line) == (True, False, False)


class Growing:
    """A log that grows: numbered entries of writers, and checkpoints that name them."""

    def __init__(self) -> None:
        self.newest: dict[str, int] = {}
        self.active: set[str] = set()
        self.named: list[set[str]] = []

    def writers(self) -> set[str]:
        return {*self.active}

    def newest_number(self, writer: str) -> int:
        return self.newest[writer]

    def newest_checkpoint(self) -> Any:
        return self._checkpoint(len(self.named)) if self.named else None

    def checkpoints(self, first: int) -> list[Any]:
        return [self._checkpoint(epoch) for epoch in range(first, len(self.named) + 1)]

    def entries(self, writer: str, first: int) -> list[EntryLine]:
        return [EntryLine(writer, at, b"{}", b"", at=at) for at in range(first, self.newest[writer] + 1)]

    def _checkpoint(self, epoch: int) -> Any:
        heads = [SimpleNamespace(writer=writer) for writer in sorted(self.named[epoch - 1])]
        return SimpleNamespace(checkpoint=SimpleNamespace(epoch=epoch, heads=heads))


def test_entries_are_told_once_in_order_also_of_writers_that_came_and_ended_in_between() -> None:
    log: Any = Growing()
    log.newest, log.active, log.named = {"a": HISTORY + 2, "b": 1}, {"b"}, [{"a"}]
    tail = LogTail(log)

    def told() -> list[tuple[str, int]]:
        return [(line.writer, line.number) for line in tail.new_entries()]

    first = told()
    seen_first = dict(tail._seen)
    log.newest |= {"b": 3, "c": 2, "d": 1}
    log.active, log.named = {"d"}, [{"a"}, {"b", "c"}, {"d"}]
    second = told()
    seen_second = dict(tail._seen)

    assert first == [("b", 1), *(("a", number) for number in range(3, HISTORY + 3))]
    assert second == [("c", 1), ("d", 1), ("b", 2), ("c", 2), ("b", 3)]
    assert (told(), tail._epoch) == ([], 3)
    assert seen_first == {"b": 1}  # the last checkpoint that names "a" was read
    assert seen_second == {"c": 2, "d": 1}
    assert tail._seen == {"d": 1}


def test_a_new_log_is_told_from_its_begin() -> None:
    log: Any = Growing()
    tail = LogTail(log)
    log.newest, log.active, log.named = {"a": HISTORY + 1, "b": 1}, {"a"}, [{"b"}]

    told = [(line.writer, line.number) for line in tail.new_entries()]
    assert told == [("a", 1), ("b", 1), *(("a", number) for number in range(2, HISTORY + 2))]


def test_tail_runs_until_it_is_interrupted(command: Command, start: StartCommand) -> None:
    watching = start("tail")
    assert watching.stdout is not None
    said = [watching.stdout.readline() for _ in range(3)]
    command("clients", "revoke", "printer-1")
    said += [watching.stdout.readline() for _ in range(3)]
    watching.send_signal(signal.SIGINT)

    assert watching.wait(60) == 0
    assert [line.split()[2] for line in said] == ["start", "client-add", "close", "start", "client-revoke", "close"]
