"""`doctor` of the desk, and the rights that its Redis user needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from click.testing import CliRunner

from masking_console.__main__ import doctor
from masking_console.checks import checks
from masking_console.service import Service, ServiceUnavailableError
from masking_console.settings import Settings
from masking_console.texts import in_terminal_language
from tests.authenticators import ORIGIN
from tests.console.conftest import Work
from tests.http_servers import Handler, served

ACL = Path(__file__).parents[2] / "examples" / "redis-desk.acl"


def found(settings: Settings) -> dict[str, bool]:
    return {what: not check() for what, check in checks(settings)}


def test_each_part_is_checked_by_itself(settings: Settings) -> None:
    sound = {"session store": True, "issuer": True, "masking service": False, "signatures and proofs": False}

    assert found(settings) == sound


def test_an_issuer_of_another_name_is_wrong(settings: Settings) -> None:
    assert found(replace(settings, issuer="https://login.example.com"))["issuer"] is False


def test_the_user_of_the_example_may_do_what_the_desk_needs_and_nothing_else(settings: Settings, valkey: str) -> None:
    name, *rules = ACL.read_text().split()[1:]
    with redis.Redis.from_url(valkey) as client:
        client.execute_command("ACL", "SETUSER", name, *rules, ">pass")
        try:
            as_user = valkey.replace("unix://:", f"unix://{name}:", 1)
            password = valkey.split("://:", 1)[1].split("@", 1)[0]
            limited = replace(settings, redis_url=as_user.replace(password, quote("pass"), 1))
            assert found(limited)["session store"] is True
            denied = client.execute_command("ACL", "DRYRUN", name, "GET", "wm:clients")
            assert b"permissions" in denied
        finally:
            client.execute_command("ACL", "DELUSER", name)


def test_an_address_that_the_policy_does_not_list_is_named(settings: Settings, signing_work: Work) -> None:
    service_url = signing_work.app.extensions["desk"].settings.service_url
    desk = replace(settings, url=ORIGIN, service_url=service_url)
    elsewhere = service_url.replace("127.0.0.1", "localhost")

    said = {
        name: dict(checks(one))["signatures and proofs"]()
        for name, one in (
            ("sound", desk),
            ("page", replace(desk, url="https://other.example.com")),
            ("address", replace(desk, service_url=elsewhere)),
        )
    }

    assert said == {
        "sound": "",
        "page": "`signed.origins` of the policy does not list https://other.example.com: no one signs here",
        "address": f"`devices.urls` of the policy does not list {elsewhere}: no browser proves a call",
    }


@pytest.mark.parametrize("document", [b"[]", b"{}", b'"servers"', b'{"servers": null}', b'{"servers": [1]}', b"{"])
def test_a_service_that_is_described_in_another_shape_counts_as_unavailable(document: bytes) -> None:
    class Described(Handler):
        def answer(self) -> None:
            self.send(200, document)

    with served(Described) as url, pytest.raises(ServiceUnavailableError):
        Service(url).addresses()


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("zh_CN.UTF-8", "设置有误：未设置 MASKING_CONSOLE_URL"),
        ("C.UTF-8", "settings: MASKING_CONSOLE_URL is not set"),
    ],
)
def test_doctor_speaks_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch, locale: str, said: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("MASKING_CONSOLE_URL", raising=False)

    with pytest.raises(SystemExit, match=said):
        doctor.main([], standalone_mode=False)


@pytest.mark.parametrize(
    ("problems", "status", "said"),
    [
        (("", ""), 0, ["ok    store", "ok    issuer"]),
        (("", "down"), 1, ["ok    store", "wrong issuer: down"]),
        (("gone", ""), 1, ["wrong store: gone", "ok    issuer"]),
    ],
)
def test_doctor_says_of_each_part_whether_it_is_sound_and_ends_with_1_where_one_is_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, problems: tuple[str, ...], status: int, said: list[str]
) -> None:
    parts = [
        (name, lambda problem=problem: problem) for name, problem in zip(("store", "issuer"), problems, strict=True)
    ]
    monkeypatch.setattr("masking_console.__main__.checks", lambda given: parts if given is settings else [])
    monkeypatch.setattr(Settings, "read", lambda _: settings)
    result = CliRunner().invoke(doctor, env={"LC_ALL": "C.UTF-8"})

    assert (result.exit_code, result.stdout.splitlines()) == (status, said)


def test_the_checks_say_in_chinese_what_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    with in_terminal_language():
        said = {what: check() for what, check in checks(settings)}

    assert said == {
        "会话存储": "",
        "登录服务（OIDC）": "",
        "脱敏服务": f"{settings.service_url} 无响应",
        "签名与设备证明": "无法检查：脱敏服务未说明其接受的地址",
    }
