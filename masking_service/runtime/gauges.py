"""What is so now, told at each scrape by the worker that answers, out of its own memory: nothing is asked of the store.

Every worker looks at store, keys and policy once a second (`background.py`), so any of them knows it, and no series
outlives what it is about. That one of them has stopped looking is among the metrics (`metrics.py`).
"""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from masking_service import __version__
from masking_service.access.budgets import limit_of
from masking_service.runtime.wiring import Parts
from masking_service.store.faults import CHECKS
from masking_service.vault.data_keys import SECONDS_A_DAY

if TYPE_CHECKING:
    from prometheus_client import Metric

SEEN_WITHIN_SECONDS: Final = 10
"""What was seen of the store before that is not said any more: it may not be so by now."""
UNSEEN: Final = ("store", "unseen")


class Conditions:
    """A collector for `Metrics.exposition`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> "Iterator[Metric]":
        """Everything that is so, as gauges. A gauge of something that is not known has no sample."""
        parts = self._parts
        yield _gauge("build_info", "The release, as a label.", {(__version__,): 1}, "version")
        yield _gauge("frozen_principals", "Who is frozen, how many.", {(): parts.freezes.count})
        created = {(use,): float(day * SECONDS_A_DAY) for use, day in parts.keyring.keyset.created_days.items()}
        yield _gauge(
            "key_created_timestamp_seconds",
            "When the active root and token keys were made, and the day before which no data key lives.",
            created,
            "use",
        )
        retention = parts.acting.policy.longest_retention_days * SECONDS_A_DAY
        yield _gauge("retention_seconds", "The longest retention of the policy.", {(): retention})
        newest, oldest = parts.checkpoints.newest_seen, parts.checkpoints.oldest
        yield _gauge(
            "checkpoint_timestamp_seconds",
            "When the newest checkpoint of the audit log was made.",
            {(): newest.checkpoint.at} if newest else {},
        )
        yield _gauge(
            "audit_log_begins_timestamp_seconds",
            "When the oldest checkpoint was made that the witness left in the store.",
            {(): oldest.checkpoint.at} if oldest else {},
        )
        yield self._limits()
        yield from self._store()

    def _limits(self) -> "Metric":
        rules = self._parts.acting.policy.rules
        factors = {"person": 1, "role": rules.factors.role, "tenant": rules.factors.tenant}
        limits = {
            (role, budget.counts, window.name, whose): float(limit_of(window, factor))
            for role, budget in self._parts.acting.policy.budgets
            for window in budget.windows
            for whose, factor in factors.items()
        }
        return _gauge("budget_limit", "What may be spent in a window.", limits, "role", "counts", "window", "whose")

    def _store(self) -> "Iterator[Metric]":
        seen = self._parts.store.condition
        fresh = seen is not None and monotonic() - seen.at < SEEN_WITHIN_SECONDS
        faults = seen.faults if seen and fresh else {UNSEEN}
        servers = seen.servers if seen and fresh else ()
        checks = CHECKS | faults
        yield _gauge(
            "store_fault",
            "Whether something about the store is not as it has to be, by what was checked and what it means.",
            {(check, weight): float((check, weight) in faults) for check, weight in checks},
            "check",
            "weight",
        )
        fullest = max(servers, key=lambda server: server.fullness, default=None)
        yield _gauge(
            "store_memory_used_bytes",
            "Memory that the fullest server of the store has taken.",
            {(): fullest.used} if fullest else {},
        )
        yield _gauge(
            "store_memory_limit_bytes",
            "What it may take (maxmemory).",
            {(): fullest.limit} if fullest and fullest.limit else {},
        )
        yield _gauge(
            "store_replicas",
            "Replicas that follow the server which has fewest.",
            {(): min(server.replicas for server in servers)} if servers else {},
        )
        yield _gauge("store_replicas_wanted", "Replicas that a write has to reach.", {(): self._parts.store.replicas})


def _gauge(name: str, what: str, samples: Mapping[Any, float], *labels: str) -> "Metric":
    """A gauge by the values of its labels."""
    from prometheus_client.core import GaugeMetricFamily  # not before a master has said where workers count together

    family = GaugeMetricFamily(f"masking_{name}", what, labels=labels)
    for values, value in sorted(samples.items()):
        family.add_metric(values, value)
    return family
