"""What holds values, numbers, credentials or keys shows none of them when it is printed."""

from dataclasses import fields, is_dataclass
from typing import Any

import msgspec

from keys.keyset import Keyset
from masking_audit.cli.incident import _ListLine
from masking_service.arrow.permits import Permit
from masking_service.service.acts.approving import HeldKey
from masking_service.service.acts.state import KeyRequest, PersonKey
from masking_service.service.call.budgets import Reservation
from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases.state import Act, Opening
from masking_service.service.custody.state import Custody
from masking_service.service.decoys.state import Decoy, Hit
from masking_service.service.decoys.use import _Phone
from masking_service.service.devices.state import Device, DeviceRequest, Invitation
from masking_service.service.directory.state import KnownPerson
from masking_service.service.disclosures.state import Opened, PhoneCalled, PhoneRang, Viewed
from masking_service.service.freezes.state import Freeze
from masking_service.service.holds.state import Hold
from masking_service.service.incidents.state import IncidentRecord
from masking_service.service.lookout.state import StoredListing
from masking_service.service.people.clients import ApiKey
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.aliyun import AliyunProvider
from masking_service.service.phone_calls.https import BindRequest, Bound, HttpsProvider
from masking_service.service.phone_calls.huawei import HuaweiProvider
from masking_service.service.phone_calls.provider import Binding
from masking_service.service.phone_calls.state import KeptRecord, Origin, StoredCall
from masking_service.service.search.index_work import _Work
from masking_service.service.search.state import Asked, Findable, Indexed, IndexEntry, Places
from masking_service.service.tiers.forwarding import Resubmission, Settled, SubmittedAgain
from masking_service.service.tiers.published import PublishedAccess
from masking_service.service.vault.records import Record
from masking_service.service.vault.wrapped_keys import WrappedKey
from masking_service.service.vault.writing import Draft
from masking_service.service.waybills.tokenize import Kept
from masking_service.store.urls import AddressDial
from tests.every import every

SHOWN: dict[type, tuple[str, ...]] = {
    Permit: ("name", "until", "kinds"),
    Reservation: ("amount",),
    RequestContext: ("principal", "request_id", "now", "address"),
    Principal: ("roles", "source"),
    **dict.fromkeys(
        (
            *(Keyset, _ListLine, _Phone, AliyunProvider, HttpsProvider, HuaweiProvider, BindRequest, Bound, StoredCall),
            *(Binding, Asked, Findable, Indexed, IndexEntry, Places, PublishedAccess, _Work, Resubmission),
            *(Settled, SubmittedAgain, Record, Kept, WrappedKey, Draft, AddressDial, PersonKey, KeyRequest, Device),
            *(DeviceRequest, Invitation, HeldKey, KnownPerson, Decoy, Hit, Opening, Act, Hold, IncidentRecord, Freeze),
            *(Custody, StoredListing, Origin, KeptRecord, Opened, Viewed, PhoneCalled, PhoneRang, ApiKey),
        ),
        (),
    ),
}
"""The members that may be shown."""


@every("kind", SHOWN)
def test_only_these_members_are_shown(kind: Any) -> None:
    every_field = fields(kind) if is_dataclass(kind) else msgspec.structs.fields(kind)
    names = [one.name for one in every_field]
    shown = repr(kind(**{name: f"<{name}>" for name in names}))

    assert tuple(name for name in names if f"<{name}>" in shown) == SHOWN[kind]
