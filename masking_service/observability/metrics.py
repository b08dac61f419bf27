"""What the service counts about itself, over all its workers. No label holds anything about anyone.

The labels are routes, statuses, codes, outcomes and other words of this code base, and the roles of the policy, so
that there are as many series as there are words and never more.

What happens is counted by every worker, and the counts are added up. What each worker sees for itself, whether it
reaches the store, say, is told as the worst of them sees it. Everything else that is, `conditions.py` tells.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from masking_service.access.rules import Budget

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram
    from prometheus_client.registry import Collector

Why = Literal["by-hand", "misses", "burst"]
"""Why somebody is frozen."""
AlertKind = Literal["misses", "burst", "conflicts", "integrity", "wrong-store", "policy-refused", "checkpoint-late"]
"""What an alert is about; `docs/alerts.md` says what to do."""
Dropped = Literal["full", "undelivered"]
"""Why an alert did not arrive: too many were waiting, or nobody took it."""

WATCHED: Final = "internal", "integrity", "overloaded", "unavailable", "unauthenticated"
"""Problems that alerts ask for."""

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable in which the library expects the folder that the workers of one master share."""
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds. No request takes longer than the last."""


def begin_counting(folder: Path) -> None:
    """Empty the folder in which workers count, and say where it is; for a master, before it starts any worker.

    An operator who names another folder in the variable gets that one.
    """
    folder = Path(os.environ.setdefault(FOLDER, str(folder)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)


def forget_worker(pid: int) -> None:
    """Drop what only a living worker can say. What it counted stays counted."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


class Metrics:
    """The counts of this process; where a master began counting, of all its workers."""

    def __init__(self) -> None:
        # The library decides at its import, by the variable, whether workers count together; a master sets it first.
        import prometheus_client as library

        self._library = library
        self._together = FOLDER in os.environ
        self._registry = library.CollectorRegistry()
        self._requests = self._counter("requests", "Requests, by how they were answered.", "method", "route", "status")
        self._seconds = library.Histogram(
            "masking_request_seconds",
            "How long requests took, from their head to their answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._items = self._counter("items", "Items of batches: ok, or the code of the error.", "operation", "outcome")
        self._problems = self._counter(
            "problems", "Requests that were refused or failed, by problem.", "code", of=WATCHED
        )
        budget = "role", "counts"
        self._spent = self._counter("budget_spent", "What was taken out of budgets, given back or not.", *budget)
        self._given_back = self._counter("budget_given_back", "What of it was not used, and given back.", *budget)
        self._refusals = self._counter("budget_refusals", "Calls that a budget refused.", *budget, "window")
        self._freezes = self._counter("freezes", "Principals that were frozen.", "why", of=get_args(Why))
        self._alerts = self._counter("alerts", "Alerts that were raised.", "kind", of=get_args(AlertKind))
        self._dropped = self._counter(
            "alerts_dropped", "Alerts that could not be delivered.", "why", of=get_args(Dropped)
        )
        workers = self._gauge("workers", "Workers that live.", "livesum")
        workers.set(1)
        self._looked = self._gauge("background_timestamp_seconds", "When the slowest worker last looked.", "livemin")
        self._looked.set_to_current_time()
        self._store_up = self._gauge("store_up", "Whether every worker may use the store.", "livemin")
        self._left_alone = self._gauge(
            "store_servers_left_alone", "Servers that a worker does not ask because they did not answer.", "livemax"
        )
        self._keyset_refused = self._gauge("keyset_refused", "Whether a worker cannot use the keyset file.", "livemax")
        self._bound_requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._bound_items: dict[tuple[str, str], Counter] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. Everything is bound after the first of its sort: this runs for every one."""
        sort = method, route, status
        bound = self._bound_requests.get(sort)
        if bound is None:
            bound = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._bound_requests[sort] = bound
        bound[0].inc()
        bound[1].observe(seconds)

    def items(self, operation: str, outcome: str, count: int) -> None:
        """Count items of a batch with the same outcome."""
        bound = self._bound_items.get((operation, outcome))
        if bound is None:
            bound = self._bound_items[operation, outcome] = self._items.labels(operation, outcome)
        bound.inc(count)

    def problem(self, code: str) -> None:
        """Count a request that was refused or failed."""
        self._problems.labels(code).inc()

    def expect_budgets(self, budgets: Iterable[tuple[str, Budget]]) -> None:
        """Let the counts of these roles' budgets be there, at nothing if they are new."""
        for role, budget in budgets:
            self._spent.labels(role, budget.counts)
            self._given_back.labels(role, budget.counts)
            for window in budget.windows:
                self._refusals.labels(role, budget.counts, window.name)

    def spent(self, role: str, counts: str, amount: int) -> None:
        """Count what was taken out of a budget."""
        self._spent.labels(role, counts).inc(amount)

    def given_back(self, role: str, counts: str, amount: int) -> None:
        """Count what of it was not used."""
        self._given_back.labels(role, counts).inc(amount)

    def budget_refusal(self, role: str, counts: str, window: str) -> None:
        """Count a call that a budget refused."""
        self._refusals.labels(role, counts, window).inc()

    def freeze(self, why: Why) -> None:
        """Count a freeze."""
        self._freezes.labels(why).inc()

    def alert(self, kind: AlertKind) -> None:
        """Count an alert that was raised."""
        self._alerts.labels(kind).inc()

    def dropped_alert(self, why: Dropped) -> None:
        """Count an alert that could not be delivered."""
        self._dropped.labels(why).inc()

    def looked(self, *, store_up: bool, left_alone: int, keyset_refused: bool) -> None:
        """Say what this worker saw when it last looked around."""
        self._store_up.set(store_up)
        self._left_alone.set(left_alone)
        self._keyset_refused.set(keyset_refused)
        self._looked.set_to_current_time()

    def exposition(self, conditions: "Collector") -> tuple[bytes, str]:
        """Everything in Prometheus' text format, and its media type.

        Args:
            conditions: what this process alone tells.
        """
        registry = self._registry
        if self._together:
            from prometheus_client import multiprocess

            registry = self._library.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        told = self._library.CollectorRegistry()
        told.register(conditions)
        latest = self._library.generate_latest
        return latest(registry) + latest(told), self._library.CONTENT_TYPE_PLAIN_0_0_4

    def _counter(self, name: str, what: str, *labels: str, of: Iterable[str] = ()) -> "Counter":
        """A counter; `of` are values of its only label that are there from the start, at nothing."""
        made = self._library.Counter(f"masking_{name}", what, labels, registry=self._registry)
        for value in of:
            made.labels(value)
        return made

    def _gauge(self, name: str, what: str, mode: Literal["livesum", "livemin", "livemax"]) -> "Gauge":
        """A gauge of this worker's own; `mode` says what is told of all that live."""
        return self._library.Gauge(f"masking_{name}", what, registry=self._registry, multiprocess_mode=mode)
