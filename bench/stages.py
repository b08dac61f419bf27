"""`python -m bench.stages`: what a waybill costs inside the service, stage by stage, in microseconds.

The real application answers real requests in this process, on a real store, and a stopwatch hangs on the parts that
`PARTS` names: a stage's time is what passes in its parts and in nothing that another part does for them. Nothing of
the service is repeated here, and a part that is no longer there, or no longer called, stops the run. What is left, from
Flask over the authentication to the log line, is the last stage. The server that reads the request is not in it.
"""

import argparse
import gc
import importlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median_high
from typing import Any
from unittest.mock import patch

import msgspec
from flask import Flask
from rich.console import Console
from rich.table import Table
from werkzeug.test import create_environ

from bench.contenders import credentials, records_body
from bench.figures import Staged
from bench.waybills import Waybills
from masking_service.dev.development import Development
from masking_service.http.app import create_app
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import assemble

SIZES = (1, 50, 500)
REST = "everything around it"
PARTS = {
    "decode": ("masking_service.http.app:_body",),
    "find and mask": ("masking_service.masking.records.record:Masker.mask_batch",),
    "leak guard": (
        "masking_service.masking.records.walk:Run.guard",
        "masking_service.masking.records.columns:_without_leaks",
    ),
    "body and seal": (
        "masking_service.service.vault.records:body_of",
        "masking_service.service.vault.records:plaintext",
        "keys.aead:SealingKey.seal_many",
    ),
    "tokens": (
        "keys.keyring:TenantKeys.bases",
        "masking_service.service.vault.records:Tokens.add",
        "masking_service.service.vault.records:Tokens.make",
    ),
    "pack": ("masking_service.store.client:Store.write",),
    "Redis": ("masking_service.store.pipeline:Exchanges.run",),
    "encode": ("masking_service.http.app:encode",),
}
"""Where each stage happens: functions and methods, as ``module:name``."""
ONLY_TOKENIZING = frozenset({"body and seal", "tokens", "pack", "Redis"})


class Stopwatch:
    """Gives every moment to the innermost part that is running."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._running = [REST]
        self._since = 0.0

    def start(self) -> None:
        """Begin anew."""
        self.spent = {}
        self._since = time.perf_counter()

    def switch(self) -> None:
        """Add the time since the last switch to the running stage."""
        now = time.perf_counter()
        running = self._running[-1]
        self.spent[running] = self.spent.get(running, 0.0) + now - self._since
        self._since = now

    def watched(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, whose time counts for `stage`."""

        def run(*args: Any, **named: Any) -> Any:
            self.switch()
            self._running.append(stage)
            try:
                return work(*args, **named)
            finally:
                self.switch()
                self._running.pop()

        return run

    @contextmanager
    def on(self, use_case: str) -> Iterator[None]:
        """Hang on every part of the use case."""
        with ExitStack() as hung:
            for stage, places in PARTS.items():
                if use_case == "mask" and stage in ONLY_TOKENIZING:
                    continue
                for place in places:
                    owner, name = _found(place)
                    hung.enter_context(patch.object(owner, name, self.watched(stage, getattr(owner, name))))
            yield


def _found(place: str) -> tuple[Any, str]:
    module, _, path = place.partition(":")
    *way, name = path.split(".")
    owner = importlib.import_module(module)
    for step in way:
        owner = getattr(owner, step)
    return owner, name


class Inside:
    """The service in this process, past its first request of the day."""

    def __init__(self, app: Flask, key: str) -> None:
        self._app = app
        self._key = key
        self._supply = Waybills("ST", 1)

    def measure(self, use_case: str, size: int, calls: int) -> Staged:
        """Microseconds a waybill: the medians of so many calls with a stopwatch on, and of as many without."""
        watch = Stopwatch()
        watched: list[dict[str, float]] = []
        whole: list[float] = []
        for number in range(2 * calls + 2):
            environment = self._request(use_case, size)
            with watch.on(use_case) if number % 2 else ExitStack():
                watch.start()
                self._call(environment)
                watch.switch()
            if number < 2:  # warms up
                continue
            if number % 2:
                watched.append(watch.spent)
            else:
                whole.append(sum(watch.spent.values()))
        stages = [stage for stage in PARTS if use_case == "tokenize" or stage not in ONLY_TOKENIZING]
        unseen = [stage for stage in stages if not any(stage in spent for spent in watched)]
        if unseen:
            raise RuntimeError(f"no call came by {', '.join(unseen)}: PARTS names what the service no longer calls")
        each = {stage: median_high([one.get(stage, 0.0) for one in watched]) / size * 1e6 for stage in (*stages, REST)}
        return Staged(use_case, size, each, median_high(whole) / size * 1e6)

    def _request(self, use_case: str, size: int) -> dict[str, Any]:
        """The environment of a request that has come whole."""
        return create_environ(
            f"/v1/{use_case}",
            method="POST",
            data=records_body(self._supply.records(size)),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self._key}"},
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )

    def _call(self, environment: dict[str, Any]) -> None:
        statuses: list[str] = []

        def start(status: str, *_: object) -> Callable[[bytes], object]:
            statuses.append(status)
            return len

        content = b"".join(self._app(environment, start))
        if statuses != ["200 OK"] or b'"error":' in content:
            raise RuntimeError(f"{environment['PATH_INFO']} answered {statuses}")


def measure(folder: Path, waybills: int) -> list[Staged]:
    """Every stage of both use cases, for each size; each is of about so many waybills, or of 10 calls at least."""
    with Development({"MASKING_STATE_DIR": str(folder)}) as made:
        parts = assemble(made.settings)
        admit_store(parts)
        parts.store.trust()  # there is no background here that would renew its lease
        inside = Inside(create_app(parts), credentials(folder)["label-printer"])
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)  # as a worker has it
        try:
            return [
                inside.measure(use_case, size, max(10, min(400, waybills // size)))
                for use_case in ("mask", "tokenize")
                for size in SIZES
            ]
        finally:
            parts.log.close()
            parts.store.close()


def main() -> None:
    """Measure, and print a table; or JSON for the run that started this."""
    parser = argparse.ArgumentParser(prog="python -m bench.stages")
    parser.add_argument("--waybills", type=int, default=40_000)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        found = measure(Path(name), wanted.waybills)
    if wanted.json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("µs a waybill", *(f"{one.use_case}, {one.size}" for one in found))
    for stage in (*PARTS, REST):
        table.add_row(stage, *(f"{one.stages[stage]:,.2f}" if stage in one.stages else "–" for one in found))
    table.add_row("together", *(f"{sum(one.stages.values()):,.2f}" for one in found))
    table.add_row("without a stopwatch", *(f"{one.whole:,.2f}" for one in found))
    Console().print(table)


if __name__ == "__main__":
    main()
