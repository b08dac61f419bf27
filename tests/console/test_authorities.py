"""Servers behind a company's own certificate authority: a setting each, which every call uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from masking_console.app import create_app
from masking_console.authorities import new_http
from masking_console.checks import checks
from masking_console.guards import SESSION_COOKIE
from masking_console.oidc import DESCRIBED
from masking_console.service import Service, ServiceUnavailableError
from masking_console.sessions import Session, Sessions
from masking_console.settings import Settings
from masking_console.store import SessionsUnavailableError
from masking_service.dev.issuer import DevelopmentIssuer, create_issuer
from tests import servers
from tests.certificates import Authority
from tests.console.conftest import KEY, serve
from tests.console.test_sign_in import leave
from tests.http_servers import Handler, served

METADATA = "/.well-known/openid-configuration"


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("another"), "another")


@pytest.fixture(scope="session")
def secure_issuer_url(issuer: DevelopmentIssuer, company: Authority) -> Iterator[str]:
    for found in serve(create_issuer(issuer), company.vouch_for("issuer")):
        yield found.url


class Ready(Handler):
    """A service that is ready."""

    def answer(self) -> None:
        self.send(200, b"{}")


@pytest.fixture(scope="session")
def secure_service_url(company: Authority) -> Iterator[str]:
    with served(Ready, company.vouch_for("service")) as url:
        yield url


@pytest.fixture(scope="session")
def secure_store_url(company: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    (port,) = servers.free_ports(1)
    own = company.vouch_for("store")
    tls: dict[str, str | int] = {
        "tls-port": port,
        "tls-cert-file": str(own.certificate),
        "tls-key-file": str(own.key),
        "tls-ca-cert-file": str(company.file),
        "tls-auth-clients": "no",
    }
    node = servers.Node(tmp_path_factory.mktemp("store"), tls, binary=servers.debian("valkey-server")).start()
    yield f"rediss://{servers.HOST}:{port}/0"
    node.end()


@pytest.fixture(params=["setting", "system"])
def trusting(request: pytest.FixtureRequest, company: Authority, monkeypatch: pytest.MonkeyPatch) -> Path | None:
    """The company's authority as a setting, or among those of the system."""
    if request.param == "setting":
        return company.file
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    return None


def status_of_a_sign_in(settings: Settings, issuer: DevelopmentIssuer) -> int:
    """The way there needs the issuer's metadata; the way back needs its tokens and its keys."""
    browser = create_app(settings).test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    if browser.get("/sign-in").status_code == 503:
        return 503
    asked = dict(pair.split("=") for pair in leave(browser).partition("?")[2].split("&"))
    asked["redirect_uri"] = settings.redirect_uri
    code = issuer.code("officer-wang", asked)
    answered = browser.get("/callback", query_string={"code": code, "state": asked["state"]})
    assert (browser.get_cookie(SESSION_COOKIE) is not None) is (answered.status_code == 200)
    return answered.status_code


@pytest.mark.parametrize(
    ("given", "file", "folder", "verified_by"),
    [
        (Path("given"), "file", "folder", "given"),
        (None, "file", "folder", "file"),
        (None, None, "folder", "folder"),
        (None, None, None, True),
    ],
)
def test_certificates_are_always_verified_and_by_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, given: Path | None, file: str | None, folder: str | None, verified_by: str | bool
) -> None:
    paths = SimpleNamespace(cafile=file, capath=folder)
    monkeypatch.setattr("masking_console.authorities.ssl.get_default_verify_paths", lambda: paths)

    http = new_http(given)

    assert (http.verify, http.trust_env) == (verified_by, False)


def test_a_company_vouches_for_the_issuer(
    settings: Settings, secure_issuer_url: str, issuer: DevelopmentIssuer, trusting: Path | None
) -> None:
    at = replace(settings, metadata_url=secure_issuer_url + METADATA, issuer_ca=trusting)

    assert status_of_a_sign_in(at, issuer) == 200


def test_nobody_vouches_for_an_unknown_issuer(
    settings: Settings, secure_issuer_url: str, issuer: DevelopmentIssuer, another: Authority
) -> None:
    at = replace(settings, metadata_url=secure_issuer_url + METADATA)

    assert [status_of_a_sign_in(replace(at, issuer_ca=ca), issuer) for ca in (None, another.file)] == [503, 503]


def test_a_company_vouches_for_the_service(secure_service_url: str, trusting: Path | None) -> None:
    service = Service(secure_service_url, trusting)

    assert service.ready()
    assert service.as_person("a token", "en").get("me") == {}


def test_nobody_vouches_for_an_unknown_service(secure_service_url: str, another: Authority) -> None:
    for authority in (None, another.file):
        with pytest.raises(ServiceUnavailableError, match="unable to get local issuer certificate"):
            Service(secure_service_url, authority).as_person("a token", "en").get("me")


def test_a_company_vouches_for_the_store(secure_store_url: str, trusting: Path | None) -> None:
    sessions = Sessions(secure_store_url, lambda: KEY, trusting)
    begun = sessions.begin(Session(sub="officer-wang", began_at=2**40, seen_at=2**40))

    assert sessions.find(begun) is not None


def test_nobody_vouches_for_an_unknown_store(secure_store_url: str, another: Authority) -> None:
    for authority in (None, another.file):
        with pytest.raises(SessionsUnavailableError, match="certificate"):
            Sessions(secure_store_url, lambda: KEY, authority).find("id")


def test_the_doctor_names_the_setting_of_a_refused_certificate(
    settings: Settings, secure_issuer_url: str, secure_service_url: str, secure_store_url: str, company: Authority
) -> None:
    at = replace(
        settings,
        metadata_url=secure_issuer_url + METADATA,
        service_url=secure_service_url,
        redis_url=secure_store_url,
    )
    named = {"session store": "REDIS_CA", "issuer": "ISSUER_CA", "masking service": "SERVICE_CA"}

    said = {what: check() for what, check in checks(at)}
    trusted = replace(at, redis_ca=company.file, issuer_ca=company.file, service_ca=company.file)

    for what, name in named.items():
        assert re.fullmatch(rf"its certificate is refused \(.+\): check MASKING_CONSOLE_{name}", said[what])
    assert [check() for what, check in checks(trusted) if what in named] == ["", "", ""]


def test_the_doctor_says_when_only_the_keys_are_out_of_reach(settings: Settings) -> None:
    class Described(Handler):
        def answer(self) -> None:
            here = f"http://{self.headers['Host']}"
            described = dict.fromkeys(DESCRIBED, f"{here}/nowhere") | {"issuer": settings.issuer}
            found = self.path == METADATA
            self.send(200 if found else 404, json.dumps(described).encode() if found else b"")

    with served(Described) as url:
        said = {what: check() for what, check in checks(replace(settings, metadata_url=url + METADATA))}

    assert said["issuer"] == "its keys cannot be fetched: check `jwks_uri` in its metadata"
