"""The section `devices` of a policy: what it says, every fault of it, and what is left without proofs."""

from __future__ import annotations

from typing import Any

import pytest

from masking_service.service.people.device_rules import PROVEN, DeviceRule
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.policy import Policy
from tests.every import every
from tests.service.people.policies import DEFAULT, FILE, ISSUER, edited, faults, policy, put, someone

DEVICES = {"urls": ["https://masking.example.com"], "proof": ["waybill-view"]}


def test_the_default_policy_asks_for_no_proof() -> None:
    assert DEFAULT.rules.devices is None


def test_the_recommended_policy_has_everything_proven_by_everyone() -> None:
    found = Policy.load(FILE.parent / "examples" / "policy-recommended.yaml", development=False)

    assert found.rules.devices is not None
    assert found.rules.devices.proof == set(PROVEN)
    assert found.unproven == {}
    assert found.rules.signed is not None
    assert "device-approve" in found.rules.signed.acts


def test_what_is_left_out_means_every_role() -> None:
    found = policy(put("devices", DEVICES)).rules.devices

    assert found == DeviceRule(("https://masking.example.com",), frozenset({"waybill-view"}), None)
    assert found.needs("waybill-view", "courier")
    assert not found.needs("call", "courier")


def test_only_the_named_roles_prove() -> None:
    found = policy(put("devices", {**DEVICES, "roles": ["courier"]})).rules.devices

    assert found is not None
    assert (found.needs("waybill-view", "courier"), found.needs("waybill-view", "supervisor")) == (True, False)


def test_a_grant_of_a_named_role_asks_a_person_for_a_proof_and_no_api_key() -> None:
    found = policy(put("devices", {**DEVICES, "roles": ["courier"]}))

    assert found.grant(someone("courier"), "waybill:view").device_proof
    assert not found.grant(someone("courier", source="key"), "waybill:view").device_proof
    assert not found.grant(someone("courier"), "call:make").device_proof
    assert not found.grant(someone("supervisor"), "waybill:view").device_proof


@every(
    ("change", "place"),
    [
        ({"urls": []}, "devices.urls"),
        ({"urls": ["https://masking.example.com/"]}, "devices.urls[0]"),
        ({"urls": ["https://masking.example.com:443"]}, "devices.urls[0]"),
        ({"urls": ["https://Masking.example.com"]}, "devices.urls[0]"),
        ({"urls": ["https://masking.example.com:port"]}, "devices.urls[0]"),
        ({"urls": ["https://"]}, "devices.urls[0]"),
        ({"urls": ["http://masking.example.com"]}, "devices.urls[0]"),
        ({"urls": ["ftp://localhost"]}, "devices.urls[0]"),
        ({"proof": ["detokenize"]}, "devices.proof[0]"),
        ({"roles": ["unknown-role"]}, "devices.roles[0]"),
        ({"optional": True}, "devices.optional"),
    ],
)
def test_faults_are_named(change: dict[str, Any], place: str) -> None:
    assert [*faults(edited(put("devices", DEVICES | change)))] == [place]


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://[::1]:8080", "https://masking.example.com:8443"])
def test_development_is_on_the_machine_itself(url: str) -> None:
    found = policy(put("devices", {**DEVICES, "urls": [url]})).rules.devices

    assert found is not None
    assert found.urls == (url,)


def test_what_no_device_proves_is_named_with_the_roles_of_people() -> None:
    def widened(text: dict[str, Any]) -> None:
        text["devices"] = {**DEVICES, "proof": ["waybill-view", "search"], "roles": ["courier"]}
        text["issuers"] = {"staff": {**ISSUER, "roles": ["courier", "dispute-officer"]}}

    assert policy(widened).unproven == {"waybill-view": ["dispute-officer"], "call": ["courier", "dispute-officer"]}


def test_nothing_is_left_where_everyone_proves_everything() -> None:
    assert policy(put("devices", {**DEVICES, "proof": [*PROVEN]})).unproven == {}


def test_no_access_token_moves_custody() -> None:
    """It would bring parcels into a forger's sight. The development issuer may speak for every role."""
    issuers = {"staff": {**ISSUER, "roles": ["tracking"]}}

    assert "issuers.staff.roles" in faults(edited(put("issuers", issuers)))
    assert DEFAULT.permits(someone("tracking", source="key"), "custody:move")
    assert not DEFAULT.permits(someone("tracking"), "custody:move")
    with pytest.raises(Forbidden):
        DEFAULT.grant(someone("tracking"), "custody:move")


def test_roles_with_which_api_keys_prove_nothing_are_named() -> None:
    recommended = Policy.load(FILE.parent / "examples" / "policy-recommended.yaml", development=False)

    assert recommended.unproven_keys == ["courier"]
    assert Policy.load(FILE, development=False).unproven_keys == []
