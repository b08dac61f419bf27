"""What the HTTP interface needs of a process, whichever tier it is of."""

from typing import TYPE_CHECKING, Protocol

from masking_service.masking.schema import Schema
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.runtime.settings import Settings
from masking_service.service.call.call import UseCases
from masking_service.store.client import Store
from masking_service.store.faults import Fault

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


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
