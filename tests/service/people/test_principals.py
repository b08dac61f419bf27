"""Ids of principals: well formed, never ambiguous, never shown where they do not belong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.service.people.principals import (
    Principal,
    client_principal_id,
    issuer_alias,
    principal_id,
    role_name,
    site_codes,
    staff_principal_id,
    tenant_name,
)
from tests.every import every


def test_a_client_is_named_client_slash_its_id() -> None:
    assert client_principal_id("c-88") == "client/c-88"


def test_a_person_is_named_by_the_alias_and_the_subject() -> None:
    assert staff_principal_id("staff", "u-1") == "staff/u-1"


@every("bad", ["", "A", "-a", ".a", "a/b", "a b", "a\n", "ａ", "٣", "a" * 65, None, 7, ["a"]])
def test_other_client_ids_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="a client id is"):
        client_principal_id(bad)


@pytest.mark.parametrize("longest", ["a" * 64, "0._-"])
def test_a_client_id_may_use_all_of_its_alphabet_and_length(longest: str) -> None:
    assert client_principal_id(longest) == f"client/{longest}"


@every("sub", ["u@example.com", "auth0|5f7c", "a/b", "甲", "x" * 128, "a b"])
def test_subjects_as_providers_write_them_are_accepted(sub: str) -> None:
    assert staff_principal_id("staff", sub) == f"staff/{sub}"


@every(
    "bad",
    [
        "",
        " a",
        "a ",
        "a\x00",
        "a\nb",
        "a\u200bb",  # no width
        "a\u202eb",  # turns the text round
        "a\u00a0b",  # looks like a space
        "e\u0301",  # looks like é
        "\ud800",
        "x" * 129,
        None,
        7,
        True,
        ["u"],
    ],
)
def test_subjects_that_could_pass_for_another_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="a subject is"):
        staff_principal_id("staff", bad)


@pytest.mark.parametrize("alias", ["client", "service"])
def test_no_issuer_may_be_called_what_the_service_calls_its_own(alias: str) -> None:
    with pytest.raises(ValueError, match="belong to the API keys"):
        issuer_alias(alias)


@every("bad", ["", "Staff", "a/b", "a.b", "-a", "a" * 65, None])
def test_an_alias_never_holds_a_slash_or_anything_else_that_is_odd(bad: object) -> None:
    with pytest.raises(ValueError, match="an alias is"):
        issuer_alias(bad)


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_two_people_never_share_an_id(alias: str, sub: str, other_alias: str, other_sub: str) -> None:
    try:
        one, other = staff_principal_id(alias, sub), staff_principal_id(other_alias, other_sub)
    except ValueError:
        return
    assert (one == other) == ((alias, sub) == (other_alias, other_sub))


@pytest.mark.parametrize("good", ["client/c-88", "staff/u-1", "staff/a/b"])
def test_a_well_formed_id_from_outside_is_taken_as_it_is(good: str) -> None:
    assert principal_id(good) == good


@every("bad", ["", "c-88", "/", "client/", "client/A", "client/a/b", "/u-1", "staff/", "Staff/u", "staff/a\n", None, 7])
def test_a_malformed_id_from_outside_is_refused(bad: object) -> None:
    with pytest.raises(ValueError):
        principal_id(bad)


@every("check", [client_principal_id, principal_id, issuer_alias, tenant_name, role_name])
def test_a_refusal_does_not_repeat_the_value(check: Callable[[object], str]) -> None:
    with pytest.raises(ValueError) as refused:
        check("SECRET 13812345678")
    assert "13812345678" not in str(refused.value)


def test_sites_are_a_set_of_codes() -> None:
    assert site_codes(["021001", "021001", "SH-1"]) == {"021001", "SH-1"}


@every("bad", ["", "a b", "-1", "上海", "x" * 65, 21001, None])
def test_other_sites_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="a site is"):
        site_codes([bad])


def test_the_alias_ends_at_the_first_slash() -> None:
    assert Principal("staff/a/b", "default", (), frozenset(), "jwt").alias == "staff"


def test_a_repr_shows_no_principal_and_no_place() -> None:
    shown = repr(Principal("staff/zhang.san", "tenant-x", ("courier",), frozenset({"021001"}), "jwt", "acr-9", 1234567))
    assert not [secret for secret in ("zhang", "tenant-x", "021001", "acr-9", "1234567") if secret in shown]


def test_a_principal_cannot_be_changed() -> None:
    principal = Principal("client/a", "default", ("courier",), frozenset(), "key")
    with pytest.raises(AttributeError):
        principal.roles = ("auditor",)  # type: ignore[misc]  # that is refused
