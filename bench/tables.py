"""The tables of a run, in Markdown: the page, the terminal and docs/scaling.md show the same ones."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.figures import ENCRYPT, Figures, Latency, Sharded
from bench.mixed import BATCH, COURIER, LABEL, ONE

LATENCY_AIMS = {LABEL: 40, COURIER: 65}
"""p99 in milliseconds."""
MAX_BYTES = 400
"""Of the store's memory, for each waybill."""
MAX_MS = 1_000


@dataclass(frozen=True)
class Aim:
    """A measured figure and its bound, which is a minimum or a maximum."""

    what: str
    value: float
    bound: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is within the bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def row(self) -> Sequence[str]:
        """Its row in the table."""
        sign = "≥" if self.at_least else "≤"
        return self.what, _short(self.value), f"{sign} {_short(self.bound)}", "yes" if self.met else "no"


def aims(figures: Figures) -> str:
    """The aims, and what was measured."""
    return _table(("what", "measured", "aim", "met"), (aim.row for aim in aimed_at(figures)))


def aimed_at(figures: Figures) -> Sequence[Aim]:
    """Every aim with its measured figure."""
    batch, last = figures.sizes[-1], figures.growth[-1]
    bare, one = "service / baseline", figures.sizes[0]
    found = [
        Aim(f"mask, batches of {batch}: {bare}", figures.ratio("mask", batch, "baseline"), 0.75),
        Aim(f"tokenize, batches of {batch}: {bare}", figures.ratio("tokenize", batch, "baseline"), 0.9),
        Aim(f"mask, one by one: {bare}", figures.ratio("mask", one, "baseline"), 0.65),
        Aim(f"tokenize, one by one: {bare}", figures.ratio("tokenize", one, "baseline"), 0.65),
        Aim(f"mask, batches of {batch}: service / Presidio", figures.ratio("mask", batch, "presidio"), 8),
        Aim("mask, one by one: service / Presidio", figures.ratio("mask", one, "presidio"), 1),
        Aim(
            f"tokenize, batches of {batch}: service / hand-rolled", figures.ratio("tokenize", batch, "hand_rolled"), 17
        ),
        Aim("service tokenizes / OpenBao only encrypts", figures.ratio("tokenize", batch, "openbao", ENCRYPT), 0.5),
        Aim(f"tokenize with {last.stored:,} stored / on a fresh store", statistics.median(figures.full_to_fresh), 0.9),
        Aim(f"bytes of memory a waybill, {last.stored:,} stored", last.memory, MAX_BYTES, at_least=False),
    ]
    half = min(figures.load, key=lambda loaded: abs(loaded.share - 0.5))
    for kind, bound in LATENCY_AIMS.items():
        name = f"p99 of a {kind}, ms, at half of the saturation rate: {half.offered:,.0f} mixed requests a second"
        found.append(Aim(name, half.kinds[kind].p99, bound, at_least=False))
    much = figures.load[-1]
    name = f"the last answer or refusal, ms, at {much.share:.0f} times that rate: {much.offered:,.0f} requests a second"
    found.append(Aim(name, much.slowest, MAX_MS, at_least=False))
    return found


def rates(figures: Figures) -> str:
    """Waybills a second of every contender."""
    others = {"mask": "presidio", "tokenize": "hand_rolled"}
    rows = []
    for use_case, other in others.items():
        for size in reversed(figures.sizes):
            ours, bare, theirs = (figures.of(name, use_case, size) for name in ("service", "baseline", other))
            rows.append((
                _named(use_case, size),
                f"{bare.median:,.0f}",
                f"{ours.median:,.0f}",
                f"{theirs.median:,.0f} ({other})",
                f"{figures.ratio(use_case, size, 'baseline'):.2f}",
                f"{figures.ratio(use_case, size, other):.1f}",
                f"{max(ours.client, bare.client):.0%}",
            ))  # fmt: skip
    sealed, batch = figures.of("openbao", ENCRYPT, 0), figures.sizes[-1]
    ratio = f"{figures.ratio('tokenize', batch, 'openbao', ENCRYPT):.2f} (tokenizes)"
    what = (f"{sealed.median:,.0f} (openbao)", "–", ratio, f"{sealed.client:.0%}")
    rows.append(("encrypt only, 400 values", "–", "–", *what))
    heads = ("waybills a second", "baseline", "service", "other", "service / baseline", "service / other", "client")
    return _table(heads, rows)


def bare_rates(figures: Figures) -> str:
    """Waybills a second of service and baseline alone."""
    rows = []
    for use_case in ("mask", "tokenize"):
        for size in reversed(figures.sizes):
            bare, ours = (figures.of(name, use_case, size).median for name in ("baseline", "service"))
            ratio = figures.ratio(use_case, size, "baseline")
            rows.append((_named(use_case, size), f"{bare:,.0f}", f"{ours:,.0f}", f"{ratio:.2f}"))
    return _table(("waybills a second", "baseline", "service", "service / baseline"), rows)


def headline(figures: Figures) -> str:
    """The few rates that the README shows, the ratios to others on the same machine, and how many aims are met."""
    batch, one = figures.sizes[-1], figures.sizes[0]
    rows = []
    for use_case, what in (("mask", ""), ("tokenize", ", each on disk before the answer")):
        for size in (batch, one):
            bare, ours = (figures.of(name, use_case, size).median for name in ("baseline", "service"))
            rows.append((_named(use_case, size) + what, f"{bare:,.0f}", f"{ours:,.0f}"))
    table = _table(("waybills a second, two cores", "bare loop", "the service"), rows)
    in_batches, one_by_one = (figures.ratio("mask", size, "presidio") for size in (batch, one))
    openbao = figures.ratio("tokenize", batch, "openbao", ENCRYPT)
    found = aimed_at(figures)
    return (
        f"{table}\n\nThe bare loop does the same work without authentication, policy, leak guard and log.\n\n"
        f"- Batches of {batch}: the service masks {in_batches:.1f} times as many waybills as Presidio's anonymizer. It "
        f"tokenizes\n  {openbao:.2f} times as many as OpenBao encrypts; OpenBao neither masks nor stores them.\n"
        f"- One by one: {one_by_one:.1f} times as many as Presidio's anonymizer.\n\n"
        f"{sum(aim.met for aim in found)} of {len(found)} [aims](docs/benchmarks.md#aims) are met."
    )


def stages(figures: Figures) -> str:
    """Microseconds a waybill, by stage."""
    rows = [
        (name, *(f"{one.stages[name]:,.2f}" if name in one.stages else "–" for one in figures.stages))
        for name in figures.stage_names
    ]
    rows.append(("together", *(f"{sum(one.stages.values()):,.2f}" for one in figures.stages)))
    rows.append(("without a stopwatch", *(f"{one.whole:,.2f}" for one in figures.stages)))
    return _table(("µs a waybill", *(f"{one.use_case}, {one.size}" for one in figures.stages)), rows)


def load(figures: Figures) -> str:
    """p50 and p99 by kind of request, at each load."""
    kinds = (LABEL, COURIER, ONE, BATCH)
    rows = [
        (
            f"{loaded.share:.0%}",
            f"{loaded.offered:,.0f}",
            *(_latency(loaded.kinds[kind]) for kind in kinds),
            f"{loaded.quiet} of {loaded.windows}",
            f"{loaded.refused:.1%}",
            f"{loaded.slowest:,.0f}",
        )
        for loaded in figures.load
    ]
    latencies = (f"{kind}, p50 / p99 / worst p99, ms" for kind in kinds)
    outside = "windows outside rewrites"
    return _table(
        ("of the saturation rate", "requests a second", *latencies, outside, "refused", "the last of all, ms"), rows
    )


def growth(figures: Figures) -> str:
    """Rates and memory by the waybills that are stored."""
    rows = [
        (
            f"{one.stored:,}",
            f"{one.tokenize:,.0f}",
            f"{one.mask:,.0f}",
            f"{one.tokenize / one.mask:.2f}",
            f"{one.quiet} of {one.rounds}",
            f"{one.memory:,.0f}",
        )
        for one in figures.growth
    ]
    heads = ("stored", "tokenize, a second", "mask, a second", "tokenize / mask", "rounds outside rewrites", "bytes")
    return _table(heads, rows)


def memory(figures: Figures) -> str:
    """What each byte of a stored waybill is for."""
    each, whole = figures.bytes, figures.growth[-1].memory
    told = each.name + each.header + each.body + each.padding + each.seal
    rows = [
        ("the key: `wm:{`, 16 characters of the number's keyed hash, `}0`", each.name),
        ("sealed: salt, token key version, expiry", each.header),
        ("sealed: schema and six values as JSON", each.body),
        ("sealed: spaces up to the next step of 64 bytes, so that the length says little", each.padding),
        ("the seal: format, algorithm, key id, nonce, tag", each.seal),
        ("the server's object, its lengths and expiry, and what the allocator rounds up", each.held - told),
        ("the server's tables, which grow by doubling, and its buffers", whole - each.held),
        ("**together**", whole),
    ]
    return _table(("of a waybill", "bytes"), ((what, f"{size:,.0f}") for what, size in rows))


def shards(figures: Figures) -> str:
    """Tokenizing on clusters."""
    return shard_table(figures.shards)


def shard_table(found: Sequence[Sharded]) -> str:
    """Tokenizing on clusters, against the first one."""
    rows = [
        (
            f"{each.shards}",
            f"{each.median:,.0f}",
            f"{each.median / found[0].median:.2f}",
            f"{each.store:.1f}",
            f"{each.busiest:.0%}",
            " · ".join(f"{share:.1%}" for share in each.stored),
        )
        for each in found
    ]
    heads = ("shards", "waybills a second", "of one shard's", "store, µs of processor a waybill")
    return _table((*heads, "of that, the busiest shard", "where the keys are"), rows)


TABLES: dict[str, Callable[[Figures], str]] = {
    "aims": aims,
    "rates": rates,
    "stages": stages,
    "load": load,
    "growth": growth,
    "memory": memory,
    "shards": shards,
}


def _named(use_case: str, size: int) -> str:
    return f"{use_case}, {'one by one' if size == 1 else f'batches of {size}'}"


def _latency(found: Latency) -> str:
    return f"{found.p50:,.1f} / {found.p99:,.1f} / {found.worst:,.0f}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    first, *rest = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    return "\n".join([first, "|" + "---|" * (first.count("|") - 1), *rest])
