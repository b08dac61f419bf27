"""How the witness goes on: what it says of a store or a cosigner that does not answer, and when it waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from masking_audit.cli import follow, places
from masking_audit.cli.follow import _run
from masking_audit.tiles.cosigning import CosigningError
from masking_service.runtime.settings import Settings
from masking_service.store.errors import StoreUnavailable

AWAY = StoreUnavailable("connection")
AWAY_SAID = f"the store does not answer ({AWAY.explained}); nothing is archived until it does"


class Steps:
    """A log to archive, its cosigner and the stop signal, which note what is asked of them."""

    def __init__(self, *archived: bool | StoreUnavailable, cosigns: bool = True) -> None:
        self.noted: list[str] = []
        self._archived: Iterator[bool | StoreUnavailable] = iter(archived)
        self._left = len(archived)
        self._cosigns = cosigns

    def archive_new(self) -> bool:
        self.noted.append("archive")
        self._left -= 1
        more = next(self._archived)
        if isinstance(more, StoreUnavailable):
            raise more
        return more

    def refresh(self) -> None:
        self.noted.append("cosign")
        if not self._cosigns:
            raise CosigningError("refused")

    def is_set(self) -> bool:
        return self._left == 1

    def wait(self, seconds: float) -> None:
        assert seconds == follow.EVERY_SECONDS
        self.noted.append("wait")


@pytest.mark.parametrize(
    ("steps", "cosigner", "noted", "said"),
    [
        (Steps(False), True, ["archive", "cosign"], []),
        (Steps(False), False, ["archive"], []),
        (Steps(True, True, False, False), True, ["archive"] * 3 + ["cosign", "wait", "archive", "cosign"], []),
        (
            Steps(AWAY, AWAY, False, AWAY, False),
            False,
            ["archive", "wait"] * 4 + ["archive"],
            [AWAY_SAID, AWAY_SAID],
        ),
        (Steps(False, cosigns=False), True, ["archive", "cosign"], ["the checkpoint note is not cosigned: refused"]),
    ],
    ids=["a last time", "without a cosigner", "while there is more", "an outage is said once", "not cosigned"],
)
def test_the_witness_archives_what_there_is_and_waits_for_more(
    capsys: pytest.CaptureFixture[str], steps: Any, cosigner: bool, noted: list[str], said: list[str]
) -> None:
    _run(steps, steps if cosigner else None, steps)

    assert (steps.noted, capsys.readouterr().err.splitlines()) == (noted, said)


@pytest.mark.parametrize(
    ("named", "running", "url"),
    [("redis://a", "unix://b", "redis://a"), (None, "unix://b", "unix://b"), (None, None, "")],
)
def test_the_witness_reads_the_store_that_is_named_or_that_runs_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str | None, running: str | None, url: str
) -> None:
    monkeypatch.delenv("MASKING_REDIS_URL", raising=False)
    if named:
        monkeypatch.setenv("MASKING_REDIS_URL", named)
    monkeypatch.setattr(places, "running_url", lambda folder: running if folder == tmp_path else None)
    read: list[tuple[str, str, bool]] = []

    def noted(environment: Mapping[str, str], *, development: bool) -> None:
        read.append((environment["MASKING_REDIS_URL"], environment["MASKING_STATE_DIR"], development))

    monkeypatch.setattr(Settings, "read", noted)

    places.settings_without_keys(tmp_path)
    assert read == [(url, str(tmp_path), False)]
