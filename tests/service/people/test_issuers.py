"""JWTs of staff name their principals, and forged ones are refused."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from jwt import PyJWKClient

from masking_service.service.people.errors import PolicyError, SignInRequired, Unauthenticated
from masking_service.service.people.issuer_keys import PinnedKeys, keys_from_file
from masking_service.service.people.issuers import Issuer, Issuers, mint
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import SURROUNDINGS, Principal
from masking_service.service.people.rules import Claims
from tests.every import every
from tests.service.people.policies import ISSUER, policy
from tests.service.people.tokens import (
    BELIEVED,
    KEY,
    NOW,
    OTHER_KEY,
    ROLES,
    RSA_KEY,
    b64,
    claims,
    issuers,
    jwk,
    private_pem,
    public_pem,
    refusal,
    rule,
    token,
)

NO_ALGORITHM = b'{"alg":"none"}'
SHARED_SECRET = b'{"alg":"HS256"}'


class TestWhoItNames:
    def test_a_token_names_a_person_of_its_issuer(self) -> None:
        principal = BELIEVED.authenticate(token(tenant="other", sites=["021001"]), NOW)
        assert principal == Principal("staff/u-1", "other", ("dispute-officer",), frozenset({"021001"}), "jwt")

    def test_without_a_tenant_it_is_the_default_one(self) -> None:
        assert BELIEVED.authenticate(token(), NOW).tenant == "default"

    def test_without_sites_there_are_none(self) -> None:
        assert BELIEVED.authenticate(token(), NOW).sites == frozenset()

    def test_roles_come_in_one_order(self) -> None:
        assert BELIEVED.authenticate(token(roles=["dispute-officer", "courier"]), NOW).roles == (
            "courier",
            "dispute-officer",
        )

    def test_roles_that_mean_nothing_here_are_passed_over(self) -> None:
        roles = ["offline_access", "Dispute-Officer", "dispute-officer ", "courier"]
        assert BELIEVED.authenticate(token(roles=roles), NOW).roles == ("courier",)

    def test_a_person_without_roles_is_known(self) -> None:
        assert BELIEVED.authenticate(token(roles=...), NOW).roles == ()

    def test_the_sign_in_is_kept(self) -> None:
        principal = BELIEVED.authenticate(token(acr="2", auth_time=NOW - 60), NOW)
        assert (principal.acr, principal.signed_in_at) == ("2", NOW - 60)

    def test_claims_are_read_at_the_paths_of_the_rule(self) -> None:
        believed = issuers(claims=Claims(sub=("uid",), roles=("realm_access", "roles")))
        principal = believed.authenticate(
            token(uid="u-9", realm_access={"roles": ["courier"]}, roles=["supervisor"]), NOW
        )
        assert (principal.id, principal.roles) == ("staff/u-9", ("courier",))

    @pytest.mark.parametrize("name", SURROUNDINGS)
    def test_device_and_network_are_read_where_a_rule_names_their_claims(self, name: str) -> None:
        believed = issuers(claims=Claims(**{name: ("around", "id")}))
        claimed = token(around={"id": "d-1"})
        assert getattr(believed.authenticate(claimed, NOW), name) == "d-1"
        assert getattr(believed.authenticate(token(), NOW), name) is None
        assert getattr(BELIEVED.authenticate(claimed, NOW), name) is None

    @pytest.mark.parametrize("name", SURROUNDINGS)
    @pytest.mark.parametrize("value", [7, 0, {}])
    def test_a_device_or_network_of_a_wrong_type_refuses_the_token(self, name: str, value: object) -> None:
        assert refusal(token(around=value), issuers(claims=Claims(**{name: ("around",)}))) == "claims"

    @pytest.mark.parametrize("audience", ["waybill-masking", ["waybill-masking"], ["another", "waybill-masking"]])
    def test_the_audience_is_the_service_or_has_it(self, audience: object) -> None:
        assert BELIEVED.authenticate(token(aud=audience), NOW).id == "staff/u-1"

    @pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
    def test_an_access_token_may_call_itself_one(self, typ: str) -> None:
        assert BELIEVED.authenticate(token({"typ": typ}), NOW).id == "staff/u-1"

    def test_a_token_from_pyjwt_itself_is_believed(self) -> None:
        text = jwt.encode(claims(), private_pem(KEY), algorithm="ES256")
        assert BELIEVED.authenticate(text, NOW).id == "staff/u-1"


class TestForgeries:
    def test_another_key(self) -> None:
        assert refusal(token(key=OTHER_KEY)) == "signature"

    def test_another_issuer(self) -> None:
        assert refusal(token(iss="https://login.example.org")) == "unknown-issuer"

    @pytest.mark.parametrize(
        "iss", ["https://login.example.com/", "HTTPS://login.example.com", " https://login.example.com"]
    )
    def test_nearly_the_issuer(self, iss: str) -> None:
        assert refusal(token(iss=iss)) == "unknown-issuer"

    def test_one_issuer_cannot_speak_for_another(self) -> None:
        second = rule(alias="more", issuer="https://more.example.com")
        both = Issuers(
            [
                Issuer(rule(), PinnedKeys(keys_from_file(public_pem(KEY), "ES256"))),
                Issuer(second, PinnedKeys(keys_from_file(public_pem(OTHER_KEY), "ES256"))),
            ],
            ROLES,
        )
        assert refusal(token(iss="https://more.example.com"), both) == "signature"

    @every("alg", ["none", "None", "", "HS256", "RS256", "ES384", "es256", None, ["ES256"], 1])
    def test_another_algorithm_in_the_header(self, alg: object) -> None:
        assert refusal(token({"alg": alg})) == "algorithm"

    def test_no_algorithm_and_no_signature(self) -> None:
        assert refusal(f"{b64(NO_ALGORITHM)}.{b64(json.dumps(claims()).encode())}.") == "algorithm"

    def test_the_public_key_as_a_shared_secret(self) -> None:
        signing_input = f"{b64(SHARED_SECRET)}.{b64(json.dumps(claims()).encode())}"
        signature = jwt.get_algorithm_by_name("HS256").sign(signing_input.encode(), public_pem(KEY))
        assert refusal(f"{signing_input}.{b64(signature)}") == "algorithm"

    def test_no_algorithm_named(self) -> None:
        text = token()
        assert refusal(f"{b64(b'{}')}.{text.split('.', 1)[1]}") == "algorithm"

    def test_an_rsa_issuer_does_not_take_an_elliptic_signature(self) -> None:
        believed = issuers(public_pem(RSA_KEY), algorithm="RS256")
        assert refusal(token({"alg": "RS256"}), believed) == "signature"

    def test_an_rsa_issuer_is_believed_with_its_own(self) -> None:
        believed = issuers(public_pem(RSA_KEY), algorithm="RS256")
        text = jwt.encode(claims(), private_pem(RSA_KEY), algorithm="RS256")
        assert believed.authenticate(text, NOW).id == "staff/u-1"

    @pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
    def test_a_key_that_the_token_brings_along_is_not_used(self, name: str) -> None:
        brought = {"jwk": jwk(OTHER_KEY), "jku": "https://evil.example", "x5u": "https://evil.example", "x5c": ["x"]}
        assert refusal(token({name: brought[name]}, OTHER_KEY)) == "signature"

    def test_a_key_that_the_token_brings_along_does_no_harm(self) -> None:
        assert BELIEVED.authenticate(token({"jku": "https://evil.example"}), NOW).id == "staff/u-1"

    @pytest.mark.parametrize(
        "header", [{"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": True}, {"b64": False}]
    )
    def test_what_is_critical_and_not_understood(self, header: dict[str, Any]) -> None:
        assert refusal(token(header)) in {"header", "malformed"}

    @every("typ", ["logout+jwt", "dpop+jwt", "", None, 1, ["JWT"]])
    def test_a_token_made_for_another_use(self, typ: object) -> None:
        assert refusal(token({"typ": typ})) == "type"

    @pytest.mark.parametrize(("part", "reason"), [(0, "malformed"), (1, "malformed"), (2, "signature")])
    def test_one_changed_character_in_any_part(self, part: int, reason: str) -> None:
        parts = token().split(".")
        parts[part] = parts[part][:-8] + ("A" if parts[part][-8] != "A" else "B") + parts[part][-7:]
        assert refusal(".".join(parts)) == reason

    def test_claims_exchanged_under_a_good_signature(self) -> None:
        head, _, signature = token().split(".")
        assert refusal(f"{head}.{b64(json.dumps(claims(sub='u-2')).encode())}.{signature}") == "signature"


class TestUnmasking:
    STRICT = issuers(acr="2", max_age=3_600)

    def check(self, now: int = NOW, **change: Any) -> None:
        self.STRICT.check_unmasking(self.STRICT.authenticate(token(**change), NOW), now)

    def test_a_strong_and_fresh_sign_in_passes(self) -> None:
        self.check(acr="2", auth_time=NOW - 3_600)

    @pytest.mark.parametrize(
        ("acr", "auth_time"),
        [("1", NOW), ("22", NOW), ("", NOW), (..., NOW), ("2", NOW - 3_601), ("2", ...)],
        ids=["weaker", "longer", "empty", "none", "older", "of unknown age"],
    )
    def test_a_weaker_or_older_sign_in_or_one_of_unknown_age_does_not(self, acr: object, auth_time: object) -> None:
        with pytest.raises(SignInRequired):
            self.check(acr=acr, auth_time=auth_time)

    def test_the_refusal_says_what_the_next_sign_in_has_to_be(self) -> None:
        with pytest.raises(SignInRequired) as refused:
            self.check()
        assert (refused.value.acr, refused.value.max_age) == ("2", 3_600)

    def test_an_issuer_that_asks_for_nothing_lets_pass(self) -> None:
        BELIEVED.check_unmasking(BELIEVED.authenticate(token(), NOW), NOW)

    def test_an_issuer_that_is_believed_no_more_does_not(self) -> None:
        principal = BELIEVED.authenticate(token(), NOW)
        with pytest.raises(Unauthenticated):
            Issuers([], ROLES).check_unmasking(principal, NOW)

    def test_a_key_has_no_sign_in_to_check(self) -> None:
        self.STRICT.check_unmasking(Principal("client/x", "default", ("dispute-officer",), frozenset(), "key"), NOW)


class TestLoading:
    def policy(self, keys: str) -> Policy:
        return policy(lambda document: document.update(issuers={"staff": {**ISSUER, "keys": keys}}))

    def test_key_files_are_found_from_the_policys_folder(self, tmp_path: Path) -> None:
        (tmp_path / "staff.pem").write_bytes(public_pem(KEY))
        believed = Issuers.load(self.policy("staff.pem"), tmp_path)
        assert believed.authenticate(token(), NOW).id == "staff/u-1"

    def test_a_start_does_not_ask_an_url(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def fetch(client: PyJWKClient) -> object:
            asked.append(client.uri)
            return {"keys": [jwk(KEY)]}

        monkeypatch.setattr(PyJWKClient, "fetch_data", fetch)
        believed = Issuers.load(self.policy("https://login.invalid/jwks"), tmp_path)
        before = [*asked]

        assert (before, believed.authenticate(token(), NOW).id) == ([], "staff/u-1")
        assert asked == ["https://login.invalid/jwks"]

    @pytest.mark.parametrize("content", [None, private_pem(KEY), b"nothing"], ids=["missing", "private", "none"])
    def test_a_key_file_that_cannot_be_used_is_a_fault_of_the_policy(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        if content is not None:
            (tmp_path / "staff.pem").write_bytes(content)
        with pytest.raises(PolicyError) as refused:
            Issuers.load(self.policy("staff.pem"), tmp_path)
        assert [path for path, _ in refused.value.faults] == ["issuers.staff.keys"]


class TestTheDevelopmentIssuer:
    DEVELOPING = Issuers([], ROLES).with_development(private_pem(KEY))

    def minted(self, **change: Any) -> str:
        known: dict[str, Any] = {"sub": "u-1", "roles": ["supervisor"], "ttl": 600, "now": NOW}
        return mint(private_pem(KEY), **known | change)

    def test_a_minted_token_is_believed(self) -> None:
        principal = self.DEVELOPING.authenticate(self.minted(tenant="other", sites=["021001"]), NOW)
        expected = Principal("dev/u-1", "other", ("supervisor",), frozenset({"021001"}), "jwt", signed_in_at=NOW)
        assert principal == expected  # signed in now

    def test_it_does_not_speak_for_a_third_tenant(self) -> None:
        assert refusal(self.minted(tenant="third"), self.DEVELOPING) == "tenant"

    def test_its_tokens_live_no_longer_than_others(self) -> None:
        assert refusal(self.minted(ttl=901), self.DEVELOPING) == "lifetime"

    def test_a_key_of_someone_elses_does_not_mint(self) -> None:
        forged = mint(private_pem(OTHER_KEY), sub="u-1", roles=["supervisor"], ttl=600, now=NOW)
        assert refusal(forged, self.DEVELOPING) == "signature"

    def test_where_it_was_not_added_it_is_unknown(self) -> None:
        assert refusal(self.minted()) == "unknown-issuer"

    def test_the_other_issuers_stay_beside_it(self) -> None:
        assert BELIEVED.with_development(private_pem(OTHER_KEY)).authenticate(token(), NOW).id == "staff/u-1"


def test_a_token_has_eight_thousand_characters_at_most() -> None:
    by_length = {len(one): one for pad in range(5_500, 5_900) for one in [token(note="x" * pad)]}
    longest, longer = by_length[8 * 1024], by_length[min(size for size in by_length if size > 8 * 1024)]

    assert BELIEVED.authenticate(longest, NOW).id == "staff/u-1"
    assert refusal(longer) == "malformed"
