"""The tables of a run, in Markdown: the page, the terminal and docs/scaling.md show the same ones."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.figures import ENCRYPT, MIN_PAIRS, Figures, Latency, Measured, Sharded, short, spread
from bench.marked import markdown_table
from bench.mixed import BATCH, COURIER, LABEL, ONE
from bench.waybills import ADDRESSES, KINDS, KNOWN, MIXED, REMARKS, USUAL

LATENCY_AIMS = {LABEL: 40, COURIER: 65}
"""p99 in milliseconds."""
MAX_BYTES = 400
"""Of the store's memory, for each waybill."""
MAX_MS = 1_000
RECORD_AIMS = {ADDRESSES: 0.8, KNOWN: 0.8, REMARKS: 0.6}
"""Of the rate of usual records, by the kind of records."""


MET, MISSED, INCONCLUSIVE, TOO_FEW = "met", "**missed**", "inconclusive", f"fewer than {MIN_PAIRS} pairs"
OTHERS = {"mask": "presidio", "tokenize": "hand_rolled"}


@dataclass(frozen=True)
class Aim:
    """A measured figure and its bound, which is a minimum or a maximum.

    It is met if the lowest and the highest of all pairs are within the bound, missed if both are outside, and not told
    apart otherwise.
    """

    what: str
    found: Measured
    bound: float
    at_least: bool = True

    @property
    def verdict(self) -> str:
        """One of MET, MISSED, INCONCLUSIVE and TOO_FEW."""
        if not self.found.enough:
            return TOO_FEW
        within = {value >= self.bound if self.at_least else value <= self.bound for value in self.found.values}
        return INCONCLUSIVE if len(within) == 2 else MET if within == {True} else MISSED

    @property
    def row(self) -> Sequence[str]:
        """Its row in the table."""
        sign = "≥" if self.at_least else "≤"
        found = self.found
        between = "–" if found.once else f"{short(found.low)} to {short(found.high)}"
        pairs = "–" if found.once else str(len(found.values))
        return self.what, short(found.median), between, pairs, f"{sign} {short(self.bound)}", self.verdict


def aims(figures: Figures) -> str:
    """The aims, and what was measured."""
    heads = ("what", "measured", "lowest to highest", "pairs", "aim", "")
    return markdown_table(heads, (aim.row for aim in aimed_at(figures)))


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
    ]
    found += [
        Aim(f"mask, batches of {batch}, {kind}: of usual records", figures.of_usual("mask", batch, kind), bound)
        for kind, bound in RECORD_AIMS.items()
        if figures.has("service", "mask", batch, kind)
    ]
    found += [
        Aim(
            f"batches of {size}: service tokenizes / OpenBao only encrypts",
            figures.ratio("tokenize", size, "openbao", ENCRYPT),
            0.5,
        )
        for size in reversed(figures.sizes)
        if size > 1 and figures.has("openbao", ENCRYPT, size)
    ]
    found += [
        Aim(f"tokenize with {last.stored:,} stored / on a fresh store", Measured(figures.full_to_fresh), 0.9),
        Aim(
            f"bytes of memory a waybill, {last.stored:,} stored",
            Measured([last.memory], once=True),
            MAX_BYTES,
            at_least=False,
        ),
    ]
    half = min(figures.load, key=lambda loaded: abs(loaded.share - 0.5))
    for kind, bound in LATENCY_AIMS.items():
        name = f"p99 of a {kind}, ms, at half of the saturation rate: {half.offered:,.0f} mixed requests a second"
        p99s = half.kinds[kind].p99s or [half.kinds[kind].p99]
        found.append(Aim(name, Measured(p99s), bound, at_least=False))
    much = figures.load[-1]
    name = f"the last answer or refusal, ms, at {much.share:.0f} times that rate: {much.offered:,.0f} requests a second"
    found.append(Aim(name, Measured([much.slowest], once=True), MAX_MS, at_least=False))
    return found


def rates(figures: Figures) -> str:
    """Waybills a second of every contender, and the service's rate divided by the others'."""
    rows = []
    for use_case, other in OTHERS.items():
        for size in reversed(figures.sizes):
            ours, bare = (figures.of(name, use_case, size) for name in ("service", "baseline"))
            theirs, ratio = _beside(figures, use_case, size, other, use_case)
            ratios = (spread(figures.ratio(use_case, size, "baseline")), ratio)
            client = f"{max(ours.client, bare.client):.0%}"
            rows.append((_named(use_case, size), f"{bare.median:,.0f}", f"{ours.median:,.0f}", theirs, *ratios, client))
    for size in reversed(figures.sizes):
        if figures.has("openbao", ENCRYPT, size):
            theirs, ratio = _beside(figures, "tokenize", size, "openbao", ENCRYPT)
            sealed = figures.of("openbao", ENCRYPT, size)
            what = f"encrypt only, {_batches(size)}"
            rows.append((what, "–", "–", theirs, "–", f"{ratio}, tokenizes", f"{sealed.client:.0%}"))
    heads = ("waybills a second", "baseline", "service", "other", "service / baseline", "service / other", "client")
    return markdown_table(heads, rows)


def _beside(figures: Figures, use_case: str, size: int, other: str, does: str) -> tuple[str, str]:
    """The rate of another contender, and the ratio to it."""
    if not figures.has(other, does, size):
        return "–", "–"
    rate = f"{figures.of(other, does, size).median:,.0f} ({other})"
    return rate, spread(figures.ratio(use_case, size, other, does))


def records(figures: Figures) -> str:
    """The service's rates on other records than the usual ones."""
    batch, rows = figures.sizes[-1], []
    for kind, text in KINDS.items():
        if not figures.has("service", "mask", batch, kind):
            continue
        cells = []
        for use_case in OTHERS:
            rate = figures.of("service", use_case, batch, kind)
            ratio = "–" if kind == USUAL else spread(figures.of_usual(use_case, batch, kind))
            cells += [f"{rate.median:,.0f}", ratio]
        rows.append((f"**{kind}**: {text}", *cells))
    heads = ("records", f"mask, batches of {batch}", "of usual ones", f"tokenize, batches of {batch}", "of usual ones")
    return markdown_table(heads, rows)


def bare_rates(figures: Figures) -> str:
    """Waybills a second of service and baseline alone."""
    rows = []
    for use_case in OTHERS:
        for size in reversed(figures.sizes):
            bare, ours = (figures.of(name, use_case, size).median for name in ("baseline", "service"))
            ratio = spread(figures.ratio(use_case, size, "baseline"))
            rows.append((_named(use_case, size), f"{bare:,.0f}", f"{ours:,.0f}", ratio))
    return markdown_table(("waybills a second", "baseline", "service", "service / baseline"), rows)


def headline(figures: Figures) -> str:
    """The few rates that the README shows, the ratios to others on the same machine, and how many aims are met."""
    batch, one = figures.sizes[-1], figures.sizes[0]
    rows = []
    for use_case, what in (("mask", ""), ("tokenize", ", each on disk before the answer")):
        for size in (batch, one):
            bare, ours = (figures.of(name, use_case, size).median for name in ("baseline", "service"))
            ratio = spread(figures.ratio(use_case, size, "baseline"))
            rows.append((_named(use_case, size) + what, f"{bare:,.0f}", f"{ours:,.0f}", ratio))
            if figures.has("service", use_case, size, MIXED):
                rate = figures.of("service", use_case, size, MIXED).median
                rows.append((f"{_named(use_case, size)}, mixed records{what}", "–", f"{rate:,.0f}", "–"))
    table = markdown_table(
        ("waybills a second, two cores", "bare loop", "the service", "ratio (lowest to highest)"), rows
    )
    lines = [
        f"{table}\n\nThe bare loop does the same work without authentication, policy, leak guard and log. "
        "Mixed records have\n"
        "remarks with names and phones, unmapped members, recipients abroad, long remarks and masked values.\n"
    ]
    in_batches, one_by_one = (spread(figures.ratio("mask", size, "presidio")) for size in (batch, one))
    lines.append(
        f"- The service masks {in_batches} times as many waybills as Presidio's anonymizer in batches of {batch}, and\n"
        f"  {one_by_one} times as many one by one."
    )
    encrypting = [
        f"{spread(figures.ratio('tokenize', size, 'openbao', ENCRYPT))} times as many in batches of {size}"
        for size in reversed(figures.sizes)
        if size > 1 and figures.has("openbao", ENCRYPT, size)
    ]
    if encrypting:
        lines.append(
            f"- OpenBao encrypts, and neither masks nor stores: the service tokenizes {', '.join(encrypting)}."
        )
    found = Counter(aim.verdict for aim in aimed_at(figures))
    counts = ", ".join(
        f"{found[verdict]} {verdict}" for verdict in (MET, MISSED, INCONCLUSIVE, TOO_FEW) if found[verdict]
    )
    lines.append(f"\nOf {found.total()} [aims](docs/benchmarks.md#aims): {counts}.")
    return "\n".join(lines)


def stages(figures: Figures) -> str:
    """Microseconds a waybill, by stage."""
    rows = [
        (name, *(f"{one.stages[name]:,.2f}" if name in one.stages else "–" for one in figures.stages))
        for name in figures.stage_names
    ]
    rows.append(("together", *(f"{sum(one.stages.values()):,.2f}" for one in figures.stages)))
    rows.append(("without a stopwatch", *(f"{one.whole:,.2f}" for one in figures.stages)))
    return markdown_table(("µs a waybill", *(f"{one.use_case}, {one.size}" for one in figures.stages)), rows)


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
    return markdown_table(
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
    return markdown_table(heads, rows)


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
    return markdown_table(("of a waybill", "bytes"), ((what, f"{size:,.0f}") for what, size in rows))


def shards(figures: Figures) -> str:
    """Tokenizing on clusters."""
    return shard_table(figures.shards)


def shard_table(found: Sequence[Sharded]) -> str:
    """Tokenizing on clusters, against the first one."""
    rows = [
        (
            f"{each.shards}",
            f"{each.median:,.0f}",
            "1" if each is found[0] else spread(each.of(found[0])),
            f"{each.store:.1f}",
            f"{each.busiest:.0%}",
            " · ".join(f"{share:.1%}" for share in each.stored),
        )
        for each in found
    ]
    heads = ("shards", "waybills a second", "of one shard's", "store, µs of processor a waybill")
    return markdown_table((*heads, "of that, the busiest shard", "where the keys are"), rows)


TABLES: dict[str, Callable[[Figures], str]] = {
    "aims": aims,
    "rates": rates,
    "records": records,
    "stages": stages,
    "load": load,
    "growth": growth,
    "memory": memory,
    "shards": shards,
}


def _named(use_case: str, size: int) -> str:
    return f"{use_case}, {_batches(size)}"


def _batches(size: int) -> str:
    return "one by one" if size == 1 else f"batches of {size}"


def _latency(found: Latency) -> str:
    return f"{found.p50:,.1f} / {found.p99:,.1f} / {found.worst:,.0f}"
