"""Replaces stored values by the same values under another key, unless they were changed meanwhile.

What the audit log explains is announced in it first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import SealingKeys
from masking_service.audit.actions import Action, Outcome
from masking_service.rotation.coordinator import Coordinator
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.people.principals import DEFAULT_TENANT, service_principal
from masking_service.service.state.sealed import Sealed
from masking_service.store.client import Store
from masking_service.store.pipeline import Question, Script

_SCRIPT: Final = Script.of("masking_service.rotation", "reseal.lua")


@dataclass(frozen=True, slots=True)
class Resealed:
    """A value that was sealed anew.

    Attributes:
        field: of a hash; empty for a string.
    """

    key: bytes
    field: bytes
    before: bytes
    after: bytes

    @property
    def place(self) -> bytes:
        """Where it is stored, as audit entries name it."""
        return self.key + b"/" + self.field if self.field else self.key


@dataclass(frozen=True, slots=True)
class Announcer:
    """Announces in the log what a rotation of `subject` (``key/USE``) seals anew, and then writes it."""

    recorder: Recorder
    subject: str
    clock: Callable[[], int]

    def run(self, tenant: str, sealed: Sequence[Sealed], write: Callable[[], object]) -> None:
        """Write values of a tenant, once the entry about them is durable; at once where the log explains none of them.

        Raises:
            StoreUnavailable: they may not be written.
        """
        if not sealed:
            write()
            return
        operator = RequestContext(service_principal("command-line", tenant or DEFAULT_TENANT), "", self.clock())
        entry = self.recorder.record(operator, Action.RESEAL, Outcome.DONE, Stated(subject=self.subject), sealed=sealed)
        with self.recorder.take_back_on_failure(entry):
            write()


def state_keys_by_id(coordinator: Coordinator, tenants: Iterable[str]) -> dict[bytes, tuple[str, SealingKeys]]:
    """Return tenants and their state keys, by key id: these tenants, and all with data keys."""
    by_id: dict[bytes, tuple[str, SealingKeys]] = {}
    for tenant in {"", DEFAULT_TENANT, *tenants, *(stored.tenant for stored in coordinator.data_keys())}:
        keys = coordinator.keyring.tenant(tenant).state
        by_id |= dict.fromkeys((keys.active.key_id, *keys.retired_ids), (tenant, keys))
    return by_id


def announced(store: Store, values: Sequence[Resealed]) -> list[Sealed]:
    """Return what the audit log says of values before they are replaced, with their expiries: one round trip.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    ends = store.read([(b"EXPIRETIME", one.key) for one in values])
    return [
        Sealed(one.place, one.after, until=max(int(end), 0), once=False) for one, end in zip(values, ends, strict=True)
    ]


def replace(store: Store, values: Sequence[Resealed]) -> int:
    """Replace the values that nothing has changed meanwhile, durably; return how many were replaced. One round trip.

    Raises:
        StoreUnavailable: some of them may have been replaced.
    """
    questions = [Question.running(_SCRIPT, [one.key], [one.field, one.before, one.after], int) for one in values]
    store.ask(*questions)
    return sum(question.answer() for question in questions)
