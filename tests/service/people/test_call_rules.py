"""What a policy says about calls: the provider, budgets, purposes that open phones only after calls."""

from pathlib import Path
from typing import Any

import pytest

from masking_service.runtime.clock import clock
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.rules import CallRule
from masking_service.service.phone_calls.line import load_line, load_provider
from tests.every import every
from tests.service.people.policies import DEFAULT, edited, faults, limits, policy, put
from tests.store.stores import foreseen

HTTPS = {"provider": "https", "url": "https://numbers.example.com/calls", "key": "calls.key"}
ALIYUN = {**HTTPS, "provider": "aliyun", "account": "LTAI5t", "pool": "FC100"}
HUAWEI = {**HTTPS, "provider": "huawei", "account": "appkey"}


def calls(**change: Any) -> str:
    wanted = {name: value for name, value in {**HTTPS, **change}.items() if value is not None}
    return edited(lambda document: document.update(calls=wanted))


def test_the_default_policy_names_no_provider_and_bounds_calls() -> None:
    assert DEFAULT.rules.calls is None
    assert limits(DEFAULT.rules.roles["courier"].budgets.get("calls")) == {"1m": 10, "1d": 300}
    assert limits(DEFAULT.rules.roles["dispute-officer"].budgets.get("calls")) == {"1m": 10, "1d": 300}


@every(
    ("section", "rule"),
    [
        (HTTPS, CallRule("https", HTTPS["url"], "calls.key")),
        ({**HTTPS, "lifetime": "5m"}, CallRule("https", HTTPS["url"], "calls.key", lifetime=300)),
        ({**HTTPS, "lifetime": "2m"}, CallRule("https", HTTPS["url"], "calls.key", lifetime=120)),
        (
            {**ALIYUN, "mode": "extension", "records_key": "r.key"},
            CallRule("aliyun", HTTPS["url"], "calls.key", 1_800, "extension", "LTAI5t", "FC100", "r.key"),
        ),
        (HUAWEI, CallRule("huawei", HTTPS["url"], "calls.key", account="appkey")),
        (
            {**HUAWEI, "records_from": ["192.0.2.0/24", "2001:db8::1"]},
            CallRule(
                "huawei",
                HTTPS["url"],
                "calls.key",
                account="appkey",
                records_from=("192.0.2.0/24", "2001:db8::1/128"),
            ),
        ),
    ],
)
def test_a_provider_is_read(section: dict[str, str], rule: CallRule) -> None:
    assert policy(lambda document: document.update(calls=section)).rules.calls == rule


@every(
    ("change", "path"),
    [
        ({"provider": "other"}, "calls.provider"),
        ({"url": "http://numbers.example.com"}, "calls.url"),
        ({"url": None}, "calls.url"),
        ({"key": None}, "calls.key"),
        ({"lifetime": "1m"}, "calls.lifetime"),
        ({"lifetime": "119s"}, "calls.lifetime"),
        ({"lifetime": "2d"}, "calls.lifetime"),
        ({"retries": 3}, "calls.retries"),
        ({"mode": "pair"}, "calls.mode"),
        ({"account": "x"}, "calls.account"),
        ({**ALIYUN, "pool": None}, "calls.pool"),
        ({**ALIYUN, "account": None}, "calls.account"),
        ({**ALIYUN, "mode": "group"}, "calls.mode"),
        ({**HUAWEI, "mode": "extension"}, "calls.pool"),
        ({**HUAWEI, "records_key": "r.key"}, "calls.records_key"),
        ({**HUAWEI, "records_from": []}, "calls.records_from"),
        ({**HUAWEI, "records_from": ["0.0.0.0/0"]}, "calls.records_from[0]"),
        ({**HUAWEI, "records_from": ["192.0.2.0/24", "::/0"]}, "calls.records_from[1]"),
        ({**HUAWEI, "records_from": ["192.0.2.0/24", "192.0.2.1/24"]}, "calls.records_from[1]"),
    ],
)
def test_a_faulty_provider_is_a_fault_of_the_policy(change: dict[str, Any], path: str) -> None:
    assert list(faults(calls(**change))) == [path]


def test_calls_need_a_budget_and_outside_of_custody_a_purpose() -> None:
    unbounded = put("roles", "tracking", "permissions", ["custody:move", "call:make"])

    assert set(faults(edited(unbounded))) == {"roles.tracking.purposes", "roles.tracking.budget.calls"}


def test_a_role_may_only_call() -> None:
    role = {"permissions": ["call:make"], "scope": "custody", "budget": {"calls": {"1d": 1}}}

    assert policy(put("roles", "caller", role)).rules.roles["caller"].scope == "custody"


def test_a_purpose_may_ask_for_calls_first() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["purposes"]["dispute"]["after_calls"] = 2
        document["calls"] = HTTPS

    assert policy(edit).rules.purposes["dispute"].after_calls == 2


@pytest.mark.parametrize(
    ("purpose", "section", "path"),
    [
        ({"kinds": ["name"], "case": "required", "after_calls": 2}, HTTPS, "purposes.dispute.after_calls"),
        ({"kinds": ["phone"], "case": "required", "after_calls": 0}, HTTPS, "purposes.dispute.after_calls"),
        ({"kinds": ["phone"], "case": "required", "after_calls": 2}, None, "purposes"),
    ],
    ids=["opens no phone", "zero", "no calls"],
)
def test_calls_first_that_could_not_be_is_a_fault(
    purpose: dict[str, Any], section: dict[str, str] | None, path: str
) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["purposes"]["dispute"] = purpose
        if section:
            document["calls"] = section

    assert list(faults(edited(edit))) == [path]


def load(folder: Path, rule: CallRule, *, development: bool = False) -> object:
    return load_provider(rule, folder, development=development, clock=clock, random=foreseen("x"))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key file that only its owner reads."""
    path = tmp_path / "calls.key"
    path.write_bytes(b"k" * 64)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("provider", ["https", "aliyun", "huawei"])
def test_without_its_key_the_policy_is_refused(key: Path, provider: str) -> None:
    rule = CallRule(provider, HTTPS["url"], "calls.key", account="x", pool="y")
    assert load(key.parent, rule)

    key.unlink()
    with pytest.raises(PolicyError, match=r"calls\.key"):
        load(key.parent, rule)


def test_a_key_that_others_read_is_refused(key: Path) -> None:
    key.chmod(0o644)

    with pytest.raises(PolicyError, match=r"calls\.key"):
        load(key.parent, CallRule("https", HTTPS["url"], "calls.key"))


def test_http_is_for_development_only(key: Path) -> None:
    rule = CallRule("https", "http://127.0.0.1:8090/", "calls.key")

    assert load(key.parent, rule, development=True)
    with pytest.raises(PolicyError, match="https"):
        load(key.parent, rule)


def test_production_without_a_provider_has_no_development_one(tmp_path: Path) -> None:
    made = load_line(None, tmp_path, development_key=None, clock=clock, random=foreseen("x"), counted=lambda _: None)

    with pytest.raises(Exception, match="calls-unavailable"):
        made.bind("1", "2", "r", 3)
