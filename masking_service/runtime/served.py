"""What the HTTP interface needs of a process, whichever tier it is of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from masking_service.masking.schema import Schema
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.runtime.settings import Settings
from masking_service.service.call.call import Admission
from masking_service.service.people.policy import Policy
from masking_service.store.client import Store
from masking_service.store.faults import Fault

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

UseCase = TypeVar("UseCase")


class UseCases:
    """The use cases of one policy. They are exchanged as a whole when the policy changes.

    Attributes:
        policy: what the roles may do.
        admission: lets calls in.
    """

    def __init__(self, policy: Policy, admission: Admission, use_cases: Mapping[type, Any]) -> None:
        self.policy = policy
        self.admission = admission
        self._use_cases = use_cases

    def of(self, kind: type[UseCase]) -> UseCase:
        """Return the use case of this class."""
        found: UseCase = self._use_cases[kind]
        return found


class Served(Protocol):
    """A process that serves.

    Attributes:
        acting: the use cases under the policy in force.
        schemas: where the values are, by name.
    """

    settings: Settings
    metrics: Metrics
    alerts: Alerts
    store: Store
    schemas: dict[str, Schema]

    @property
    def acting(self) -> UseCases:
        """The use cases under the policy in force."""
        ...

    def __hash__(self) -> int:
        """Return a hash of its identity."""
        ...

    def faults(self, *, for_mask: bool) -> list[Fault]:
        """Return why this process is not ready, beside what is wrong with the store."""
        ...

    def conditions(self) -> "Collector":
        """Return the collector of this process's gauges."""
        ...
