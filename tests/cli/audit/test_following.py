"""The order in which a witness archives, tells of an outage, and cosigns."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from masking_audit.cli import follow
from masking_audit.tiles.cosigning import CosigningError
from masking_service.store.errors import StoreUnavailable

DOWN = StoreUnavailable("refused")


class Steps:
    """Archives as it is told, cosigns badly once, and is stopped before the last step."""

    def __init__(self, *archived: bool | Exception) -> None:
        self.done: list[str] = []
        self._archived = [*archived]
        self._stopped = threading.Event()

    def archive_new(self) -> bool:
        self.done.append("archive")
        found = self._archived.pop(0)
        if len(self._archived) == 1:
            self._stopped.set()
        if isinstance(found, Exception):
            raise found
        return found

    def refresh(self) -> None:
        self.done.append("cosign")
        if self.done.count("cosign") == 1:
            raise CosigningError("no answer")

    def run(self, *, cosigning: bool = True) -> list[str]:
        steps: Any = self
        follow._run(steps, steps if cosigning else None, self._stopped)
        return self.done


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "EVERY_SECONDS", 0)


def test_it_cosigns_when_all_is_archived_and_archives_once_more_when_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Steps(True, True, False, False, False).run() == [*["archive"] * 3, *["cosign", "archive"] * 2, "cosign"]
    assert capsys.readouterr().err == "the checkpoint note is not cosigned: no answer\n"


def test_each_outage_of_the_store_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert Steps(DOWN, False, DOWN, DOWN, False).run(cosigning=False) == ["archive"] * 5
    told = f"the store does not answer ({DOWN.explained}); nothing is archived until it does"
    assert capsys.readouterr().err.splitlines() == [told, told]
