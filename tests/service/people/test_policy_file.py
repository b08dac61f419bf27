"""A policy file is valid, or every fault in it is named with its place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import SURROUNDINGS
from masking_service.service.people.rules import Factors, SearchRule
from tests.every import every
from tests.service.people.policies import ISSUER, TEXT, Edit, edited, faults, policy, put

HASH = "0123456789abcdef0123456789abcdef"
NARROWS = "narrows waybill:view and call:make only"


def without(*way: str) -> Edit:
    def edit(p: dict[str, Any]) -> None:
        for step in way[:-1]:
            p = p[step]
        del p[way[-1]]

    return edit


@every(
    ("way", "lowest", "highest"),
    [
        (("factors", "role"), 1, 1_000_000),
        (("factors", "tenant"), 1, 1_000_000),
        (("cases", "approve_above"), 0, 1_000),
        (("cases", "at_most"), 1, 1_000),
        (("roles", "courier", "budget", "full_views", "1m"), 1, 1_000_000),
    ],
)
def test_a_number_is_within_its_bounds(way: tuple[str, ...], lowest: int, highest: int) -> None:
    def found(number: int) -> dict[str, str]:
        def edit(p: dict[str, Any]) -> None:
            put(*way, number)(p)
            p["extra"] = 1  # so that there is a fault in any case

        return faults(edited(edit))

    told = [".".join(way) in found(number) for number in (lowest - 1, lowest, highest, highest + 1)]
    assert told == [True, False, False, True]


class TestFaults:
    @every(
        ("edit", "path"),
        [
            (put("extra", 1), "extra"),
            (put("version", 2), "version"),
            (put("version", True), "version"),
            (put("roles", "courier", "profiles", ["no-such"]), "roles.courier.profiles[0]"),
            (put("roles", "courier", "profiles", ["courier", "courier"]), "roles.courier.profiles[1]"),
            (put("roles", "courier", "profiles", "courier"), "roles.courier.profiles"),
            (put("roles", "courier", "permissions", ["waybill:*"]), "roles.courier.permissions[0]"),
            (put("roles", "courier", "permissions", [["waybill:view"]]), "roles.courier.permissions[0]"),
            (put("roles", "courier", "scope", "everything"), "roles.courier.scope"),
            (put("roles", "courier", "scopes", "custody"), "roles.courier.scopes"),
            (put("roles", "courier", None), "roles.courier"),
            (put("roles", "Courier", {"permissions": ["audit:read"]}), "roles.Courier"),
            (put("roles", "dispute-officer", "purposes", ["no-such"]), "roles.dispute-officer.purposes[0]"),
            (put("roles", "courier", "budget", "full_views", "1m", 0), "roles.courier.budget.full_views.1m"),
            (put("roles", "courier", "budget", "full_views", "1m", "40"), "roles.courier.budget.full_views.1m"),
            (put("roles", "courier", "budget", "full_views", "2m", 40), "roles.courier.budget.full_views.2m"),
            (put("roles", "courier", "budget", "full_views", {}), "roles.courier.budget.full_views"),
            (put("purposes", "dispute", "kinds", ["text"]), "purposes.dispute.kinds[0]"),
            (put("purposes", "dispute", "kinds", []), "purposes.dispute.kinds"),
            (put("purposes", "dispute", "case", False), "purposes.dispute.case"),
            (put("purposes", "regulator", "approval", "none"), "purposes.regulator.approval"),
            (put("purposes", "regulator", "approvals", 0), "purposes.regulator.approvals"),
            (put("purposes", "regulator", "approvals", 11), "purposes.regulator.approvals"),
            (put("purposes", "regulator", "approvals", None), "purposes.regulator.approvals"),
            (put("purposes", "regulator", "approvals", -1), "purposes.regulator.approvals"),
            (put("purposes", "regulator", "approvals", False), "purposes.regulator.approvals"),
            (put("purposes", "regulator", "case", "none"), "purposes.regulator.approval"),
            (put("factors", "role", 0), "factors.role"),
            (put("factors", "tenant", 0), "factors.tenant"),
            (put("cases", "approve_above", -1), "cases.approve_above"),
            (put("cases", "longest", 7), "cases.longest"),
            (put("cases", "longest", "٧d"), "cases.longest"),
            (put("retention", "default", "0d"), "retention.default"),
            (put("retention", "default", "36h"), "retention.default"),
            (put("retention", "tenants", {"A/B": "90d"}), "retention.tenants.A/B"),
            (put("profiles", "label", "address", {"hide": "nothing"}), "profiles.label.address"),
            (put("profiles", "hidden", "phone", {"hide": "nothing"}), "profiles.hidden.phone"),
            (put("profiles", "Label", {}), "profiles.Label"),
            (without("purposes", "dispute", "case"), "purposes.dispute.case"),
            (without("cases", "approve_above"), "cases.approve_above"),
            (without("budgets", "conflicts"), "budgets.conflicts"),
            (without("retention"), "retention"),
        ],
    )
    def test_a_fault_names_its_path(self, edit: Edit, path: str) -> None:
        assert path in faults(edited(edit))

    @every(
        ("edit", "said"),
        [
            (put("profiles", "label", "lable", True), {"profiles.label.lable": "is not one of"}),
            (put("profiles", "courier", "name", 5), {"profiles.courier.name": "must be"}),
            (put("profiles", "courier", None), {"profiles.courier": "must be a mapping"}),
            (put("purposes", "dispute", "kinds", "name"), {"purposes.dispute.kinds": "has to be a list"}),
            (put("roles", "dispute-officer", "purposes", [5]), {"roles.dispute-officer.purposes[0]": "no such"}),
            (put("lookout", {"freeze": ["pace", "paec"]}), {"lookout.freeze[1]": "no such signal"}),
            (put("issuers", {"staff": ISSUER | {"roles": ["boss"]}}), {"issuers.staff.roles[0]": "no such role"}),
            (
                put("profiles", "hidden", "words", {"keep": ["平安"], "hide": ["平安"]}),
                {"profiles.hidden.words.keep[0]": "hide"},
            ),
            (put("purposes", "A", {"kinds": ["name"], "case": "none"}), {"purposes.A": "a name is 1 to 64 of"}),
        ],
    )
    def test_one_slip_is_one_fault(self, edit: Edit, said: dict[str, str]) -> None:
        found = faults(edited(edit))

        assert found.keys() == said.keys()
        assert all(said[path] in reason for path, reason in found.items())

    @every(
        "url",
        [
            "https://",
            "https://user:secret@login.example.com/keys",
            "https://login.example.com/keys#a",
            "http://x.example",
        ],
    )
    def test_the_address_of_an_issuers_keys_names_a_host_and_no_password(self, url: str) -> None:
        found = faults(edited(put("issuers", {"staff": ISSUER | {"keys": url}})))

        assert found.keys() == {"issuers.staff.keys"}
        assert "https URL" in found["issuers.staff.keys"]
        assert "secret" not in str(found)

    @every(
        ("edit", "path"),
        [
            (without("roles", "courier", "profiles"), "roles.courier.profiles"),
            (without("roles", "dispute-officer", "purposes"), "roles.dispute-officer.purposes"),
            (without("roles", "dispute-officer", "budget"), "roles.dispute-officer.budget.fields"),
            (without("roles", "courier", "budget"), "roles.courier.budget.full_views"),
            (without("roles", "service-desk", "budget"), "roles.service-desk.budget.searches"),
            (without("roles", "privacy-officer", "budget", "decoys"), "roles.privacy-officer.budget.decoys"),
        ],
    )
    def test_a_role_lacks_nothing_that_its_permissions_need(self, edit: Edit, path: str) -> None:
        assert "needed for" in faults(edited(edit))[path]

    @pytest.mark.parametrize(
        ("role", "setting", "value", "place", "says"),
        [
            ("tracking", "profiles", ["label"], "profiles", "of no use"),
            ("tracking", "purposes", ["dispute"], "purposes", "of no use"),
            ("tracking", "budget", {"fields": {"1d": 1}}, "budget.fields", "of no use"),
            ("courier", "profiles", ["label"], "budget.full_views", "of no use"),
            ("tracking", "budget", {"searches": {"1d": 1}}, "budget.searches", "of no use"),
            ("tracking", "budget", {"decoys": {"1d": 1}}, "budget.decoys", "of no use"),
            ("dispute-officer", "scope", "custody", "scope", NARROWS),
            ("tracking", "scope", "custody", "scope", NARROWS),
            ("courier", "permissions", ["waybill:view", "waybill:erase"], "scope", NARROWS),
            ("service-desk", "permissions", ["case:open", "case:read", "waybill:search"], "permissions", "name both"),
        ],
        ids=str,
    )
    def test_a_setting_that_a_role_cannot_use_or_that_would_not_hold_is_a_fault(
        self, role: str, setting: str, value: object, place: str, says: str
    ) -> None:
        assert says in faults(edited(put("roles", role, setting, value)))[f"roles.{role}.{place}"]

    @pytest.mark.parametrize(
        "number",
        ["13900000001", 13900000001, "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef"],
        ids=["a number in clear", "an integer", "upper case", "too short"],
    )
    def test_own_numbers_are_keyed_hashes_and_no_fault_repeats_one(self, number: object) -> None:
        found = faults(edited(put("decoys", {"own_numbers": [HASH, number]})))

        assert found.keys() == {"decoys.own_numbers[1]"}
        assert str(number) not in str(found)

    @pytest.mark.parametrize(
        ("decoys", "path"),
        [({}, "decoys.own_numbers"), ({"own_numbers": [HASH, HASH]}, "decoys.own_numbers[1]")],
        ids=["missing", "repeated"],
    )
    def test_a_faulty_list_of_own_numbers_names_its_path(self, decoys: dict[str, Any], path: str) -> None:
        assert faults(edited(put("decoys", decoys))).keys() == {path}

    def test_own_numbers_are_read(self) -> None:
        assert policy(put("decoys", {"own_numbers": [HASH]})).rules.own_numbers == {HASH}

    @every(
        ("search", "path"),
        [
            ({"phone": "yes"}, "search.phone"),
            ({"last4": 1}, "search.last4"),
            ({"name": True}, "search.name"),
            ({"tenants": {"Other": {}}}, "search.tenants.Other"),
            ({"tenants": {"other": {"phone": "on"}}}, "search.tenants.other.phone"),
            ({"tenants": {"other": {"tenants": {}}}}, "search.tenants.other.tenants"),
        ],
    )
    def test_a_faulty_rule_of_the_search_names_its_path(self, search: dict[str, Any], path: str) -> None:
        assert path in faults(edited(put("search", search)))

    def test_a_tenant_has_its_own_rule_of_the_search(self) -> None:
        read = policy(put("search", {"phone": True, "last4": True, "tenants": {"other": {"last4": True}}}))

        assert (read.search("default"), read.search("other")) == (
            SearchRule(phone=True, last4=True),
            SearchRule(last4=True),
        )

    def test_all_faults_are_told_at_once(self) -> None:
        def edit(p: dict[str, Any]) -> None:
            p["factors"]["role"] = 0
            p["roles"]["courier"]["profiles"] = ["no-such"]
            del p["cases"]["longest"]

        assert {"factors.role", "roles.courier.profiles[0]", "cases.longest"} <= faults(edited(edit)).keys()

    def test_a_missing_section_is_one_fault_and_not_one_for_each_of_its_parts(self) -> None:
        assert list(faults(edited(without("cases")))) == ["cases"]
        assert list(faults(edited(without("budgets")))) == ["budgets"]
        assert list(faults("a: [")) == ["line 2"]

    @pytest.mark.parametrize("value", ["0d", 180, None, "x"])
    def test_a_faulty_duration_is_one_fault(self, value: object) -> None:
        with pytest.raises(PolicyError) as refused:
            policy(put("retention", "default", value))
        assert len(refused.value.faults) == 1

    def test_a_factor_of_one_is_allowed(self) -> None:
        assert policy(put("factors", {"role": 1, "tenant": 1})).rules.factors == Factors(role=1, tenant=1)

    def test_common_budgets_follow_from_the_people_of_a_role_and_openings_from_the_factors_alone(self) -> None:
        document = put("roles", "courier", "people", 500)

        def edit(policy: Any) -> None:
            document(policy)
            policy["roles"]["service-desk"]["people"] = 31
            policy["roles"]["dispute-officer"]["people"] = 900

        rules = policy(edit).rules
        budgets = [(role.name, budget) for role in rules.roles.values() for budget in role.budgets.values()]
        times = {
            (role, budget.counts): rules.factors.of(budget) for role, budget in budgets if budget.counts != "decoys"
        }

        assert times == {
            ("courier", "full_views"): (1, 334, 334),
            ("courier", "calls"): (1, 334, 934),  # officers call, too
            ("courier", "searches"): (1, 334, 354),
            ("service-desk", "searches"): (1, 21, 354),
            ("dispute-officer", "fields"): (1, 10, 50),
            ("dispute-officer", "calls"): (1, 600, 934),
            ("privacy-officer", "fields"): (1, 10, 50),
        }

    def test_few_people_never_have_less_than_the_factors(self) -> None:
        rules = policy(put("roles", "courier", "people", 3)).rules
        budget = rules.roles["courier"].budgets.get("full_views")

        assert budget is not None
        assert rules.factors.of(budget) == (1, 10, 50)

    @pytest.mark.parametrize(("people", "fits"), [(0, 15), (500, 501)], ids=["not said", "500"])
    def test_a_policy_says_for_how_many_people_of_a_role_it_fits(self, people: int, fits: int) -> None:
        rules = policy(put("roles", "courier", "people", people) if people else put("version", 1)).rules
        budget = rules.roles["courier"].budgets.get("full_views")

        assert budget is not None
        assert rules.factors.fits(budget) == fits

    @pytest.mark.parametrize("people", [0, -1, "500", 1_000_001], ids=repr)
    def test_no_number_of_people_is_a_fault(self, people: object) -> None:
        assert list(faults(edited(put("roles", "courier", "people", people)))) == ["roles.courier.people"]

    def test_people_of_a_role_without_a_budget_are_a_fault(self) -> None:
        assert list(faults(edited(put("roles", "tracking", "people", 5)))) == ["roles.tracking.people"]

    def test_up_to_ten_approvals_can_be_needed(self) -> None:
        assert policy(put("purposes", "regulator", "approvals", 10)).approvals_needed("regulator", 1) == 10

    def test_a_missing_number_of_approvals_means_one(self) -> None:
        assert policy(without("purposes", "regulator", "approvals")).approvals_needed("regulator", 1) == 1

    def test_a_key_twice_is_a_fault_with_its_line(self) -> None:
        twice = TEXT.replace("  tenant: 50", "  tenant: 50\n  tenant: 5000")
        line = twice.splitlines().index("  tenant: 5000") + 1
        assert "there already, at line" in faults(twice)[f"line {line}"]

    @every("text", ["", "[]", "roles", "a: [", "\x00", "a: !!python/object:os.system {}", "? [a]\n: b", "[" * 1_000])
    def test_a_file_that_is_not_a_policy_is_an_error(self, text: str) -> None:
        assert faults(text)

    def test_the_message_names_the_file_and_every_fault(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.yaml"
        file.write_text(edited(put("factors", {"role": 0, "tenant": 0})), encoding="utf-8")
        with pytest.raises(PolicyError) as refused:
            Policy.load(file, development=False)
        assert [line.partition(": has to be")[0] for line in str(refused.value).splitlines()] == [
            "ours.yaml: factors.role",
            "ours.yaml: factors.tenant",
        ]

    @pytest.mark.parametrize(
        ("content", "said"), [(None, "there is no such file"), (b"\xff\xfe\x00", "cannot be read as UTF-8")]
    )
    def test_a_file_that_cannot_be_read_is_a_fault(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        file = tmp_path / "ours.yaml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PolicyError, match=said):
            Policy.load(file, development=False)

    @given(st.data())
    def test_a_policy_with_anything_anywhere_is_sound_or_a_policy_error(self, data: st.DataObject) -> None:
        junk = st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just([]), st.just({})
        )

        def edit(p: Any) -> None:
            while isinstance(p, dict | list) and p:
                key = data.draw(st.sampled_from(sorted(p) if isinstance(p, dict) else range(len(p))))
                if data.draw(st.booleans()):
                    p[key] = data.draw(junk)
                    return
                p = p[key]

        try:
            policy(edit)
        except PolicyError as refused:
            assert refused.faults  # noqa: PT017 -- either outcome is right; a third one is not


class TestIssuers:
    def with_issuer(self, **change: Any) -> Edit:
        return put("issuers", {"staff": {k: v for k, v in {**ISSUER, **change}.items() if v is not None}})

    def test_a_rule_is_read_with_its_defaults(self) -> None:
        rule = policy(self.with_issuer()).rules.issuers["staff"]
        assert (rule.alias, rule.lifetime, rule.claims.roles) == ("staff", 900, ("roles",))
        assert (rule.acr, rule.max_age) == (None, None)

    def test_what_the_sign_in_has_to_be_is_read(self) -> None:
        rule = policy(self.with_issuer(unmasking={"acr": "2", "max_age": "8h"})).rules.issuers["staff"]
        assert (rule.acr, rule.max_age) == ("2", 28_800)
        rule = policy(self.with_issuer(unmasking={"acr": "2", "max_age": "30d"})).rules.issuers["staff"]
        assert rule.max_age == 30 * 86_400

    def test_a_claim_may_be_nested(self) -> None:
        rule = policy(self.with_issuer(claims={"roles": ["realm_access", "roles"], "sub": "https://x.example/id"}))
        claims = rule.rules.issuers["staff"].claims
        assert (claims.roles, claims.sub) == (("realm_access", "roles"), ("https://x.example/id",))

    @pytest.mark.parametrize("name", SURROUNDINGS)
    def test_the_claim_of_the_device_or_network_is_named_and_none_is_the_default(self, name: str) -> None:
        named, silent = self.with_issuer(claims={name: "an_id"}), self.with_issuer()
        claims = [policy(one).rules.issuers["staff"].claims for one in (named, silent)]
        assert [getattr(one, name) for one in claims] == [("an_id",), ()]

    @every(
        ("change", "path"),
        [
            ({"algorithm": "HS256"}, "issuers.staff.algorithm"),
            ({"algorithm": "none"}, "issuers.staff.algorithm"),
            ({"algorithm": ["ES256", "RS256"]}, "issuers.staff.algorithm"),
            ({"keys": "http://login.example.com/jwks"}, "issuers.staff.keys"),
            ({"keys": "file:///keys.pem"}, "issuers.staff.keys"),
            ({"keys": None}, "issuers.staff.keys"),
            ({"audience": ""}, "issuers.staff.audience"),
            ({"tenants": []}, "issuers.staff.tenants"),
            ({"tenants": ["*"]}, "issuers.staff.tenants[0]"),
            ({"roles": []}, "issuers.staff.roles"),
            ({"roles": ["admin"]}, "issuers.staff.roles[0]"),
            ({"lifetime": "16m"}, "issuers.staff.lifetime"),
            ({"claims": {"roles": []}}, "issuers.staff.claims.roles"),
            ({"unmasking": {"amr": "x"}}, "issuers.staff.unmasking.amr"),
            ({"issuer": "urn:masking:dev-issuer"}, "issuers.staff"),
        ],
    )
    def test_a_faulty_rule_names_its_path(self, change: dict[str, Any], path: str) -> None:
        assert path in faults(edited(self.with_issuer(**change)))

    @pytest.mark.parametrize("alias", ["client", "dev", "Staff", "a/b"])
    def test_an_alias_that_is_taken_or_ambiguous_is_a_fault(self, alias: str) -> None:
        assert f"issuers.{alias}" in faults(edited(put("issuers", {alias: ISSUER})))

    def test_one_issuer_never_has_two_aliases(self) -> None:
        assert "issuers.staff-2.issuer" in faults(edited(put("issuers", {"staff": ISSUER, "staff-2": ISSUER})))

    def test_tokens_that_open_nothing_may_live_for_a_shift(self) -> None:
        rule = policy(self.with_issuer(roles=["courier"], lifetime="8h")).rules.issuers["staff"]
        assert rule.lifetime == 28_800
