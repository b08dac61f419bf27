"""The policy: the default one to the letter, and what it grants."""

import copy
from hashlib import sha256
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.service.people.errors import Forbidden, ProfileRequired, PurposeRequired
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.policy_file import _digest
from masking_service.service.people.rules import Budget, SearchRule, Window
from tests.every import every
from tests.service.people.policies import DEFAULT, FILE, TEXT, limits, policy, put, someone

LABELS = ("courier", "label-printer")
OF_OTHER_ROLES = [("dispute-officer", "regulator"), ("privacy-officer", "dispute"), ("auditor", "dispute")]
FIELDS = {"1m": 20, "1h": 60, "1d": 150, "30d": 1_000}


class TestTheDefault:
    @every(
        ("role", "permissions"),
        [
            ("label-printer", {"waybill:mask", "waybill:tokenize", "waybill:revise"}),
            ("courier", {"waybill:view", "call:make", "waybill:search"}),
            ("tracking", {"custody:move"}),
            ("service-desk", {"case:open", "case:read", "waybill:view", "waybill:search"}),
            ("dispute-officer", {"token:detokenize", "waybill:view", "case:read", "call:make"}),
            ("supervisor", {"case:approve", "case:read", "waybill:view", "principal:freeze", "key:approve"}),
            (
                "privacy-officer",
                {
                    "waybill:view",
                    "case:read",
                    "waybill:erase",
                    "audit:read",
                    "decoy:plant",
                    "principal:freeze",
                    "hold:set",
                    "key:approve",
                    "token:detokenize",
                },
            ),
            ("auditor", {"audit:read", "case:read"}),
            ("overseer", {"audit:sums"}),
        ],
    )
    def test_a_role_may_do_this_and_nothing_else(self, role: str, permissions: set[str]) -> None:
        callers = [someone(role), someone(role, source="key")]

        assert {each for each in Permission if any(DEFAULT.permits(one, each) for one in callers)} == permissions

    def test_no_index_is_kept(self) -> None:
        assert DEFAULT.search("default") == SearchRule(phone=False, last4=False)

    def test_there_are_no_other_roles(self) -> None:
        assert len(DEFAULT.rules.roles) == 9

    @pytest.mark.parametrize(
        ("role", "purpose", "kinds"),
        [
            ("dispute-officer", "dispute", {"name", "phone"}),
            ("dispute-officer", "redelivery", {"phone", "address", "unit"}),
            ("privacy-officer", "regulator", {"name", "phone", "address", "unit"}),
        ],
    )
    def test_a_purpose_opens_these_kinds(self, role: str, purpose: str, kinds: set[str]) -> None:
        assert DEFAULT.grant(someone(role), "token:detokenize", purpose=purpose).kinds == kinds

    def test_every_purpose_needs_a_case(self) -> None:
        assert [purpose.needs_case for purpose in DEFAULT.rules.purposes.values()] == [True, True, True]

    @every(
        ("purpose", "waybills", "needed"),
        [("dispute", 10, 0), ("dispute", 11, 1), ("redelivery", 1, 0), ("regulator", 1, 1), ("regulator", 200, 1)],
    )
    def test_a_case_needs_approval_by_purpose_or_size(self, purpose: str, waybills: int, needed: int) -> None:
        assert DEFAULT.approvals_needed(purpose, waybills) == needed

    @pytest.mark.parametrize(("role", "purpose"), [("dispute-officer", "dispute"), ("privacy-officer", "regulator")])
    def test_opening_spends_the_budget_of_fields(self, role: str, purpose: str) -> None:
        budget = DEFAULT.grant(someone(role), "token:detokenize", purpose=purpose).budget
        assert (budget and budget.counts, limits(budget)) == ("fields", FIELDS)

    def test_a_couriers_view_shows_the_address_alone_in_full(self) -> None:
        assert DEFAULT.grant(someone("courier"), "waybill:view").full_kinds == {"address"}

    def test_a_couriers_view_spends_the_budget_of_full_views(self) -> None:
        budget = DEFAULT.grant(someone("courier"), "waybill:view").budget
        assert (budget and budget.counts, limits(budget)) == ("full_views", {"1m": 40, "1d": 1500})

    def test_a_courier_sees_only_what_they_hold(self) -> None:
        assert DEFAULT.grant(someone("courier"), "waybill:view").scope == "custody"

    def test_an_officers_view_is_of_every_waybill_and_free(self) -> None:
        grant = DEFAULT.grant(someone("dispute-officer"), "waybill:view")
        assert (grant.profile, grant.scope, grant.full_kinds, grant.budget) == ("label", "all", frozenset(), None)

    def test_tokenizing_spends_the_budget_of_conflicts(self) -> None:
        assert DEFAULT.grant(someone("label-printer"), "waybill:tokenize").budget == Budget(
            "conflicts", (Window("1h", 3_600, 100),)
        )

    def test_opening_cases_spends_the_budget_of_waybills(self) -> None:
        assert DEFAULT.grant(someone("service-desk"), "case:open").budget == Budget(
            "case_waybills", (Window("1d", 86_400, 300),)
        )

    def test_masking_is_free(self) -> None:
        assert DEFAULT.grant(someone("label-printer"), "waybill:mask").budget is None

    def test_a_role_together_spends_ten_times_and_a_tenant_fifty_times(self) -> None:
        assert (DEFAULT.rules.factors.role, DEFAULT.rules.factors.tenant) == (10, 50)

    def test_cases_are_as_agreed(self) -> None:
        cases = DEFAULT.rules.cases
        assert (cases.approve_above, cases.at_most, cases.longest) == (10, 200, 7 * 86_400)

    def test_records_are_kept_for_180_days(self) -> None:
        assert DEFAULT.retention_days("default") == 180

    def test_it_believes_no_issuer(self) -> None:
        assert DEFAULT.rules.issuers == {}

    def test_the_hidden_profile_shows_nothing_in_full(self) -> None:
        assert not any(DEFAULT.rules.profiles["hidden"].shows_in_full(kind) for kind in TOKEN_KINDS)

    def test_the_label_alone_is_held_to_the_floor(self) -> None:
        assert [name for name, profile in DEFAULT.rules.profiles.items() if profile.label] == ["label"]

    def test_the_courier_differs_from_the_label_by_the_address_alone(self) -> None:
        profiles = yaml.safe_load(TEXT)["profiles"]
        assert profiles["courier"] == {k: v for k, v in profiles["label"].items() if k != "label"} | {
            "address": {"hide": "nothing"}
        }


class TestGrant:
    def test_the_only_profile_need_not_be_named(self) -> None:
        printer = someone("label-printer")
        assert DEFAULT.grant(printer, "waybill:mask") == DEFAULT.grant(printer, "waybill:mask", profile="label")

    def test_one_of_several_profiles_has_to_be_named(self) -> None:
        several = policy(lambda p: p["roles"]["label-printer"].update(profiles=["label", "hidden"]))
        with pytest.raises(ProfileRequired):
            several.grant(someone("label-printer"), "waybill:mask")

    def test_profiles_of_several_roles_are_several_profiles(self) -> None:
        with pytest.raises(ProfileRequired):
            DEFAULT.grant(someone("courier", "dispute-officer"), "waybill:view")

    def test_roles_without_the_permission_do_not_count_for_the_only_profile(self) -> None:
        assert DEFAULT.grant(someone("courier", "label-printer"), "waybill:view").profile == "courier"

    def test_nothing_is_opened_without_a_purpose(self) -> None:
        with pytest.raises(PurposeRequired):
            DEFAULT.grant(someone("dispute-officer"), "token:detokenize")

    @every(
        ("roles", "permission", "named"),
        [
            *(((role,), "token:detokenize", {"purpose": purpose}) for role, purpose in OF_OTHER_ROLES),
            *((("label-printer",), "waybill:mask", {"profile": name}) for name in ("courier", "no-such", "")),
            pytest.param(LABELS, "waybill:mask", {"profile": "courier"}, id="a profile of the role that may not mask"),
            pytest.param(("courier",), "token:detokenize", {}, id="who may not open is not asked for a purpose"),
            pytest.param(("courier",), "waybill:*", {}, id="a permission that does not exist"),
            *((("supervisor",), permission, {"purpose": "dispute"}) for permission in ("case:read", "case:approve")),
            *((roles, "waybill:view", {}) for roles in ((), ("no-such",), ("Courier",), ("courier ",), ("*",))),
        ],
    )
    def test_what_no_role_of_the_caller_grants_is_forbidden(
        self, roles: tuple[str, ...], permission: str, named: dict[str, str]
    ) -> None:
        with pytest.raises(Forbidden):
            DEFAULT.grant(someone(*roles), permission, **named)

    @pytest.mark.parametrize("order", [("officer-b", "officer-a"), ("officer-a", "officer-b")])
    def test_of_several_roles_the_smaller_budget_counts_in_any_order(self, order: tuple[str, str]) -> None:
        def edit(p: dict[str, Any]) -> None:
            for name, limit in (("officer-a", 200), ("officer-b", 100)):
                role = copy.deepcopy(p["roles"]["dispute-officer"])
                role["budget"]["fields"]["30d"] = limit
                p["roles"][name] = role

        assert policy(edit).grant(someone(*order), "token:detokenize", purpose="dispute").role == "officer-b"

    def test_custody_counts_before_the_whole_depot(self) -> None:
        role = {"permissions": ["waybill:view"], "profiles": ["courier"], "budget": {"full_views": {"1d": 1}}}
        several = policy(put("roles", "a-dispatcher", role))

        assert several.grant(someone("a-dispatcher", "courier"), "waybill:view").role == "courier"

    def test_a_key_searches_in_custody_only(self) -> None:
        budget = {"full_views": {"1d": 1}, "searches": {"1d": 1}}
        permissions = ["waybill:view", "waybill:search"]
        everywhere = {"permissions": permissions, "profiles": ["courier"], "budget": budget}
        key = someone("courier", source="key")

        assert DEFAULT.grant(key, "waybill:search").scope == "custody"
        with pytest.raises(Forbidden):
            policy(put("roles", "courier", everywhere)).grant(key, "waybill:search")

    def test_a_role_twice_in_a_credential_counts_once(self) -> None:
        assert DEFAULT.grant(someone("courier", "courier"), "waybill:view").role == "courier"

    @given(st.lists(st.sampled_from(sorted(DEFAULT.rules.roles)), max_size=4), st.sampled_from(sorted(Permission)))
    def test_a_grant_is_always_of_a_role_that_has_the_permission(self, roles: list[str], permission: str) -> None:
        def answer(order: list[str]) -> Grant | None:
            try:
                return DEFAULT.grant(someone(*order), permission, profile=None, purpose=None)
            except (Forbidden, ProfileRequired, PurposeRequired):
                return None

        grant = answer(roles)
        assert grant == answer(roles[::-1])
        assert grant is None or (grant.role in roles and permission in DEFAULT.rules.roles[grant.role].permissions)


class TestKeysAndStaff:
    def test_a_key_may_hold_the_roles_that_neither_open_nor_approve_nor_erase(self) -> None:
        assert DEFAULT.roles_for_keys == {"label-printer", "courier", "tracking", "auditor", "overseer"}

    @every(
        ("role", "permission"),
        [
            ("dispute-officer", "waybill:view"),
            ("dispute-officer", "case:read"),
            ("supervisor", "case:approve"),
            ("service-desk", "case:open"),
            ("privacy-officer", "waybill:erase"),
        ],
    )
    def test_a_key_gets_nothing_of_any_other_role(self, role: str, permission: str) -> None:
        with pytest.raises(Forbidden):
            DEFAULT.grant(someone(role, source="key"), permission)

    def test_a_key_does_not_open_even_with_a_purpose(self) -> None:
        with pytest.raises(Forbidden):
            DEFAULT.grant(someone("dispute-officer", source="key"), "token:detokenize", purpose="dispute")

    def test_a_key_does_not_even_permit_it(self) -> None:
        assert not DEFAULT.permits(someone("dispute-officer", source="key"), "token:detokenize")

    def test_a_machine_works_with_a_key(self) -> None:
        assert DEFAULT.grant(someone("label-printer", source="key"), "waybill:mask").role == "label-printer"

    def test_an_access_token_moves_no_custody_and_is_told_so(self) -> None:
        tracking = someone("tracking")
        assert not DEFAULT.permits(tracking, "custody:move")
        with pytest.raises(Forbidden):
            DEFAULT.grant(tracking, "custody:move")

    def test_in_development_a_key_holds_every_role(self) -> None:
        developing = Policy.load(FILE, development=True)
        officer = someone("dispute-officer", source="key")
        assert developing.grant(officer, "token:detokenize", purpose="dispute").role == "dispute-officer"

    @pytest.mark.parametrize("permission", ["case:open", "case:approve", "waybill:erase", "principal:freeze"])
    def test_one_such_permission_takes_a_whole_role_from_the_keys(self, permission: str) -> None:
        assert (
            "tracking" not in policy(lambda p: p["roles"]["tracking"]["permissions"].append(permission)).roles_for_keys
        )


class TestRetention:
    def test_a_tenant_may_have_its_own(self) -> None:
        assert policy(lambda p: p["retention"].update(tenants={"other": "90d"})).retention_days("other") == 90

    def test_the_others_keep_the_default(self) -> None:
        assert policy(lambda p: p["retention"].update(tenants={"other": "90d"})).retention_days("third") == 180


class TestDigest:
    def test_it_is_the_sha_256_of_the_shortest_json_in_ascii(self) -> None:
        assert _digest({"b": [1, True], "a": "名"}) == sha256(rb'{"a":"\u540d","b":[1,true]}').hexdigest()
        assert len(bytes.fromhex(DEFAULT.digest)) == 32

    def test_comments_and_order_do_not_change_it(self) -> None:
        assert policy(lambda p: p.update(dict(reversed(p.items())))).digest == DEFAULT.digest

    def test_one_limit_changes_it(self) -> None:
        assert policy(lambda p: p["budgets"].update(conflicts={"1h": 101})).digest != DEFAULT.digest
