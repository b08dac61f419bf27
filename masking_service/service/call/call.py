"""The order of every call of the API.

1. `Admission.authenticate`: who is calling, by the credential. Nothing of the request was read but its head.
2. `Admission.allow`: the operation's row names the permissions. A caller who has none of them is refused, with an
   audit entry, before the body is decoded, and learns nothing of its shape.
3. `http` decodes body and query into the shapes of the row.
4. The use case of the row, under the policy that admitted the call. One that opens values (`opening`, a view in full)
   goes on in this order: the freeze, read live (`gate`, `freezes`); the authority: sign-in, case or custody; the budget
   (`budgets`), reserved together with reading the records; the work; then `recorder.record`, which makes the audit
   entry durable; and last `Recorded.release`, without which no answer can hold a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from masking_service.service.call.gate import Gate
from masking_service.service.call.names import sound_case_name, sound_principal
from masking_service.service.call.operation import Operation
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.people.authenticate import Authenticator
from masking_service.service.people.errors import Forbidden, Frozen
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal

UseCase = TypeVar("UseCase")


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets calls in, under one policy.

    Attributes:
        recorder: None at an intake host, whose operations have no name in the audit log.
    """

    authenticator: Authenticator
    gate: Gate
    recorder: Recorder | None

    def authenticate(self, authorization: str | None, address: str, now: int) -> Principal:
        """Return the caller; see `Authenticator.authenticate`."""
        return self.authenticator.authenticate(authorization, address, now)

    def allow(self, operation: Operation, context: RequestContext, path: Mapping[str, str]) -> None:
        """Refuse a caller whose roles have none of the operation's permissions, or who has to be signed in.

        Args:
            path: the parameters of the path: the entry of a refusal names the case or the principal in it.

        Raises:
            Forbidden, Frozen: the refusal is in the audit log, where the operation has a name there.
            StoreUnavailable: the refusal may not be in the log.
        """
        principal = context.principal
        try:
            if operation.permissions:
                self.gate.require(principal, operation.permissions)
            if operation.signed_in and principal.source != "jwt":
                raise Forbidden
        except (Forbidden, Frozen) as refusal:
            if operation.audited_as and self.recorder:
                subject = principal.id if operation.signed_in else sound_principal(path.get("principal", ""))
                stated = Stated(case=sound_case_name(path.get("case")), subject=subject)
                self.recorder.record_denial(context, operation.audited_as, refusal.code, stated)
            raise


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
