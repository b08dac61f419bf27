"""The section `signed` of a policy: what it says, and every fault of it."""

from __future__ import annotations

from typing import Any

from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.people.signed_rules import SignedRule
from tests.every import every
from tests.service.people.policies import DEFAULT, FILE, ISSUER, edited, faults, policy, put

SIGNED = {"rp_id": "desk.example.com", "origins": ["https://desk.example.com"], "acts": ["detokenize"]}


def test_the_default_policy_asks_for_no_signature() -> None:
    assert DEFAULT.rules.signed is None


def test_the_recommended_policy_has_every_grave_act_signed_but_new_cases_and_the_list_of_decoys() -> None:
    found = Policy.load(FILE.parent / "examples" / "policy-recommended.yaml", development=False).rules.signed

    assert found is not None
    assert {act for act in SignedAct if act.grave} - found.acts == {"case-open", "decoy-list"}


def test_what_is_left_out_means_five_fields_any_hardware_and_no_waiting() -> None:
    found = policy(put("signed", SIGNED)).rules.signed

    assert found == SignedRule(
        "desk.example.com", ("https://desk.example.com",), frozenset({"detokenize"}), 5, "any", 0
    )


def test_every_act_is_one_that_a_permission_allows() -> None:
    found = policy(put("signed", {**SIGNED, "acts": sorted(act.value for act in SignedAct)})).rules.signed

    assert found is not None
    assert found.acts == set(SignedAct)


@every(
    ("change", "place"),
    [
        ({"rp_id": "127.0.0.1"}, "signed.rp_id"),
        ({"rp_id": "Desk.example.com"}, "signed.rp_id"),
        ({"rp_id": "https://desk.example.com"}, "signed.rp_id"),
        ({"origins": []}, "signed.origins"),
        ({"origins": ["http://desk.example.com"]}, "signed.origins[0]"),
        ({"origins": ["https://desk.example.com/"]}, "signed.origins[0]"),
        ({"origins": ["https://desk.example.org"]}, "signed.origins[0]"),
        ({"origins": ["https://xdesk.example.com"]}, "signed.origins[0]"),
        ({"origins": ["https://desk.example.com:port"]}, "signed.origins[0]"),
        ({"origins": ["https://"]}, "signed.origins[0]"),
        ({"origins": ["https://:8443"]}, "signed.origins[0]"),
        ({"origins": ["https://desk.example.com:443"]}, "signed.origins[0]"),  # no browser writes the usual port
        ({"acts": ["open"]}, "signed.acts[0]"),
        ({"fields_at_most": 0}, "signed.fields_at_most"),
        ({"operators": 0}, "signed.operators"),
        ({"operators": 3}, "signed.operators"),
        ({"hardware": "none"}, "signed.hardware"),
        ({"hardware": "touch"}, "signed.models"),
        ({"models": {"yubikey": "roots.pem"}}, "signed.models"),
        ({"waiting": "soon"}, "signed.waiting"),
        ({"optional": True}, "signed.optional"),
    ],
)
def test_a_fault_names_its_place(change: dict[str, Any], place: str) -> None:
    assert place in faults(edited(put("signed", {**SIGNED, **change})))


def test_a_domain_has_253_characters_at_most() -> None:
    """As DNS has it, in labels of 63."""
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])

    def naming(domain: str) -> Any:
        return put("signed", {**SIGNED, "rp_id": domain, "origins": [f"https://{domain}"]})

    found = policy(naming(longest)).rules.signed
    assert found is not None
    assert found.rp_id == longest
    assert [*faults(edited(naming(longest + "a")))] == ["signed.rp_id"]


def test_an_issuer_may_not_speak_for_a_role_that_moves_custody() -> None:
    assert "issuers.staff.roles" in faults(edited(put("issuers", {"staff": {**ISSUER, "roles": ["tracking"]}})))
