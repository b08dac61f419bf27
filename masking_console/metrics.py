"""What the desk counts about itself. No label holds a person, a case or a path."""

from collections.abc import Callable
from typing import Literal

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from masking_console.session_key import MAX_AGE_SECONDS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class DeskMetrics:
    """Counters of one process, and the age of its session key."""

    def __init__(self, session_key_created: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "masking_console_request_seconds",
            "Time to answer, by route and status.",
            ("route", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._counters = {
            name: Counter(f"masking_console_{name}", told, (label,), registry=self._registry)
            for name, told, label in (
                ("sign_ins", "Sign-ins by outcome: done or refused.", "outcome"),
                ("step_ups", "Confirmations that the service asked for, and those that were given.", "outcome"),
                ("refusals", "Refusals shown, by the code of the problem.", "code"),
            )
        }
        for name, told, value in (
            ("masking_key_created_timestamp_seconds", "When the session key was made.", session_key_created),
            ("masking_key_max_age_seconds", "How old it may become.", lambda: float(MAX_AGE_SECONDS)),
        ):
            Gauge(name, told, ("use",), registry=self._registry).labels("desk-session").set_function(value)

    def request(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, str(status)).observe(seconds)

    def count(self, name: Literal["sign_ins", "step_ups", "refusals"], outcome: str) -> None:
        """Count a sign-in, a confirmation or a refusal."""
        self._counters[name].labels(outcome).inc()

    def exposition(self) -> tuple[bytes, str]:
        """All counters as Prometheus reads them, and their media type."""
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4
