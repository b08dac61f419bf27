"""Prometheus collector for gauges, read from the memory of the worker that answers; the store is not asked.

The background thread of every worker checks store, keys and policy once a second (`background.py`), so any worker can
answer. Whether a background thread has stopped is a metric of its own (`observability/metrics.py`).
"""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from keys.rotation import ROTATABLE
from masking_service import __version__
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.runtime.clock import clock
from masking_service.runtime.key_files import key_files
from masking_service.service.call.budgets import SCOPES, limit_of
from masking_service.store.client import Store
from masking_service.store.faults import CHECKS

if TYPE_CHECKING:
    from prometheus_client import Metric

    from masking_service.runtime.wiring import Parts

SEEN_WITHIN_SECONDS: Final = 10
"""Older observations of the store are not reported, because they may no longer be true."""
UNSEEN: Final = ("store", "unseen")


class Conditions:
    """A Prometheus collector; see `Metrics.exposition`."""

    def __init__(self, parts: "Parts") -> None:
        self._parts = parts

    def collect(self) -> "Iterator[Metric]":
        """Yield all gauges. A gauge with an unknown value has no sample."""
        parts = self._parts
        yield gauge("build_info", "The release, in a label.", {(__version__,): 1}, "version")
        yield gauge("frozen_principals", "Number of frozen principals.", {(): parts.freezes.count})
        yield from self._key_ages()
        retention = parts.acting.policy.longest_retention_days * SECONDS_A_DAY
        yield gauge("retention_seconds", "The longest retention of the policy.", {(): retention})
        newest, oldest = parts.checkpoints.newest_seen, parts.checkpoints.oldest
        yield gauge(
            "audit_newest_checkpoint_timestamp_seconds",
            "When the newest checkpoint of the audit log was made.",
            {(): newest.checkpoint.at} if newest else {},
        )
        yield gauge(
            "audit_oldest_checkpoint_timestamp_seconds",
            "When the oldest checkpoint that is still in the store was made.",
            {(): oldest.checkpoint.at} if oldest else {},
        )
        yield gauge(
            "audit_archive_asked", "Whether an archive is asked for older entries.", {(): float(bool(parts.archive))}
        )
        behind = parts.backlog.lag
        yield gauge(
            "audit_archive_lag_seconds",
            "How much older the newest archived checkpoint is than the newest one.",
            {(): behind.seconds} if behind else {},
        )
        yield gauge(
            "audit_archive_lag_entries",
            "Entries of the audit log up to the newest checkpoint that are not archived.",
            {(): behind.entries} if behind else {},
        )
        yield gauge(
            "audit_actions_refused",
            "Whether actions that need an audit entry are refused, because the log nearly fills the store.",
            {(): float(parts.backlog.refuses)},
        )
        yield self._limits()
        yield from store_gauges(parts.store)

    def _key_ages(self) -> "Iterator[Metric]":
        parts, rule = self._parts, self._parts.acting.policy.rules.keys
        created = {use: float(day * SECONDS_A_DAY) for use, day in parts.keyring.keyset.created_days.items()}
        limits: dict[tuple[str], float] = {(use,): rule.secrets * SECONDS_A_DAY for use in ROTATABLE if use in created}
        oldest = parts.registry.clients.oldest_key(clock())
        if oldest is not None:
            created["api-key"] = oldest
            limits["api-key",] = rule.api_keys * SECONDS_A_DAY
        shared = key_files(parts.settings, parts.acting.policy.rules)
        created |= shared
        limits |= {(use,): rule.secrets * SECONDS_A_DAY for use in shared}
        hosts = [host.since for host in parts.keyring.keyset.hosts.values() if not host.revoked]
        if hosts:
            created["intake-host"] = float(min(hosts) * SECONDS_A_DAY)
            limits["intake-host",] = rule.secrets * SECONDS_A_DAY
        yield gauge(
            "key_created_timestamp_seconds",
            "When the active key of each use, the oldest valid API key, the oldest intake host and each key file were "
            "created, and the first day that may still have data keys.",
            {(use,): at for use, at in created.items()},
            "use",
        )
        yield gauge("key_max_age_seconds", "How old the policy lets it become.", limits, "use")

    def _limits(self) -> "Metric":
        rules = self._parts.acting.policy.rules
        limits = {
            (role, budget.counts, window.name, scope): float(limit_of(window, factor))
            for role, budget in self._parts.acting.policy.budgets
            for window in budget.windows
            for scope, factor in zip(SCOPES, rules.factors.of(budget), strict=True)
        }
        return gauge("budget_limit", "What may be spent in a window.", limits, "role", "counts", "window", "scope")


def store_gauges(store: Store) -> "Iterator[Metric]":
    """Yield what was seen of the store."""
    seen = store.condition
    fresh = seen is not None and monotonic() - seen.at < SEEN_WITHIN_SECONDS
    faults = seen.faults if seen and fresh else {UNSEEN}
    servers = seen.servers if seen and fresh else ()
    checks = CHECKS | faults
    yield gauge(
        "store_fault",
        "Whether a check of the store has failed, by check and consequence.",
        {(check, weight): float((check, weight) in faults) for check, weight in checks},
        "check",
        "weight",
    )
    fullest = max(servers, key=lambda server: server.fullness, default=None)
    yield gauge(
        "store_memory_used_bytes",
        "Memory used by the fullest server of the store.",
        {(): fullest.used} if fullest else {},
    )
    yield gauge(
        "store_memory_limit_bytes",
        "Memory limit (maxmemory) of that server.",
        {(): fullest.limit} if fullest and fullest.limit else {},
    )
    yield gauge(
        "store_replicas",
        "Replicas of the server with the fewest.",
        {(): min(server.replicas for server in servers)} if servers else {},
    )
    required = store.required_replicas
    yield gauge("store_replicas_required", "Replicas that must confirm a write.", {(): required})


def gauge(name: str, what: str, samples: Mapping[Any, float], *labels: str) -> "Metric":
    """Return a gauge with one sample per combination of label values."""
    from prometheus_client.core import (
        GaugeMetricFamily,  # imported late: a master sets the library's environment variable first
    )

    family = GaugeMetricFamily(f"masking_{name}", what, labels=labels)
    for values, value in sorted(samples.items()):
        family.add_metric(values, value)
    return family
