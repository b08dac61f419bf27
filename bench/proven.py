"""`python -m bench.proven`: what a device proof adds to a courier's view, as pairs in one run.

Each pair is one view without and one with a proof, one after the other, in one process over a real Valkey. The view
shows the address in full, so both spend a budget and write an audit entry. Making the proof is the phone's work.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.signed import percentile, timed
from masking_service.dev.development import Development
from masking_service.runtime.wiring import assemble
from tests.service.people.policies import edited
from tests.web.api import NUMBER, SITE, Api, content, record
from tests.web.proving import Proving, proven

PATH = f"/v1/waybills/{NUMBER}"


def _view(person: Proving, headers: dict[str, str]) -> None:
    content(person.api.get(person.token, PATH, headers=headers))


def measure(folder: Path, pairs: int) -> str:
    """Return the figures of so many pairs."""
    apis = []
    with Development({"MASKING_STATE_DIR": str(folder)}) as made:
        for name, proof in (("plain", []), ("proven", ["waybill-view"])):
            path = folder / f"{name}.yaml"

            def widened(policy: dict[str, object], proof: list[str] = proof) -> None:
                proven(proof)(policy)
                policy["roles"]["courier"]["budget"]["full_views"] = {"1m": 1_000_000}  # type: ignore[index]  # a document

            path.write_text(edited(widened), "utf-8")
            parts = assemble(replace(made.settings, policy=path))
            parts.store.trust()
            apis.append(Api(parts))
        plain, proving = apis
        plain.tokenize(record(), custody={"site": SITE})
        person = Proving(proving).bootstrap()
        person.view(NUMBER)
        unproven = Proving(plain)
        without: list[float] = []
        with_it: list[float] = []
        for at in range(pairs):
            headers = {"DPoP": person.prove("GET", PATH)}
            pair = (without, partial(_view, unproven, {})), (with_it, partial(_view, person, headers))
            for seconds, view in pair if at % 2 else pair[::-1]:
                seconds.append(timed(view))
        before = proving.parts.store.round_trips
        _view(person, {"DPoP": person.prove("GET", PATH)})
        exchanges = proving.parts.store.round_trips - before
    added = [after - before for before, after in zip(without, with_it, strict=True)]
    lines = ["| | median | p99 |", "|---|---|---|"]
    for name, seconds in (("view without a proof", without), ("view with a proof", with_it)):
        lines.append(f"| {name} | {percentile(seconds, 0.5):.2f} ms | {percentile(seconds, 0.99):.2f} ms |")
    lines.append(f"| added to a view, of pairs | {statistics.median(added) * 1000:.2f} ms | |")
    share = statistics.median(without) / statistics.median(with_it)
    lines.append(f"\nViews one by one: {share:.2f} of those without a proof; {exchanges} exchanges with the store.")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m bench.proven", description=__doc__)
    asked.add_argument("--pairs", type=int, default=1_000)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(measure(Path(folder), said.pairs) + "\n")


if __name__ == "__main__":
    main()
