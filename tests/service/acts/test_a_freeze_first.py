"""Who is known to be frozen is told so, and not what a signature or a device proof lacks."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.acts.signatures import Signatures
from masking_service.service.call.errors import DeviceProofRequired
from masking_service.service.devices.proofs import DeviceProofs
from masking_service.service.people.errors import Frozen
from masking_service.service.people.signed_acts import SignedAct


class AllFrozen:
    """Knows that everyone is frozen."""

    def refuse(self, principal: object) -> None:
        raise Frozen


class WithoutProof(DeviceProofs):
    """Is sent no proof."""

    def read(self, *_sent: object) -> Any:
        raise DeviceProofRequired("")


CONTEXT: Any = SimpleNamespace(principal=SimpleNamespace(source="jwt", tenant="t", id="staff/one", roles=()))


def parts(cls: Any, **given: object) -> dict[str, Any]:
    return dict.fromkeys(field.name for field in fields(cls)) | {"freezes": AllFrozen()} | given


def test_a_frozen_person_is_not_asked_to_sign() -> None:
    signatures = Signatures(**parts(Signatures, rule=SimpleNamespace(acts={SignedAct.UNRESTRICT})))

    with pytest.raises(Frozen):
        signatures.expect(CONTEXT, SignedAct.UNRESTRICT, None)


def test_a_frozen_person_is_not_asked_for_a_device_proof() -> None:
    proofs = WithoutProof(**parts(DeviceProofs))
    sent: Any = None

    with pytest.raises(Frozen):
        proofs.expect(CONTEXT, sent)
