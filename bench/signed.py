"""`python -m bench.signed`: what a signature adds to an opening and a device proof to a view, as pairs in one run.

Each pair is one call without and one with it, one after the other, in one process over a real Valkey. A view shows the
address in full, so it spends a budget and writes an audit entry, as an opening does. Making a signature or a proof is
the work of the person's device, and is not measured.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bench.load import percentile
from masking_service.dev.development import Development
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import assemble
from tests.service.people.policies import Edit, edited
from tests.web import proving, signing
from tests.web.api import NUMBER, SITE, Api, content, record, results
from tests.web.api import field as item

PATH = f"/v1/waybills/{NUMBER}"


@dataclass(frozen=True)
class Pairs:
    """Seconds of calls without and with a signature or proof, pair by pair, and of proposing the signed acts."""

    without: list[float] = field(default_factory=list)
    with_it: list[float] = field(default_factory=list)
    proposing: list[float] = field(default_factory=list)

    def table(self, call: str, added: str) -> str:
        """Return the figures; `call` and `added` name what was called and what was added to it."""
        rows = {
            f"{call} without a {added}": self.without,
            f"{call} with a {added}": self.with_it,
            "proposing the act": self.proposing,
        }
        lines = [f"| {call}s, {len(self.without)} pairs | median | p99 |", "|---|---|---|"]
        for name, seconds in rows.items():
            if seconds:
                median, p99 = (percentile(sorted(seconds), share) * 1000 for share in (0.5, 0.99))
                lines.append(f"| {name} | {median:.2f} ms | {p99:.2f} ms |")
        more = [after - before for before, after in zip(self.without, self.with_it, strict=True)]
        share = statistics.median(self.without) / statistics.median(self.with_it)
        lines.append(f"| added, of pairs | {statistics.median(more) * 1000:.2f} ms | |")
        lines.append(f"\n{call}s one by one: {share:.2f} of those without a {added}.")
        return "\n".join(lines)


def openings(plain: Api, signed: Api, pairs: int) -> Pairs:
    """Open a phone in turns, without and with a signature."""
    plain.open_case("D-1", NUMBER)
    officer = signing.Person(signed, "dispute-officer", "officer").bootstrap()
    call: dict[str, Any] = {"purpose": "dispute", "case": "D-1", "items": [item(NUMBER, "/sender/phone")]}
    found = Pairs()
    for _ in range(pairs):
        begin = time.perf_counter()
        proposed = officer.propose({"act": "detokenize", **call})
        found.proposing.append(time.perf_counter() - begin)
        body = call | {"signed": officer.key.sign(proposed)}
        for seconds, api, sent in ((found.without, plain, call), (found.with_it, signed, body)):
            seconds.append(timed(partial(_open, api, officer.token, sent)))
    return found


def views(plain: Api, proven: Api, pairs: int) -> Pairs:
    """View a waybill in turns, without and with a device proof."""
    person = proving.Proving(proven).bootstrap()
    person.view(NUMBER)
    unproven = proving.Proving(plain)
    found = Pairs()
    for at in range(pairs):
        headers = {"DPoP": person.prove("GET", PATH)}
        pair = (found.without, partial(_view, unproven, {})), (found.with_it, partial(_view, person, headers))
        for seconds, view in pair if at % 2 else pair[::-1]:
            seconds.append(timed(view))
    return found


def timed(call: Callable[[], object]) -> float:
    """Return how long a call takes, in seconds."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _open(api: Api, token: str, body: Mapping[str, Any]) -> None:
    results(api.post(token, "/v1/detokenize", body))


def _view(person: proving.Proving, headers: dict[str, str]) -> None:
    content(person.api.get(person.token, PATH, headers=headers))


def _apis(settings: Settings, edits: Sequence[Edit], role: str, counts: str) -> list[Api]:
    """Return the service under each of these policies, with a budget that no run spends."""
    apis = []
    for at, edit in enumerate(edits):

        def widened(policy: dict[str, Any], edit: Edit = edit) -> None:
            edit(policy)
            policy["roles"][role]["budget"][counts] = {"1m": 1_000_000}

        path = settings.state_dir / f"{role}-{at}.yaml"
        path.write_text(edited(widened), "utf-8")
        parts = assemble(replace(settings, policy=path))
        parts.store.trust()
        apis.append(Api(parts))
    return apis


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m bench.signed", description=__doc__)
    asked.add_argument("--pairs", type=int, default=1_000)
    pairs = asked.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder, Development({"MASKING_STATE_DIR": folder}) as made:
        signed = signing.signed([]), signing.signed(["detokenize"])
        plain, signing_api = _apis(made.settings, signed, "dispute-officer", "fields")
        plain.tokenize(record(), custody={"site": SITE})
        sys.stdout.write(openings(plain, signing_api, pairs).table("opening", "signature") + "\n\n")
        proven = proving.proven([]), proving.proven(["waybill-view"])
        plain, proving_api = _apis(made.settings, proven, "courier", "full_views")
        sys.stdout.write(views(plain, proving_api, pairs).table("view", "proof") + "\n")


if __name__ == "__main__":
    main()
