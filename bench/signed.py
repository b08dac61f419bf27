"""`python -m bench.signed`: what a signature adds to an opening, and what verifying costs, as pairs in one run.

Each pair is one opening without and one with a signature, one after the other, in one process over a real Valkey.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from masking_service.dev.development import Development
from masking_service.runtime.wiring import assemble
from tests.service.people.policies import edited
from tests.web.api import NUMBER, Api, field, record, results
from tests.web.signing import Person, signed

PHONE = field(NUMBER, "/sender/phone")


def percentile(seconds: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)] * 1000


def timed(call: Callable[[], object]) -> float:
    """Return how long a call takes, in seconds."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _opened(api: Api, token: str, body: Mapping[str, object]) -> None:
    results(api.post(token, "/v1/detokenize", body))


def measure(folder: Path, pairs: int) -> str:
    """Return the figures of so many pairs."""
    policies = {}
    for name, acts in (("plain", []), ("signed", ["detokenize"])):
        policies[name] = folder / f"{name}.yaml"

        def widened(policy: dict[str, object], acts: list[str] = acts) -> None:
            signed(acts)(policy)
            policy["roles"]["dispute-officer"]["budget"]["fields"] = {"1m": 1_000_000}  # type: ignore[index]  # a document

        policies[name].write_text(edited(widened), "utf-8")
    with Development({"MASKING_STATE_DIR": str(folder)}) as made:
        apis = []
        for path in policies.values():
            parts = assemble(replace(made.settings, policy=path))
            parts.store.trust()
            apis.append(Api(parts))
        plain, signing = apis
        plain.tokenize(record())
        plain.open_case("D-1", NUMBER)
        officer = Person(signing, "dispute-officer", "officer").bootstrap()
        call = {"purpose": "dispute", "case": "D-1", "items": [PHONE]}
        without, with_it, proposing = [], [], []
        for _ in range(pairs):
            begin = time.perf_counter()
            proposed = officer.propose({"act": "detokenize", **call})
            proposing.append(time.perf_counter() - begin)
            body = call | {"signed": officer.key.sign(proposed)}
            without.append(timed(partial(_opened, plain, officer.token, call)))
            with_it.append(timed(partial(_opened, signing, officer.token, body)))
        added = [after - before for before, after in zip(without, with_it, strict=True)]
        lines = ["| | median | p99 |", "|---|---|---|"]
        for name, seconds in (
            ("opening without a signature", without),
            ("opening with a signature", with_it),
            ("proposing the act", proposing),
        ):
            lines.append(f"| {name} | {percentile(seconds, 0.5):.2f} ms | {percentile(seconds, 0.99):.2f} ms |")
        lines.append(f"| added to an opening, of pairs | {statistics.median(added) * 1000:.2f} ms | |")
        return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m bench.signed", description=__doc__)
    asked.add_argument("--pairs", type=int, default=1_000)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(measure(Path(folder), said.pairs) + "\n")


if __name__ == "__main__":
    main()
