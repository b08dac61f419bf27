"""A profile may have other rules for recipients in other countries; all together still hide enough of a phone."""

from typing import Any

import pytest

from masking_service.masking.effort import Effort
from masking_service.masking.errors import DefinitionError, InvalidRecord
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profiles import Profile, union_check
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Schema
from masking_service.masking.records.walk import Masked
from masking_service.masking.schemas import load_schemas
from tests.masking.standard import LABEL_RULES

KOREA = Profile.parse("label", {**LABEL_RULES, "for": {"KR": {"name": {"hide": "all"}, "phone": {"show_last": 0}}}})


def record(country: Any) -> dict[str, Any]:
    return {"recipient": {"name": "张三", "phone": "13812345678", "address": "A座1808", "country": country}}


def masked(country: Any, profile: Profile = KOREA) -> dict[str, Any]:
    one = record(country)
    CountryMasker(load_schemas()["standard"], profile).mask(one)
    return one


@pytest.mark.parametrize("country", ["KR", "kr", " KR "])
def test_the_recipients_country_decides(country: str) -> None:
    shown = {"name": "**", "phone": "***********", "address": "A座****", "country": country}

    assert masked(country) == {"recipient": shown}


@pytest.mark.parametrize("country", ["CN", "", None, 7, ["KR"], {"code": "KR"}], ids=repr)
def test_for_any_other_the_profile_itself_does(country: Any) -> None:
    assert masked(country)["recipient"]["phone"] == "*******5678"


def test_a_batch_of_several_countries_is_masked_one_by_one() -> None:
    codes = ["KR", "CN", None, "KR"] * FEW
    batch: list[Any] = [*map(record, codes), 7]

    found = CountryMasker(load_schemas()["standard"], KOREA).mask_batch(batch, Effort())

    assert batch[:-1] == [masked(code) for code in codes]
    assert all(isinstance(one, Masked) for one in found[:-1])
    assert isinstance(found[-1], InvalidRecord)


def test_a_schema_says_where_the_country_is() -> None:
    rules = {"schema": "own", "source": "ours", "fields": {"to.phone": "phone"}, "country": ["to.code", "land"]}
    masker = CountryMasker(Schema.parse("own", rules), KOREA)
    batch = [{"to": {"phone": "13812345678", "code": code}, "land": land} for code, land in (("KR", ""), ("", "KR"))]

    masker.mask_batch(batch, Effort())

    assert [one["to"]["phone"] for one in batch] == ["*" * 11] * 2  # type: ignore[index]  # a record


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ([], "for"),
        ({"kr": {"phone": {"hide": "all"}}}, "for"),
        ({False: {"phone": {"hide": "all"}}}, "for"),
        ({"KR": {}}, "for.KR"),
        ({"KR": {"label": False}}, "for.KR"),
        ({"KR": {"for": {}}}, "for.KR"),
        ({"KR": {"phone": {"show_last": 5}}}, "for.KR.phone.show_last"),
        ({"KR": {"address": {"hide": "nothing"}}}, "for.KR.address"),
    ],
    ids=["no mapping", "small letters", "YAML's NO", "empty", "label", "for", "too many digits", "below the floor"],
)
def test_a_fault_is_named_by_its_path(rules: Any, path: str) -> None:
    with pytest.raises(DefinitionError) as fault:
        Profile.parse("label", {**LABEL_RULES, "for": rules})

    assert fault.value.path == f"profiles.label.{path}"


def test_the_union_counts_every_country() -> None:
    closed = {"phone": {"hide": "all"}}
    assert union_check([Profile.parse("a", closed)]) == 11
    assert union_check([Profile.parse("a", {**closed, "for": {"KR": {"phone": {"show_last": 4}}}})]) == 7

    with pytest.raises(DefinitionError) as fault:
        union_check([Profile.parse("a", {**closed, "for": {"KR": {"phone": {"hide": "nothing"}}}})])
    assert fault.value.path == "profiles.a.for.KR.phone"


@pytest.mark.parametrize(
    ("country", "path"),
    [("to.code", "country"), (["to[].code"], "country.0"), (["to.phone"], "country.0"), (["a", "a"], "country.1")],
    ids=["no list", "every element", "mapped", "twice"],
)
def test_a_fault_in_the_place_of_the_country_is_named(country: Any, path: str) -> None:
    with pytest.raises(DefinitionError) as fault:
        Schema.parse("own", {"schema": "own", "source": "x", "fields": {"to.phone": "phone"}, "country": country})

    assert fault.value.path == f"schemas.own.{path}"


def test_a_label_of_korea_hides_the_middle_of_the_name_and_the_end_of_the_phone() -> None:
    rules = {**LABEL_RULES, "for": {"KR": {"name": {"hide": "middle"}, "phone": {"hide_last": 8}}}}
    profile = Profile.parse("label", rules)
    one = record("KR") | {"remark": "张三丰代收 13812345678"}
    one["recipient"]["name"] = "张三丰"

    CountryMasker(load_schemas()["standard"], profile).mask(one)

    assert union_check([profile]) == 4
    assert (one["recipient"]["name"], one["recipient"]["phone"]) == ("张*丰", "138********")
    assert one["remark"] == "张**代收 ***********"


def test_a_country_whose_form_shows_the_rest_of_the_number_is_refused() -> None:
    with pytest.raises(DefinitionError) as fault:
        union_check([Profile.parse("label", {**LABEL_RULES, "for": {"KR": {"phone": {"hide_last": 7}}}})])

    assert fault.value.path == "profiles.label.for.KR.phone"


@pytest.mark.parametrize("rule", [{"hide_last": 4}, {"hide_last": 5}], ids=repr)
def test_the_floor_of_six_digits_holds_for_the_forms_of_other_countries(rule: dict[str, int]) -> None:
    with pytest.raises(DefinitionError) as fault:
        Profile.parse("label", {**LABEL_RULES, "for": {"KR": {"phone": rule}}})

    assert fault.value.path == "profiles.label.for.KR.phone"
