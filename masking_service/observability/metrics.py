"""Metrics over all workers. No label contains personal data.

Label values are routes, statuses, codes and other fixed words, and the roles of the policy, so that the number of
series is bounded.

Counters are the sums over all workers. Gauges of a worker's own view, such as whether it reaches the store, show the
worst of all workers. All other gauges are in `runtime/gauges.py`.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from masking_service.service.people.rules import Budget

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram
    from prometheus_client.registry import Collector

FreezeReason = Literal["by-hand", "misses", "burst", "decoy", "lookout"]
"""Why a principal was frozen."""
CaseCheckOutcome = Literal["confirmed", "unknown", "mismatch", "failed"]
CallRefusal = Literal[
    "busy",
    "unreachable",
    "open-circuit",
    "invalid-answer",
    "pool-empty",
    "flow-limit",
    "number-not-reported",
    "refused",
    "not-set-up",
]
"""Why there is no number to dial. This service finds the first four and the last, the provider the others."""
CallOutcome = Literal["bound", CallRefusal]
"""What came of a request for a number to dial."""
SearchOutcome = Literal["found", "not-found", "too-many"]
AlertKind = Literal[
    "misses",
    "burst",
    "decoy",
    "lookout",
    "conflicts",
    "case-pending",
    "integrity",
    "wrong-store",
    "policy-refused",
    "checkpoint-late",
    "forged-sign-in",
    "key-pending",
    "key-by-command",
    "key-cloned",
    "incident-deadline",
]
"""The kinds of alerts; see `docs/alerts.md`."""
UNCOUNTED: Final[AlertKind] = "decoy"
"""An alert that is not counted: the public metrics would tell which lists of cases hold a decoy."""
DropReason = Literal["full", "undelivered"]
"""Why an alert was not delivered."""

ALERTED_PROBLEMS: Final = "internal", "integrity", "overloaded", "unavailable", "unauthenticated", "calls-unavailable"
"""Problems with alert rules; their series exist from the start."""

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's environment variable for the folder that all workers of one master share."""
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds. No request takes longer than the last bucket."""


def start_counting(folder: Path) -> None:
    """Empty the folder of the workers' counts; call it in the master, before any worker starts.

    If the environment variable is already set, that folder is used instead.
    """
    folder = Path(os.environ.setdefault(FOLDER_VARIABLE, str(folder)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)


def forget_worker(pid: int) -> None:
    """Remove the gauges of a worker that has ended. Its counters stay."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)


class Metrics:
    """The metrics of this process, or of all workers of its master."""

    def __init__(self) -> None:
        # At import, the library decides by the environment variable whether it runs in multiprocess mode.
        import prometheus_client as library

        self._library = library
        self._together = FOLDER_VARIABLE in os.environ
        self._registry = library.CollectorRegistry()
        self._requests = self._counter("requests", "Requests, by status.", "method", "route", "status")
        self._seconds = library.Histogram(
            "masking_request_duration_seconds",
            "Duration of requests, from the headers to the answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._items = self._counter("items", "Batch items, by outcome: ok or an error code.", "operation", "outcome")
        self.problem = self._counting(
            "problems", "Requests that were refused or failed, by problem code.", "code", ALERTED_PROBLEMS
        )
        budget = "role", "counts"
        self._spent = self._counter("budget_spent", "Amount reserved from budgets.", *budget)
        self._returned = self._counter("budget_returned", "Amount reserved, not used, and returned.", *budget)
        self._refusals = self._counter("budget_refusals", "Calls refused by a budget.", *budget, "window")
        self.freeze: Callable[[FreezeReason], None] = self._counting(
            "freezes", "Principals frozen.", "reason", get_args(FreezeReason)
        )
        self.case_check: Callable[[CaseCheckOutcome], None] = self._counting(
            "case_checks", "Questions to the ticket system.", "outcome", get_args(CaseCheckOutcome)
        )
        self.call: Callable[[CallOutcome], None] = self._counting(
            "calls", "Requests for a number to dial.", "outcome", get_args(CallOutcome)
        )
        self.call_record: Callable[[Literal["yes", "no"]], None] = self._counting(
            "call_records", "Records of calls, by whether they were answered.", "answered", ("yes", "no")
        )
        self.search: Callable[[SearchOutcome], None] = self._counting(
            "searches", "Searches, by outcome.", "outcome", get_args(SearchOutcome)
        )
        counted = [kind for kind in get_args(AlertKind) if kind != UNCOUNTED]
        self._alert = self._counting("alerts", "Alerts raised.", "kind", counted)
        self.dropped_alert: Callable[[DropReason], None] = self._counting(
            "alerts_dropped", "Alerts not delivered to the webhook.", "reason", get_args(DropReason)
        )
        workers = self._gauge("workers", "Running workers.", "livesum")
        workers.set(1)
        self._last_run = self._gauge(
            "background_last_run_timestamp_seconds", "Last background run of the slowest worker.", "livemin"
        )
        self._last_run.set_to_current_time()
        self._store_up = self._gauge("store_up", "Whether every worker can use the store.", "livemin")
        self._circuits_open = self._gauge(
            "store_circuit_open", "Store servers that a worker does not call, because they did not answer.", "livemax"
        )
        self._keyset_refused = self._gauge("keyset_refused", "Whether a worker cannot use the keyset file.", "livemax")
        self._bound_requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._bound_items: dict[tuple[str, str], Counter] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. Labels are resolved once per combination, because every request comes here."""
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

    def create_budget_series(self, budgets: Iterable[tuple[str, Budget]]) -> None:
        """Create the series of these roles' budgets."""
        for role, budget in budgets:
            self._spent.labels(role, budget.counts)
            self._returned.labels(role, budget.counts)
            for window in budget.windows:
                self._refusals.labels(role, budget.counts, window.name)

    def spent(self, role: str, counts: str, amount: int) -> None:
        """Count an amount reserved from a budget."""
        self._spent.labels(role, counts).inc(amount)

    def given_back(self, role: str, counts: str, amount: int) -> None:
        """Count a reserved amount that was not used."""
        self._returned.labels(role, counts).inc(amount)

    def budget_refusal(self, role: str, counts: str, window: str) -> None:
        """Count a call that a budget refused."""
        self._refusals.labels(role, counts, window).inc()

    def alert(self, kind: AlertKind) -> None:
        """Count an alert that was raised, unless it is about a decoy."""
        if kind != UNCOUNTED:
            self._alert(kind)

    def background_run(self, *, store_up: bool, circuits_open: int, keyset_refused: bool) -> None:
        """Record what the last background run of this worker found."""
        self._store_up.set(store_up)
        self._circuits_open.set(circuits_open)
        self._keyset_refused.set(keyset_refused)
        self._last_run.set_to_current_time()

    def exposition(self, conditions: "Collector") -> tuple[bytes, str]:
        """Return all metrics in Prometheus' text format, and its media type.

        Args:
            conditions: collects the gauges of the answering process.
        """
        registry = self._registry
        if self._together:
            from prometheus_client import multiprocess

            registry = self._library.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
        own_registry = self._library.CollectorRegistry()
        own_registry.register(conditions)
        latest = self._library.generate_latest
        return latest(registry) + latest(own_registry), self._library.CONTENT_TYPE_PLAIN_0_0_4

    def _counter(self, name: str, what: str, *labels: str) -> "Counter":
        return self._library.Counter(f"masking_{name}", what, labels, registry=self._registry)

    def _counting(self, name: str, what: str, label: str, values: Iterable[str]) -> Callable[[str], None]:
        """Create a counter with one label, whose series of these values start at zero, and return what counts one."""
        counter = self._counter(name, what, label)
        for value in values:
            counter.labels(value)
        return lambda value: counter.labels(value).inc()

    def _gauge(self, name: str, what: str, mode: Literal["livesum", "livemin", "livemax"]) -> "Gauge":
        """Create a gauge of this worker; `mode` says how the workers' values are combined."""
        return self._library.Gauge(f"masking_{name}", what, registry=self._registry, multiprocess_mode=mode)
